"""A small rulebook as files, ready to be read, changed and broken; what steps say, in words."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from layers.errors import Finding
from maps.words import Renderer, render
from zoning.plan import Plan
from zoning.reasons import Message, Remark
from zoning.rulebook import Rulebook

DAY = date(2025, 1, 1)

SMALL = {
    "rulebook.toml": """
name = "small"
country = "Toyland"
languages = ["en", "zh"]
description = "For tests"
""",
    "zones.toml": """
[[zones]]
code = "key_development"
kind = "main"
title = { en = "Key development", zh = "重点开发" }

[[zones]]
code = "ecologically_fragile"
kind = "main"
title = { en = "Ecologically fragile", zh = "生态脆弱" }

[[zones]]
code = "general"
kind = "main"
default = true
title = { en = "General", zh = "一般" }

[[zones]]
code = "energy_rich"
kind = "overlay"
title = { en = "Energy-rich", zh = "能源富集" }

[[zones]]
code = "border"
kind = "overlay"
title = { en = "Border", zh = "边境" }
""",
    "indicators.toml": """
[[indicators]]
name = "population"
unit = "persons"

[[indicators]]
name = "area_km2"
unit = "km2"

[[indicators]]
name = "ecologically_fragile_share"
when_absent = 0

[[indicators]]
name = "energy_mw"
unit = "MW"
when_absent = "unknown"

[[indicators]]
name = "at_border"
type = "boolean"
when_absent = false

[[indicators]]
name = "quota_construction_land"
unit = "ha"
when_absent = 0
""",
    "parameters.toml": """
[[parameters]]
name = "density_min"
unit = "persons/km2"
values = [{ value = 40, from = 2001-01-01, until = 2020-01-01 }, { value = 50, from = 2020-01-01 }]
reference = "Small Act, section 1"
source = { document = "Small Act", read_on = 2024-12-01, kind = "official" }

[[parameters]]
name = "fragile_min"
unit = "1"
values = [{ value = 0.5, from = 2001-01-01 }]
reference = "Small Act, section 2"

[[parameters]]
name = "energy_min_mw"
unit = "MW"
values = [{ value = 100, from = 2001-01-01 }]
reference = "Small Act, section 3"

[[parameters]]
name = "land_cap_pct"
unit = "%"
values = [{ value = 20.5, from = 2001-01-01 }]
reference = "Small Act, section 4"
""",
    "rules.toml": """
[[rules]]
id = "key-1"
zone = "key_development"
when = "population / area_km2 >= density_min"
priority = 20
reason = { en = "many people live here", zh = "人口密集" }
reference = "Small Act, section 1"
source = { document = "Small Act", read_on = 2024-12-01, kind = "official" }

[[rules]]
id = "fragile-1"
zone = "ecologically_fragile"
when = "ecologically_fragile_share >= fragile_min"
on_unknown = "no"
priority = 10
reason = { en = "fragile land covers it", zh = "生态脆弱" }
reference = "Small Act, section 2"

[[rules]]
id = "energy-1"
zone = "energy_rich"
when = "energy_mw >= energy_min_mw"
reason = { en = "power stations stand here", zh = "电站" }
reference = "Small Act, section 3"

[[rules]]
id = "border-1"
zone = "border"
when = "at_border"
on_unknown = "error"
reason = { en = "it touches the border", zh = "边境" }
reference = "Small Act, section 5"
""",
    "lines.toml": """
[[lines]]
code = "red_line"
roles = ["red_line", "protected"]
title = { en = "Ecological red line", zh = "生态红线" }
reference = "Small Act, section 6"
""",
    "policies.toml": """
[[policies]]
id = "plan-first"
instrument = "land"
subject = "building"
when = "TRUE"
strictness = 1
title = { en = "No building without a plan", zh = "先规划" }
clause = "Building needs a plan of the unit."
reference = "Small Act, section 9"
from = 2001-01-01

[[policies]]
id = "no-building"
instrument = "land"
subject = "building"
when = "main = 'ecologically_fragile' AND NOT border"
strictness = 3
parameters = { cap = "land_cap_pct", share = "ecologically_fragile_share", note = "no exception", steps = [1, 0.5] }
title = { en = "No building", zh = "禁止建设" }
clause = "Nothing is built."
reference = "Small Act, section 10"

