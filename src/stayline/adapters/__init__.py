"""The ports, kept by real technology."""
