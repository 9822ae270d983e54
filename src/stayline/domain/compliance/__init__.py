"""The controls of the quarterly check: what each asks, of which law, and how it came out."""
