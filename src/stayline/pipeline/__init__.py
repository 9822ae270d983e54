"""The training pipeline as data: one JSON definition, checked, put in order, resolved and drawn."""
