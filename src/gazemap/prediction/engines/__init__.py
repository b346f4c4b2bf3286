"""What computes a network's grids: ONNX Runtime, PyTorch or OpenVINO, each in a file of its own."""
