"""Reports: what a run or a data set shows, as pages."""
