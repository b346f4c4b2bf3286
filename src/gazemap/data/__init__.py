"""Data: foreign files -> one gaze data set -> batches."""
