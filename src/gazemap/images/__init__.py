"""Images: reading them, laying them into a network's frame and back, resizing, files of maps."""
