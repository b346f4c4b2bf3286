"""What people use predictions for: areas of interest, crops, designs."""
