"""Decide: overlay, measure, classify, resolve, allocate, assign. Touches no file but its rulebooks."""
