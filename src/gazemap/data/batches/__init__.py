"""A data set -> arrays at a network's size -> batches."""
