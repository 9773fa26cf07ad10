"""Studies whose sources are tables of a server of one's own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from tests.postgis_server import Server

HEAD = """[study]
name = "Office"
date = 2025-01-01
rulebook = "rules"

[databases.office]
url_env = "OFFICE_DATABASE"
{more}

[units]
source = "office:planning.units"
id = "code"
name = "name"
jurisdiction = "county"
{units}
{sections}
"""


@pytest.fixture
def office(postgis: Server, toy_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Server:
    """The toy province in the schema ``planning``: units with a key, land with a number as key, a table of people."""
    postgis.do("DROP SCHEMA IF EXISTS planning CASCADE", "CREATE SCHEMA planning")
    postgis.load(gpd.read_file(toy_folder / "toy.gpkg", layer="units"), "planning.units", "code", 3035)
    land = gpd.read_file(toy_folder / "toy.gpkg", layer="land", fid_as_index=True).rename_axis("fid").reset_index()
    postgis.load(land, "planning.land", "fid", 3035)
    postgis.load(pd.read_csv(toy_folder / "stats.csv", dtype={"code": str}), "planning.stats", "code")
    monkeypatch.setenv("OFFICE_DATABASE", postgis.url())
    return postgis


@pytest.fixture
def postgis_log(postgis: Server) -> Callable[[], list[str]]:
    """A function that gives all that the server was asked so far."""
    return lambda: postgis.log.read_text("utf-8", "replace").splitlines()


@pytest.fixture
def office_folder(office: Server, toy_folder: Path) -> Path:
    """The toy study with units, land and statistics from the database."""
    plan = toy_folder / "plan.toml"
    text = plan.read_text()
    text = text.replace('source = "toy.gpkg"\nlayer = "units"', 'source = "office:planning.units"\n# a table')
    text = text.replace('source = "toy.gpkg"\nlayer = "land"', 'source = "office:planning.land"\n# a table')
    text = text.replace('source = "stats.csv"', 'source = "office:planning.stats"')
    plan.write_text(f'{text}\n[databases.office]\nurl_env = "OFFICE_DATABASE"\n')
    (toy_folder / "toy.gpkg").unlink()
    (toy_folder / "stats.csv").unlink()
    return toy_folder


@pytest.fixture
def write_study(toy_folder: Path) -> Callable[..., Path]:
    """A function that writes a study of the toy province in the database, with sections of one's own."""

    def write(sections: str = "", *, units: str = "", more: str = "", **changes: str) -> Path:
        text = HEAD.format(sections=sections, units=units, more=more)
        for old, new in changes.items():
            text = text.replace(f"@{old}", new)
        (toy_folder / "plan.toml").write_text(text)
        return toy_folder / "plan.toml"

    return write
