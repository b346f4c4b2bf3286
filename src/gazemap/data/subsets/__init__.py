"""Parts of data sets, splits, merges, near-duplicates."""
