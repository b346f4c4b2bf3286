"""Adaptation: a model that predicts a density, fitted by a few numbers to a data set of one's own."""
