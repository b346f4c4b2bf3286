"""Evaluation: model, split and protocol -> scores, with those of baselines; and comparisons of models."""
