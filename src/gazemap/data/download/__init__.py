"""Public data sets: where they are, fetched and unpacked safely."""
