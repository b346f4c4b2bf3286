"""Evaluation: model x split x protocol -> scores, beside baselines, and their comparison."""
