"""The parts of the embedded pipeline runner."""
