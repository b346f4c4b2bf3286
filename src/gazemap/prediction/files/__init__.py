"""Any number of image files -> their predictions in a folder, in fixed memory."""
