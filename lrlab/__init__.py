"""LR Lab: see, compare and train with learning-rate schedules."""
