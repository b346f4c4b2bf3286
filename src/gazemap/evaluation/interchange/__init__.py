"""Predictions of other programs, and files for benchmarks."""
