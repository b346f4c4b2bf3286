"""What computes a network: PyTorch, or another runtime from its ONNX form."""
