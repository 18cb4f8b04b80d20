"""The parts of Train: the settings of a race, its preview, and the queue."""
