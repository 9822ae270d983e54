"""Privacy: what people asked for, what is kept and why, and proof of what happened."""
