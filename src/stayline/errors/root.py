"""What every error of ours is."""


class StaylineError(Exception):
    """Anything Stayline refuses or cannot do; catch this to catch them all."""
