"""Frozen values and the rules about them; plain Python, nothing else."""
