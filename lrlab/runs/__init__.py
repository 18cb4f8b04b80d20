"""A run as values: its settings, its plan of rates, its records, its result, and its cost."""
