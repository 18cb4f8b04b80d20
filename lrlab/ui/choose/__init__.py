"""The parts of Choose: find a rate, sweep shapes and rates, confirm the best on fresh seeds."""
