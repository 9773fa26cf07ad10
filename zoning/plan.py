"""The plan: everything that one run found and decided, frozen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from importlib import import_module
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar, overload

import geopandas as gpd
import pandas as pd

from layers.overview import Overview, Shown, counted, drawn_by, listed
from zoning.reasons import Message, Trace
from zoning.tables import (
    CONFLICTS,
    DIVERGENCE,
    DIVERGENCE_UNITS,
    FACILITIES,
    INDUSTRIES,
    QUOTA_RULES,
    ROBUSTNESS,
    SCENARIO_QUOTAS,
    SCENARIOS,
    SITES,
    SITINGS,
    SOLUTIONS,
    TABLES,
    Table,
    tabulate,
)

if TYPE_CHECKING:
    from pathlib import Path

    from layers.inputs import Inputs, LeftOut, Source
    from layers.raster import HeightGrid
    from zoning.rulebook import Rulebook
    from zoning.study import Study


@dataclass(frozen=True)
class Assumption:
    """Something that the rulebook wanted and the study did not have."""

    name: str
    kind: str
    assumed: Message | str


@dataclass(frozen=True)
class IndexRaster:
    """The raster of an index that is made of rasters."""

    path: Path
    holds: object = field(default=None, repr=False, compare=False)


def _no_rows(table: Table) -> Callable[[], pd.DataFrame]:
    """What makes a table without rows."""
    return lambda: tabulate(table, pd.DataFrame())


@dataclass(frozen=True, repr=False)
class Land:
    """What a plan is about: units, their pieces, what was measured of them, and where it comes from."""

    units: gpd.GeoDataFrame
    pieces: gpd.GeoDataFrame
    measures: pd.DataFrame
    ledger: pd.DataFrame
    roles: dict[str, str]
    sources: tuple[Source, ...]
    own_crs: str
    heights: HeightGrid | None = None
    rasters: Mapping[str, IndexRaster] = field(default_factory=dict, compare=False)
    left_out: tuple[LeftOut, ...] = ()


@dataclass(frozen=True, repr=False)
class Zoning:
    """What each part of the land is for, how firmly, and in other scenarios."""

    claims: pd.DataFrame
    zones: pd.DataFrame
    lines: pd.DataFrame
    conflicts: pd.DataFrame = field(default_factory=_no_rows(CONFLICTS))
    scenarios: pd.DataFrame = field(default_factory=_no_rows(SCENARIOS))
    robustness: pd.DataFrame = field(default_factory=_no_rows(ROBUSTNESS))


@dataclass(frozen=True, repr=False)
class Amounts:
    """The land quotas, how good they are, where they go on the ground, and in other scenarios."""

    quotas: pd.DataFrame
    solutions: pd.DataFrame = field(default_factory=_no_rows(SOLUTIONS))
    quota_rules: pd.DataFrame = field(default_factory=_no_rows(QUOTA_RULES))
    sitings: pd.DataFrame = field(default_factory=_no_rows(SITINGS))
    sites: gpd.GeoDataFrame = field(default_factory=lambda: gpd.GeoDataFrame(_no_rows(SITES)(), geometry=[]))
    scenario_quotas: pd.DataFrame = field(default_factory=_no_rows(SCENARIO_QUOTAS))


@dataclass(frozen=True, repr=False)
class Money:
    """Who pays whom, and what remains for each."""

    flows: pd.DataFrame
    positions: pd.DataFrame


@dataclass(frozen=True, repr=False)
class Duties:
    """What must, may and may not be done, and how regions stand: policies, lists, energy, divergence, services."""

    energy: pd.DataFrame
    policies: pd.DataFrame
    industries: pd.DataFrame = field(default_factory=_no_rows(INDUSTRIES))
    divergence: pd.DataFrame = field(default_factory=_no_rows(DIVERGENCE))
    divergence_units: pd.DataFrame = field(default_factory=_no_rows(DIVERGENCE_UNITS))
    facilities: pd.DataFrame = field(default_factory=_no_rows(FACILITIES))


@dataclass(frozen=True, repr=False)
class Origin:
    """What a plan was made from, so that a variant of it need not begin anew.

    ``tables`` and ``steps`` are those of :mod:`zoning.pipeline`, which makes plans.
    """

    whole_rulebook: Rulebook
    inputs: Inputs
    tables: Any
    steps: Any


PARTS: Mapping[str, type] = {"land": Land, "zoning": Zoning, "amounts": Amounts, "money": Money, "duties": Duties}
PART_OF = {attribute.name: part for part, kind in PARTS.items() for attribute in fields(kind)}
"""By the name of a table or another attribute of a plan the part that holds it."""

Value = TypeVar("Value")


class _Of(Generic[Value]):
    """An attribute that a plan reads of one of its parts; it cannot be set."""

    def __init__(self, part: str) -> None:
        self.part = part

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, plan: None, owner: type) -> Self: ...

    @overload
    def __get__(self, plan: Plan, owner: type) -> Value: ...

    def __get__(self, plan: Plan | None, owner: type) -> Self | Value:
        if plan is None:
            return self
        value: Value = getattr(getattr(plan, self.part), self.name)
        return value


def _by_part(named: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """Values of a plan by their names: those of the plan itself, and those of each part."""
    parts: dict[str, dict[str, Any]] = {part: {} for part in PARTS}
    whole: dict[str, Any] = {}
    for name, value in named.items():
        (parts[PART_OF[name]] if name in PART_OF else whole)[name] = value
    return whole, parts


@dataclass(frozen=True, repr=False)
class Plan(Shown):
    """A finished plan.

    Attributes
    ----------
    study : Study
        What was asked.
    rulebook : Rulebook
        As in force on the study's date.
    land, zoning, amounts, money, duties : Land, Zoning, Amounts, Money, Duties
        The five parts that the plan is made of. What they hold is an attribute of the plan as well, read-only.
    units : GeoDataFrame
        Index ``unit_id``; ``name``, ``jurisdiction``, ``area_ha``, further columns; working CRS.
    pieces : GeoDataFrame
        Index ``piece_id``; ``unit_id``, ``area_ha``, ``control_line``, one boolean a designation; working CRS.
    measures : DataFrame
        Index ``unit_id``, one column a measure, those that were absent included with what was assumed.
    claims, zones, lines, quotas, energy, flows, positions, policies, ledger, sitings : DataFrame
        As declared in :mod:`zoning.tables`. A table with one row a unit has the ids of its units as its index, and as
        the column ``unit_id``; every other table has 0..n-1. Amounts are exact decimals, which Python does not add to
        floats: :func:`zoneplan.as_floats` gives floats.
    assumptions : tuple of Assumption
        What was absent and what was taken instead.
    roles : mapping of str to str
        Designation (a column of ``pieces``) to its role.
    sources : tuple of Source
        Every input file with its sha256.
    own_crs : str
        The CRS of the units file, as an authority code or WKT.
    conflicts : DataFrame
        Contested units and units near a threshold, as declared in :mod:`zoning.tables`.
    industries : DataFrame
        The items of all negative lists, as declared in :mod:`zoning.tables`.
    sites : GeoDataFrame
        The land that quotas take, one row a patch, as declared in :mod:`zoning.tables` with a geometry; working CRS.
    solutions, quota_rules : DataFrame
        How good the quotas with ``by = "optimal"`` are, and what their rules cost, as declared in :mod:`zoning.tables`.
    scenarios, scenario_quotas : DataFrame
        Zones and amounts of each unit in each scenario of the plan, as declared in :mod:`zoning.tables`; the whole plan
        of one is :meth:`scenario`.
    robustness : DataFrame
        How often each unit keeps its main function in the draws of the plan, as declared in :mod:`zoning.tables`.
    divergence, divergence_units : DataFrame
        Whether regions drift apart, of all and of each region, and of each unit, as declared in :mod:`zoning.tables`.
    facilities : DataFrame
        Which sites would bring most people within reach of a service, as declared in :mod:`zoning.tables`.
    heights : HeightGrid or None
        Of the layer whose relief maps show, see :func:`layers.raster.height_grid`; None where the plan names none, or
        a run is older than this.
    rasters : mapping of str to IndexRaster
        By index of the plan the raster that it is the mean of, where it is made of rasters.
    left_out : tuple of LeftOut
        What the plan does without, where a layer could not be read and it was to keep going; empty of a whole plan.
    trace : Trace
        What the steps found on their way, from which the records of the plan are made. Whoever puts other tables into a
        plan by hand gives it an empty one.
    origin : Origin or None
        What the plan was made from, with which a variant begins; None of a plan that was read back.

    Examples
    --------
    >>> import zoneplan as zp
    >>> plan = zp.run(zp.read_study(zp.builtin_study("us_mountain_west")))
    >>> plan.zones.loc["08031", "main"]
    'key_development'
    >>> int(plan.units.join(plan.zones["main"])["main"].isna().sum())
    0
    >>> plan.quotas.loc[plan.quotas["level"] == "state", "amount"].sum()
    Decimal('10600')
    """

    study: Study
    rulebook: Rulebook
    land: Land
    zoning: Zoning
    amounts: Amounts
    money: Money
    duties: Duties
    assumptions: tuple[Assumption, ...] = ()
    trace: Trace = field(default_factory=Trace, repr=False, compare=False)
    origin: Origin | None = field(default=None, repr=False, compare=False)

    units = _Of[gpd.GeoDataFrame]("land")
    pieces = _Of[gpd.GeoDataFrame]("land")
    measures = _Of[pd.DataFrame]("land")
    ledger = _Of[pd.DataFrame]("land")
    roles = _Of[dict[str, str]]("land")
    sources = _Of["tuple[Source, ...]"]("land")
    own_crs = _Of[str]("land")
    heights = _Of["HeightGrid | None"]("land")
    rasters = _Of[Mapping[str, IndexRaster]]("land")
    left_out = _Of["tuple[LeftOut, ...]"]("land")
    claims = _Of[pd.DataFrame]("zoning")
    zones = _Of[pd.DataFrame]("zoning")
    lines = _Of[pd.DataFrame]("zoning")
    conflicts = _Of[pd.DataFrame]("zoning")
    scenarios = _Of[pd.DataFrame]("zoning")
    robustness = _Of[pd.DataFrame]("zoning")
    quotas = _Of[pd.DataFrame]("amounts")
    solutions = _Of[pd.DataFrame]("amounts")
    quota_rules = _Of[pd.DataFrame]("amounts")
    sitings = _Of[pd.DataFrame]("amounts")
    sites = _Of[gpd.GeoDataFrame]("amounts")
    scenario_quotas = _Of[pd.DataFrame]("amounts")
    flows = _Of[pd.DataFrame]("money")
    positions = _Of[pd.DataFrame]("money")
    energy = _Of[pd.DataFrame]("duties")
    policies = _Of[pd.DataFrame]("duties")
    industries = _Of[pd.DataFrame]("duties")
    divergence = _Of[pd.DataFrame]("duties")
    divergence_units = _Of[pd.DataFrame]("duties")
    facilities = _Of[pd.DataFrame]("duties")
    whole_rulebook = _Of["Rulebook"]("origin")
    inputs = _Of["Inputs"]("origin")
    tables = _Of[Any]("origin")
    steps = _Of[Any]("origin")

    @classmethod
    def of(cls, **named: Any) -> Plan:
        """A plan of tables and other values by their names, each put into its part."""
        whole, parts = _by_part(named)
        return cls(**whole, **{part: PARTS[part](**values) for part, values in parts.items()})

    def having(self, **changes: Any) -> Plan:
        """The plan with other tables or other values by their names; nothing that follows from them is made anew."""
        whole, parts = _by_part(changes)
        return replace(self, **whole, **{part: replace(getattr(self, part), **parts[part]) for part in PARTS})

    def overview(self) -> Overview:
        """What was decided, in a few rows."""
        zones, quotas = self.zones, self.study.quotas
        overlays = zones["overlays"].str.split(";").explode()
        paid = self.flows.groupby(["instrument", "period"]).size()
        rows = (
            ("date", str(self.rulebook.day)),
            ("rulebook", self.rulebook.name),
            ("units", f"{len(zones):,}, {zones['area_ha'].sum():,.0f} ha"),
            ("jurisdictions", listed(sorted(set(zones["jurisdiction"]) - {""}))),
            ("main", counted(zones["main"].value_counts().to_dict())),
            ("overlays", counted(overlays[overlays != ""].value_counts().to_dict())),
            ("status", counted(zones["status"].value_counts().to_dict())),
            ("quotas", listed(f"{quota.name} {quota.period}: {quota.total:,f} {quota.unit}" for quota in quotas)),
            ("scenarios", listed(scenario.name for scenario in self.study.scenarios)),
            ("flows", listed(f"{name} {period} ({count})" for (name, period), count in paid.items())),
            ("policies", f"{self.policies['policy'].nunique():,} in {self.policies['unit_id'].nunique():,} units"),
            ("measures", listed(self.measures.columns)),
            ("rasters", listed(self.rasters)),
            ("assumptions", f"{len(self.assumptions):,}" if self.assumptions else ""),
            ("ledger", f"{len(self.ledger):,} rows" if len(self.ledger) else ""),
            ("left out", listed(omission.name for omission in self.left_out)),
            ("tables", listed(name for name, table in TABLES.items() if len(getattr(self, table.name)))),
        )
        return Overview(f"Plan {self.study.name!r}", rows)

    def map(self, language: str = "en") -> Any:
        """The plan as one offline map: see :func:`zoneplan.draw`.

        Parameters
        ----------
        language : str, optional
            Of the page.

        Returns
        -------
        folium.Map
        """
        return drawn_by("map")(self, language)

    def widget(self, language: str = "en", height: int = 640) -> Any:
        """The map as a widget of a notebook, which Python can ask what is chosen in it; needs ``zoneplan[notebook]``.

        Parameters
        ----------
        language : str, optional
            Of the page.
        height : int, optional
            Pixels.

        Returns
        -------
        anywidget.AnyWidget
            Its ``unit`` is the id of the chosen unit or None, ``compared`` that of the unit beside it, and ``filters``
            what the page shows: ``view``, ``by``, and the ``main``, ``overlay`` and ``jurisdiction`` that it is
            filtered by, None where it is not. ``observe`` calls a function when they change.

        Raises
        ------
        ZoneplanError
            anywidget is not installed.
        """
        return drawn_by("widget")(self, language, height)

    @property
    def policy_texts(self) -> pd.DataFrame:
        """What is the same wherever a policy of the plan applies, as declared in :mod:`zoning.tables`.

        Examples
        --------
        >>> import zoneplan as zp
        >>> plan = zp.run(zp.read_study(zp.builtin_study("us_mountain_west")))
        >>> plan.policy_texts.set_index("policy").loc["air-class-one", "parameters"]
        '{"park_size_above": {"unit": "acres", "value": 6000.0}}'
        """
        texts: pd.DataFrame = import_module("zoning.policies").policy_texts(self.policies, self.rulebook)
        return texts

    def vary(self, **changes: Any) -> Plan:
        """The plan with some things changed, and all that follows from them: see :func:`zoning.whatif.variants.vary`.

        Examples
        --------
        >>> import zoneplan as zp
        >>> plan = zp.run(zp.read_study(zp.builtin_study("us_mountain_west")))
        >>> plan.vary(quotas={"construction_land": 9000}).quotas["amount"].max()
        Decimal('3573')
        """
        varied: Plan = import_module("zoning.whatif.variants").vary(self, **changes)
        return varied

    def scenario(self, name: str, study_folder: str | Path | None = None) -> Plan:
        """The whole plan of one of its scenarios, policies and money included.

        Parameters
        ----------
        name : str
            Of a scenario of the study.
        study_folder : str or Path, optional
            As for :meth:`vary`.

        Raises
        ------
        UnknownNameError
            There is no such scenario; the message has what may have been meant.

        Examples
        --------
        >>> import zoneplan as zp
        >>> from zoning.study import Scenario
        >>> study = zp.read_study(zp.builtin_study("us_mountain_west"))
        >>> less = Scenario(name="less", set={"quotas.construction_land.total": 9000})
        >>> plan = zp.run(study.model_copy(update={"scenarios": (less,)}))
        >>> plan.scenario("less").quotas["amount"].max()
        Decimal('3573')
        """
        varied: Plan = import_module("zoning.whatif.variants").plan_of_scenario(self, name, study_folder)
        return varied
