"""Serving: the page and the HTTP API, over the same functions as Python's."""
