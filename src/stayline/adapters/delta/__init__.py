"""Facts of people in Delta tables, wherever these are: what the families of adapters share."""
