"""Studies: sweeps, cross-validation, transfer to unseen sets, reproduction of a publication."""