[[policies]]
id = "energy-review"
instrument = "energy"
when = "energy_rich"
strictness = 2
title = { en = "Energy review", zh = "能源审查" }
clause = "A new power station needs a review."
reference = "Small Act, section 11"

[[policies]]
id = "land-report"
instrument = "land"
when = "quota_construction_land > 0"
title = { en = "Report on land", zh = "用地报告" }
clause = "Whoever is given land reports on it."
reference = "Small Act, section 12"
""",
    "terms.toml": """
[[roles]]
code = "protected"
title = { en = "protected areas", zh = "自然保护地" }

[[instruments]]
code = "land"
title = { en = "land", zh = "土地" }

[[instruments]]
code = "energy"
title = { en = "energy", zh = "能源" }

[[units]]
code = "persons/km2"
title = { en = "persons/km2", zh = "人/平方公里" }
""",
    "cases/zones.toml": """
[[cases]]
name = "a density of exactly the limit is enough"
date = 2025-01-01
source = "Small Act, section 1: at least"
given = { population = 500, area_km2 = 10, energy_mw = 100, quota_construction_land = 2.5 }
[cases.expect]
main = "key_development"
overlays = ["energy_rich"]
policies = ["plan-first", "energy-review", "land-report"]
status = "decided"

[[cases]]
name = "fragile land goes before people"
date = 2010-01-01
source = "Small Act, section 2"
missing = ["energy_mw"]
given = { population = 500, area_km2 = 10, ecologically_fragile_share = 0.5 }
[cases.expect]
main = "ecologically_fragile"
overlays = []
policies = ["no-building"]
overruled = ["plan-first"]
status = "review"
""",
}

Write = Callable[..., Path]


def said(message: Message, rulebook: Rulebook | None = None, language: str = "en") -> str:
    """What a step says, in words."""
    assert isinstance(message, Message)  # no step has words of its own
    return render(message, language, rulebook)


def findings(remarks: Iterable[Remark | Finding], plan: Plan, language: str = "en") -> tuple[Finding, ...]:
    """What is to be said of a plan, as findings in words."""
    renderer = Renderer(language, plan.rulebook)
    return tuple(map(renderer.finding, remarks))


@pytest.fixture
def write_rulebook(tmp_path: Path) -> Write:
    """Writes the small rulebook, changed by file: a function changes it, a text replaces it, None leaves it out."""

    def write(name: str = "small", **changes) -> Path:
        folder = tmp_path / name
        shutil.rmtree(folder, ignore_errors=True)
        (folder / "cases").mkdir(parents=True)
        for file, text in SMALL.items():
            stem = file.removesuffix(".toml").removeprefix("cases/")
            key = "cases" if file.startswith("cases/") else stem
            change = changes.get(key, text)
            content = change(text) if callable(change) else change
            if content is not None:
                (folder / file).write_text(content.lstrip("\n"), encoding="utf-8")
        for more in {"decisions", "land", "regions"} & set(changes):
            (folder / f"{more}.toml").write_text(changes[more].lstrip("\n"), encoding="utf-8")
        return folder

    return write


@pytest.fixture
def rulebook(write_rulebook: Write):
    """The small rulebook in force on 1 January 2025."""
    from zoning.rulebook import read_rulebook

    return read_rulebook(write_rulebook(), DAY)


@pytest.fixture
def measures() -> pd.DataFrame:
    """Six units that show all answers of the small rulebook; the limits are 50 persons/km2, a share of 0.5 and 100 MW.

    a many people; b fragile; c both and energy exactly at its limit; d neither, at the border; e people unknown;
    f fragile share unknown.
    """
    nan = float("nan")
    return pd.DataFrame(
        {
            "jurisdiction": ["west", "west", "west", "east", "east", "east"],
            "population": [600.0, 100.0, 500.0, 499.0, nan, 10.0],
            "area_km2": [10.0] * 6,
            "ecologically_fragile_share": [0.0, 0.5, 0.9, 0.49, 0.1, nan],
            "energy_mw": [0.0, 0.0, 100.0, 99.0, 0.0, 0.0],
            "at_border": [False, False, False, True, False, False],
        },
        index=pd.Index(list("abcdef"), name="unit_id"),
    )
