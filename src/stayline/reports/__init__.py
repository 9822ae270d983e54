"""Pages for people: what a model is for, how well it does, and how it treats groups of people."""
