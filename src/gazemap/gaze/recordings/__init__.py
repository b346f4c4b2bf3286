"""Recordings of eye trackers: one file per format, all read as one class, `Recording`."""
