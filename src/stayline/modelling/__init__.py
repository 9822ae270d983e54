"""Frames in, values out: what the data says and what the model learns; no I/O."""
