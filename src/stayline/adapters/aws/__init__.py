"""Adapters for what AWS keeps; loaded only where a reference names it."""
