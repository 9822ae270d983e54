"""The gates of a new model: each asks one question of the figures and says what they can bear."""
