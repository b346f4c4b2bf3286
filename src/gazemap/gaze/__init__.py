"""Gaze: fixations, the maps and densities that they make, areas, detection in raw samples."""
