"""The parts of Explore: its state, chart, cards and panels."""
