"""The built-in data set: visual-search displays whose true density is known."""
