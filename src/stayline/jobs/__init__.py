"""What runs on a schedule: which jobs there are, what each does, and who runs them when due."""
