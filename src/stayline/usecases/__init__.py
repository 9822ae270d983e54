"""What Stayline does, one verb phrase per file; each stands alone on ports."""
