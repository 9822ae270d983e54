"""How import, frame, training, scores and audit grow with the rows."""
