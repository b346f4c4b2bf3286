"""Studies: sweeps, cross-validation, reproduction of a publication."""
