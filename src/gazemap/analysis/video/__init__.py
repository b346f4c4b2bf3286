"""Where people are predicted to look in each picture of a video, smoothed over time."""
