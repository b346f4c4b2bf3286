"""What an importer found -> a data set's folder."""
