"""What is computed of a window of answered requests, beside drift."""
