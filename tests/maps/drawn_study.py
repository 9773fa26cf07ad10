"""Small studies of a rulebook whose numbers are drawn: on them Python and the page are compared."""

from __future__ import annotations

import random
from pathlib import Path

import geopandas as gpd
import pandas as pd
from shapely.geometry import box

import zoneplan as zp

SIDE = 20_000.0
UNITS = 18
QUOTAS = """
[[quotas]]
name = "buildings"
period = 2025
total = 9000
unit = "ha"
step = 0.5
levels = ["region", "unit"]
weight = [{ measure = "people", share = 0.7 }, { measure = "available_ha", share = 0.3 }]
priority = [
    { when = "MAIN", factor = 1.3, reason = "there first" },
    { when = "people > 5000", factor = 0.7, reason = "full" },
]
floor = "least_ha"
ceiling = "most_ha"
reserve_pct = 3.5
groups = [
    { when = "MAIN", max_pct = 60 },
    { when = "MAIN AND people > 1000", max_pct = 25 },
    { when = "NOT MAIN AND people > 200", min_pct = 2 },
]
locked = [{ unit = "u05", amount = 12.5, reason = "built" }]

[[quotas]]
name = "roads"
period = 2025
total = 801.25
unit = "ha"
step = 0.01
levels = ["region", "unit"]
weight = "quota_buildings"
carried = "left_ha"
transfers = [{ from = "u00", to = "u01", amount = 0.07, reason = "swap", across = true }]
within = [{ quota = "buildings", level = "region", times = 1.5 }]

[[quotas]]
name = "best"
period = 2025
total = 100
unit = "ha"
weight = "people"
ceiling = 50
by = "optimal"
objective = "suitability"
"""


def drawn_plan(folder: Path, rulebook: str, day: str, *, parts: bool = False, seed: int = 0) -> zp.Plan:
    """The plan of a small study: a grid of units, its measures drawn, some missing or absent.

    Parameters
    ----------
    folder : Path
        Empty; of the study.
    rulebook, day : str
    parts : bool
        Whether three units each are parts of a county.
    seed : int
    """
    rng = random.Random(f"{rulebook} {day} {seed}")
    law = zp.read_rulebook(rulebook, pd.Timestamp(day).date())
    write_study(folder, law, rng, parts=parts)
    main = next(zone.code for zone in law.zones if zone.kind == "main" and not zone.default)
    head = f'[study]\nname = "drawn"\ndate = {day}\nrulebook = "{rulebook}"\n\n'
    units = '[units]\nsource = "units.geojson"\nid = "id"\nname = "name"\njurisdiction = "region"\n'
    whole = 'part_of = "county"\n' if parts else ""
    table = '\n[[tables]]\nsource = "table.csv"\nid = "id"\n'
    quotas = QUOTAS.replace("MAIN", f"main = '{main}'")
    (folder / "plan.toml").write_text(head + units + whole + table + decisions(law, rng) + quotas, "utf-8")
    return zp.run(zp.read_study(folder / "plan.toml"))


def write_study(folder: Path, law: zp.Rulebook, rng: random.Random, *, parts: bool) -> None:
    """Units in three regions, and a table with a column for most indicators that the rules read."""
    ids = [f"u{place:02}" for place in range(UNITS)]
    squares = [box(SIDE * (n % 6), SIDE * (n // 6), SIDE * (n % 6 + 1), SIDE * (n // 6 + 1)) for n in range(UNITS)]
    units = gpd.GeoDataFrame({"id": ids, "name": ids}, geometry=squares, crs="EPSG:3035")
    units["region"] = [("north", "middle", "south")[place // 6] for place in range(UNITS)]
    if parts:
        units["county"] = [f"k{place // 3}" for place in range(UNITS)]
    units.to_crs("EPSG:4326").to_file(folder / "units.geojson")
    table = pd.DataFrame({"id": ids})
    read = {name for rule in law.rules for name in zp.parse_condition(rule.when).names}
    for one in law.indicators:
        if one.name in {"area_ha", "unit_id"} or (one.name not in read and one.when_absent != "error"):
            continue
        if rng.random() < 0.15 and one.when_absent != "error":
            continue
        table[one.name] = [drawn(one, law, rng) for _ in ids]
    table["people"] = [round(10 ** rng.uniform(2, 4.2)) for _ in ids]
    table["least_ha"] = [rng.choice([0, 1.25, 3]) for _ in ids]
    table["most_ha"] = [rng.choice([900, 1500.3, 4000]) for _ in ids]
    table["left_ha"] = [rng.choice([0, 0.25, -0.1]) for _ in ids]
    table.to_csv(folder / "table.csv", index=False)


def drawn(one: object, law: zp.Rulebook, rng: random.Random) -> object:
    """A value of an indicator, often near a threshold or on it; now and then none."""
    if rng.random() < 0.12:
        return None
    if one.type == "boolean":
        return rng.random() < 0.5
    if one.type == "text":
        return rng.choice(["a", "b"])
    limits = [value for value in law.values.values() if isinstance(value, float) and value > 0]
    if one.name.endswith("_share"):
        return rng.choice([0, 0.01, 0.1, 0.25, 0.5, round(rng.random(), 4)])
    return rng.choice([0, rng.choice(limits), round(10 ** rng.uniform(-1, 6), 3)])


def decisions(law: zp.Rulebook, rng: random.Random) -> str:
    """Two decisions of the plan, one on a main function and one on an overlay."""
    told = ""
    for unit, kind in (("u03", "main"), ("u07", "overlay")):
        code = rng.choice(law.codes(kind))
        told += f'\n[[decisions]]\nunit = "{unit}"\n{kind} = "{code}"\nreason = "so"\nby = "us"\ndate = 2002-01-01\n'
    return told
