"""Robustness: what a plan draws of its thresholds, so that its map and report say how firmly each unit stands."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from layers.sources import Real, Section, Several, Text


class RobustnessSection(Section):
    """How often each unit keeps its main function where thresholds are drawn within ranges."""

    within: dict[Text, Several[Real]]
    """By the name of a parameter of rules for zones the lowest and the highest value that may be drawn of it, evenly
    and each by itself, such as { density_min_per_km2 = [40, 60] }."""
    draws: Annotated[int, Field(ge=1, le=100_000)] = 1000
    """How many draws."""
    seed: Annotated[int, Field(ge=0)] = 0
    """The same seed gives the same draws."""
