"""What gazemap needs of the machine: files, devices, progress bars."""
