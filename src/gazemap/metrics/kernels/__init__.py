"""The fast part of the metrics: arrays of any library, pixels in order, ROC curves."""
