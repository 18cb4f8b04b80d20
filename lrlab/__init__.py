"""LR Lab: see, compare and train with learning-rate schedules."""

__version__ = "0.5.0"
