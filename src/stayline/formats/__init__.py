"""The public file formats, read and written."""
