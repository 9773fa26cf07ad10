"""Functions that tests of many rooms share: a call of the command, a change of a text or file, a quota, a rulebook."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import geopandas as gpd
import pytest

from zoning.rulebook import Rulebook, read_rulebook
from zoning.study import Quota


def exit_code_of(*arguments: object) -> int:
    """The exit code of the command, called in this process."""
    from zoneplan.cli.commands import main

    with pytest.raises(SystemExit) as left:
        main([str(argument) for argument in arguments])
    return int(left.value.code or 0)


def replacement(old: str, new: str) -> Callable[[str], str]:
    """A change of a text: the first of one passage for another, which must be there."""

    def change(text: str) -> str:
        assert old in text
        return text.replace(old, new, 1)

    return change


def replace_in(folder: Path, old: str, new: str, name: str = "plan.toml") -> None:
    """Write another passage into a file of a folder, everywhere, for one that must be there."""
    text = (folder / name).read_text("utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new), "utf-8")


def change_units(folder: Path, change: Callable[[gpd.GeoDataFrame], gpd.GeoDataFrame]) -> None:
    """Write the units of the toy province as a function makes them."""
    units = gpd.read_file(folder / "toy.gpkg", layer="units")
    change(units).to_file(folder / "toy.gpkg", layer="units", driver="GPKG")


@cache
def builtin_rulebook(name: str) -> Rulebook:
    """A built-in rulebook on all its days, read once."""
    return read_rulebook(name)


def land_quota(**changes: object) -> Quota:
    """A quota of 24 ha, weighted by population."""
    return Quota(**{"name": "land", "period": 2025, "total": 24, "unit": "ha", "weight": "population"} | changes)
