"""The plan: everything that one run found and decided, frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any

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
    tabulate,
)

if TYPE_CHECKING:
    from pathlib import Path

    from layers.inputs import LeftOut, Source
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


@dataclass(frozen=True, repr=False)
class Plan(Shown):
    """A finished plan.

    Attributes
    ----------
    study : Study
        What was asked.
    rulebook : Rulebook
        As in force on the study's date.
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
    units: gpd.GeoDataFrame
    pieces: gpd.GeoDataFrame
    measures: pd.DataFrame
    claims: pd.DataFrame
    zones: pd.DataFrame
    lines: pd.DataFrame
    quotas: pd.DataFrame
    energy: pd.DataFrame
    flows: pd.DataFrame
    positions: pd.DataFrame
    policies: pd.DataFrame
    ledger: pd.DataFrame
    assumptions: tuple[Assumption, ...]
    roles: dict[str, str]
    sources: tuple[Source, ...]
    own_crs: str
    conflicts: pd.DataFrame = field(default_factory=lambda: tabulate(CONFLICTS, pd.DataFrame()))
    sitings: pd.DataFrame = field(default_factory=lambda: tabulate(SITINGS, pd.DataFrame()))
    sites: gpd.GeoDataFrame = field(
        default_factory=lambda: gpd.GeoDataFrame(tabulate(SITES, pd.DataFrame()), geometry=[])
    )
    industries: pd.DataFrame = field(default_factory=lambda: tabulate(INDUSTRIES, pd.DataFrame()))
    solutions: pd.DataFrame = field(default_factory=lambda: tabulate(SOLUTIONS, pd.DataFrame()))
    quota_rules: pd.DataFrame = field(default_factory=lambda: tabulate(QUOTA_RULES, pd.DataFrame()))
    scenarios: pd.DataFrame = field(default_factory=lambda: tabulate(SCENARIOS, pd.DataFrame()))
    scenario_quotas: pd.DataFrame = field(default_factory=lambda: tabulate(SCENARIO_QUOTAS, pd.DataFrame()))
    robustness: pd.DataFrame = field(default_factory=lambda: tabulate(ROBUSTNESS, pd.DataFrame()))
    divergence: pd.DataFrame = field(default_factory=lambda: tabulate(DIVERGENCE, pd.DataFrame()))
    divergence_units: pd.DataFrame = field(default_factory=lambda: tabulate(DIVERGENCE_UNITS, pd.DataFrame()))
    facilities: pd.DataFrame = field(default_factory=lambda: tabulate(FACILITIES, pd.DataFrame()))
    heights: HeightGrid | None = None
    rasters: Mapping[str, IndexRaster] = field(default_factory=dict, compare=False)
    left_out: tuple[LeftOut, ...] = ()
    trace: Trace = field(default_factory=Trace, repr=False, compare=False)

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
