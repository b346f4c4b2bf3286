"""Training: a recipe and a gaze data set -> a run folder with weights and a log."""
