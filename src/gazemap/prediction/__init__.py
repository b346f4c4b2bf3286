"""Prediction: images of any kind -> where people are predicted to look in them."""
