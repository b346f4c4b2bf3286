"""Images: reading them, placing them in a network's frame and back, resizing, files of maps."""
