"""Read an unknown extract as a careful analyst would, and draft its schema."""
