"""Gaze data sets: foreign files -> one folder -> batches."""
