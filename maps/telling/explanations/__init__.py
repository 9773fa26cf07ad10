"""Explanations: why each unit is what it is, from the unit down to the reference, in words."""
