"""The adopted plan and what is tried of it: in memory, each with its page; scenarios are written on request."""

from __future__ import annotations

import json
import os
from collections import OrderedDict
from collections.abc import Callable
from html import escape
from pathlib import Path
from threading import Lock
from typing import Annotated, Any, NamedTuple, TypeVar

import geopandas as gpd
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from layers.errors import GeometryError, SourceError, StudyError
from layers.outputs import NEW, write_text
from layers.phrases import Phrase
from maps.errors import WriteError
from maps.web import Verbatim, draw
from maps.words import Terms
from zoning.pipeline import FreshPlan, known_roles
from zoning.plan import Plan
from zoning.rulebook import ELEVATION_ROLE
from zoning.study import Study, read_try
from zoning.whatif import plan_of_try

KEPT = 8
"""How many tries are kept; a further one takes the place of the oldest."""
DRAWN_CRS = "EPSG:4326"
TRY = "try.toml"
"""What a try is called in messages that no file holds."""
Name = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,62}$")]
Announce = Callable[[str], None]
Kind = TypeVar("Kind", bound=BaseModel)


class _Said(BaseModel):
    """What a page may say: these keys, and no others."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class DrawnLayer(_Said):
    """Land that somebody drew on the map, in longitude and latitude."""

    role: str
    features: dict[str, Any]


class Wish(_Said):
    """What shall be otherwise than in the adopted plan."""

    scenario: str
    layers: dict[Name, DrawnLayer] = {}


class KeptScenario(_Said):
    """A try that shall be kept as a file beside the plan."""

    name: Name
    scenario: str


class Try(NamedTuple):
    """What came of a wish."""

    name: str
    units: dict[str, dict[str, Any]]
    page: str


class TriedPlans:
    """The adopted plan, its page, and the latest tries; one is worked out at a time."""

    def __init__(self, plan: FreshPlan, language: str) -> None:
        self._plan, self._language = plan, language
        self._working, self._count = Lock(), 0
        self._tries: OrderedDict[str, Try] = OrderedDict()
        self.adopted = _page(plan, language)

    def page(self, name: str) -> str | None:
        """The page of a try; None where there is none of that name any more."""
        found = self._tries.get(name)
        return found and found.page

    def work_out(self, wish: str | bytes, announce: Announce = lambda _step: None) -> Try:
        """Work out a wish, as a whole run of a plan that says so would."""
        wanted = _read(Wish, wish)
        layers = {name: {"role": one.role, "data": _drawn(name, one)} for name, one in wanted.layers.items()}
        study = read_try(wanted.scenario, self._plan.study, TRY)
        with self._working:
            tried = plan_of_try(self._plan, study, layers, announce)
            announce("map.html")
            self._count += 1
            made = Try(str(self._count), units_of(tried), _page(tried, self._language))
            self._tries[made.name] = made
            while len(self._tries) > KEPT:
                self._tries.popitem(last=False)
        return made

    def keep(self, said: str | bytes) -> Path:
        """Write a try as a file beside the plan, which ``zoneplan run`` takes."""
        wanted = _read(KeptScenario, said)
        plan_file = _plan_file(self._plan.study)
        target = plan_file.with_name(f"{wanted.name}.toml")
        read_try(wanted.scenario, self._plan.study, target.name)
        own = f"plan = {json.dumps(self._plan.study.path.name, ensure_ascii=False)}"  # of a run that of its copy
        text = wanted.scenario.replace(own, f"plan = {json.dumps(plan_file.name, ensure_ascii=False)}", 1)
        if os.path.lexists(target):
            raise WriteError(Phrase("{file} is there already: choose another name", file=target.name))
        write_text(target, text, NEW)
        return target


def units_of(plan: Plan) -> dict[str, dict[str, Any]]:
    """By the id of a unit its main function, overlays, status and amounts, as the page tells the adopted plan.

    Examples
    --------
    >>> import zoneplan as zp
    >>> plan = zp.run(zp.read_study(zp.builtin_study("us_mountain_west")))
    >>> units_of(plan)["08123"]["main"]
    'agricultural'
    """
    zones, quotas = plan.zones, plan.quotas
    rows = zip(zones["unit_id"], zones["main"], zones["overlays"], zones["status"], strict=True)
    units: dict[str, dict[str, Any]] = {
        unit: {"main": main, "overlays": overlays, "status": status, "amounts": {}}
        for unit, main, overlays, status in rows
    }
    given = quotas[(quotas["level"] == "unit") & quotas["unit_id"].isin(units)]
    for quota, unit, amount in zip(given["quota"], given["unit_id"], given["amount"], strict=True):
        units[unit]["amounts"][quota] = f"{amount:f}"
    return units


def _page(plan: Plan, language: str) -> str:
    """The page of a plan, which may ask the server that it comes from, and knows which roles drawn land may have."""
    figure = draw(plan, language).get_root()
    figure.asks_its_server = True
    terms = Terms(plan.rulebook, language, plan.study)
    titles = sorted((terms.role(role), role) for role in known_roles(plan.rulebook) - {ELEVATION_ROLE})
    roles = [{"code": role, "title": title} for title, role in titles]
    said = escape(json.dumps({"roles": roles, "tried": plan.study.tried is not None}))
    figure.header.add_child(Verbatim(f'<meta name="zoneplan-server" content="{said}">', "server"), name="server")
    page: str = figure.render()
    return page


def _read(kind: type[Kind], said: str | bytes) -> Kind:
    try:
        return kind.model_validate_json(said)
    except ValidationError as invalid:
        first = invalid.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise StudyError(
            Phrase("what the page asks for is not understood: {place}: {fault}", place=place, fault=first["msg"])
        ) from invalid


def _drawn(name: str, layer: DrawnLayer) -> gpd.GeoDataFrame:
    try:
        drawn = gpd.GeoDataFrame.from_features(layer.features.get("features", []), crs=DRAWN_CRS)
        kinds = set(drawn.geometry.geom_type) if len(drawn) else set()
    except Exception as error:
        raise GeometryError(Phrase("layer '{layer}' is no GeoJSON", layer=name), layer=name) from error
    if not kinds or not kinds <= {"Polygon", "MultiPolygon"}:
        raise GeometryError(Phrase("layer '{layer}': draw polygons", layer=name), layer=name)
    return drawn


def _plan_file(study: Study) -> Path:
    """The file of the plan in its own folder; a run has but a copy of it."""
    text = study.text.encode("utf-8")
    for one in (study.path, *sorted(study.folder.glob("*.toml"))):
        if one.is_file() and one.read_bytes() == text:
            return one
    raise SourceError(
        Phrase(
            "{folder}: no file there is the plan of this run as it was when it ran, so nothing can be saved beside it",
            folder=study.folder,
        ),
        code="changed",
    )
