"""What the parts of a map weigh: libraries, typefaces, scripts, borders, surroundings, measures, and what is said.

    python benchmarks/map_weight.py [--large 42000]

The studies are the built-in one of the mountain west, the counties of the United States, and with ``--large`` so many
units: those counties cut by Voronoi cells. The two larger ones need the files of ``$ZONEPLAN_SHARED/data/large``
(default: ``../shared``) and are left out, with a word, where they are missing. The block of a page is packed as a
whole; of its parts the table has what each takes when packed alone, in proportion.
"""

from __future__ import annotations

import argparse
import gzip
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd
from whole_run import LARGE, copy_counties, cut_finer

import zoneplan as zp
from maps.drawing.html_pages import font_faces
from maps.web.geometry_encoding import byte_planes, shape_columns
from maps.web.map_payload import measure_columns
from maps.web.page_model import as_json
from maps.web.web_map import ASSETS, draw

CARDS, VERDICTS, GROUND = "cards", "verdicts", "surroundings"


def weights(plan: zp.Plan) -> Mapping[str, float]:
    """The parts of the page of a plan, in bytes."""
    plan_map = draw(plan)
    page = plan_map.get_root().render()
    layer = plan_map._children["plan"]  # noqa: SLF001  (the layer has no other door)
    model, shapes, numbers = layer._placed  # noqa: SLF001  (as above)
    ground = numbers[: len(numbers) - len(model.measures)]
    named = {one.name: one.steps for one in measure_columns(plan)}
    said = {part: as_json(getattr(model, part)).encode() for part in (CARDS, VERDICTS, GROUND)}
    whole = len(as_json(model).encode())
    rest = as_json(model._replace(cards=None, verdicts=None, surroundings=None)).encode()
    parts = {
        "borders": b"".join(map(byte_planes, shape_columns(shapes))),
        "surroundings, relief": said[GROUND] + b"".join(map(byte_planes, ground)),
        "measures that no rule tests": b"".join(byte_planes(named[one.name]) for one in model.measures),
        "units, quotas, reasons": said[CARDS],
        "verdicts, tested measures": said[VERDICTS],
        "other facts, words": rest,
    }
    assert whole < sum(map(len, said.values())) + len(rest)
    alone = {name: len(gzip.compress(part, 9)) for name, part in parts.items()}
    block = len(re.search(r'zoneplan-block">([^<]*)<', page)[1])
    packed = {name: size * block / sum(alone.values()) for name, size in alone.items()}
    own = sum(len(path.read_bytes()) for path in ASSETS.glob("*.js"))
    fonts = len(font_faces())
    scripts = sorted((len(text) for text in re.findall(r"<script>(.*?)</script>", page, re.DOTALL)), reverse=True)
    scripts_of_ours = min(scripts, key=lambda size: abs(size - own * 0.6))
    leftover = len(page.encode()) - block - fonts - scripts_of_ours
    return {**packed, "our scripts": scripts_of_ours, "typefaces": fonts, "Leaflet, jQuery, styles, licences": leftover}


def main() -> None:
    """Print one table, a column a study."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--large", type=int, default=0, metavar="UNITS")
    large = asked.parse_args().large
    plans = {}
    with tempfile.TemporaryDirectory() as name:
        plans["mountain west"] = zp.run(zp.read_study(zp.builtin_study("us_mountain_west")))
        if LARGE.is_dir():
            counties = copy_counties(Path(name) / "us_counties")
            plans["US counties"] = zp.run(zp.read_study(counties / "plan.toml"))
            if large:
                units = gpd.read_parquet(counties / "us_counties.parquet")
                cut_finer(units, large).to_parquet(counties / "us_counties.parquet")
                plans["cut finer"] = zp.run(zp.read_study(counties / "plan.toml"))
        else:
            print(f"The larger studies are left out: no {LARGE}\n")
    told = {f"{study}, {len(plan.units):,} units": weights(plan) for study, plan in plans.items()}
    print(f"| kB | {' | '.join(told)} |\n|---|{'---|' * len(told)}")
    for part in next(iter(told.values())):
        print(f"| {part} | {' | '.join(f'{one[part] / 1000:,.0f}' for one in told.values())} |")
    print(f"| **page** | {' | '.join(f'**{sum(one.values()) / 1000:,.0f}**' for one in told.values())} |")


if __name__ == "__main__":
    main()
