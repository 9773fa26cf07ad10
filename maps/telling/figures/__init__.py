"""Figures: the numbers, tests and maps of a plan as its pages tell them."""
