"""Figures of runs, gaze and predictions."""
