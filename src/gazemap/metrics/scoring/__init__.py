"""Protocols, the table of metrics, and which map each metric scores."""
