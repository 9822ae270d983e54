"""Everything on one machine: SQLite, Delta tables, a folder, the model in process."""
