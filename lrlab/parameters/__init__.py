"""What a parameter is: its kind, range and unit, and how it is written as a record and as text."""
