"""Video files: what they show at regular times, and writing them in pieces that are joined."""
