"""The parts of Train: the settings of a race, and its preview."""
