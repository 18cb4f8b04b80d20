"""What Compare is made of: the table of runs, the charts and cards of the chosen ones, files out and in."""
