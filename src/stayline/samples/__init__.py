"""Schema presets and a workforce simulator whose true risks are known."""
