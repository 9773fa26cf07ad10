"""Case inputs: what a worked case gives to the steps of the flow, as they would be given it by a study."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd

from layers import EnergyTable
from zoning.accounts import payment_rows
from zoning.agreements import complete_agreement
from zoning.case_entries import Case
from zoning.conditions import LIGHTS, PARTIES
from zoning.energy import judge_energy
from zoning.indicators import QUOTA, column_of, complete_measures
from zoning.lines import settle_lines
from zoning.rulebook import Rulebook
from zoning.tables import QUOTAS, tabulate
from zoning.wholes import ParentUnits

ENERGY_KEYS = ("period", "scheme")
"""What of the energy of a case is no column of its table."""


def case_measures(case: Case, rulebook: Rulebook) -> pd.DataFrame:
    """Measures of the unit of a case, and of the others: as they are given, so that a wrong type is found.

    Returns
    -------
    DataFrame
        Index ``unit_id``, the unit of the case first; what is missing has the type declared.
    """
    given = {name: value for name, value in case.given.items() if is_measure(name)}
    rows = {case.unit: given, **case.others}
    index = pd.Index(list(rows), name="unit_id", dtype="str")
    names = dict.fromkeys(name for row in rows.values() for name in row if name != "jurisdiction")
    columns: dict[str, object] = {
        "jurisdiction": [str(row.get("jurisdiction", case.jurisdiction)) for row in rows.values()]
    }
    columns |= {name: pd.Series([row.get(name) for row in rows.values()], index=index) for name in names}
    columns |= {one.name: column_of(one, None, index) for one in rulebook.indicators if one.name in case.missing}
    return pd.DataFrame(columns, index=index)


def is_measure(name: str) -> bool:
    """Whether a given name is that of a measure; others come from later steps."""
    return not name.startswith(QUOTA) and name not in (*LIGHTS, *PARTIES)


def case_wholes(case: Case, rulebook: Rulebook) -> ParentUnits | None:
    """The larger unit of the case, as the case gives it."""
    if case.whole is None:
        return None
    whole = pd.Index([f"{case.unit} and its neighbours"], name="unit_id", dtype="str")
    given = pd.DataFrame({"jurisdiction": [case.jurisdiction]}, index=whole).assign(**case.whole)
    unit = pd.Index([case.unit], name="unit_id", dtype="str")
    return ParentUnits("whole", complete_measures(given, rulebook), pd.Series(whole, index=unit))


def case_pieces(case: Case, rulebook: Rulebook) -> gpd.GeoDataFrame:
    """The pieces of a case, settled, one hectare each."""
    roles = dict.fromkeys(role for piece in case.pieces for role in piece.roles)
    columns: dict[str, object] = {"unit_id": case.unit, "area_ha": 1.0}
    columns |= {role: [role in piece.roles for piece in case.pieces] for role in roles}
    index = pd.Index([str(number) for number, _ in enumerate(case.pieces, start=1)], name="piece_id", dtype="str")
    pieces = gpd.GeoDataFrame(columns, index=index, geometry=[None] * len(index))
    pieces.attrs = {"roles": {role: role for role in roles}}
    return settle_lines(pieces, rulebook)


def case_quotas(case: Case) -> pd.DataFrame:
    """The amounts that the case gives, as if they had been handed out."""
    rows = [
        {
            "quota": name.removeprefix(QUOTA),
            "period": case.date.year,
            "level": "unit",
            "unit_id": case.unit,
            "amount": amount,
        }
        for name, amount in case.given.items()
        if name.startswith(QUOTA)
    ]
    return tabulate(QUOTAS, pd.DataFrame(rows).reindex(columns=list(QUOTAS.columns)))


def case_lights(case: Case, rulebook: Rulebook) -> pd.DataFrame | None:
    """The lights of the unit's jurisdiction, or of the unit: judged by its energy, or as the case gives them."""
    region = case.jurisdiction or case.unit
    if case.energy is not None:
        row = {name: value for name, value in case.energy.items() if name not in ENERGY_KEYS}
        period, scheme = (case.energy.get(key) for key in ENERGY_KEYS)
        frame = pd.DataFrame([row], index=pd.Index([region], name="region"), dtype=object)
        year = case.date.year if period is None else int(float(period))
        return judge_energy(EnergyTable(year, frame, None if scheme is None else str(scheme)), rulebook)
    given = {name: [case.given[name]] for name in LIGHTS if name in case.given}
    if not given:
        return None
    empty = {name: [None] for name in LIGHTS if name not in given}
    return pd.DataFrame({"period": [case.date.year], "region": [region], **given, **empty})


def case_flows(case: Case, zones: pd.DataFrame, measures: pd.DataFrame, rulebook: Rulebook) -> pd.DataFrame | None:
    """The money that flows by the agreements and transfers of a case, or of which it says that the unit has a part."""
    if case.agreements or case.transfers:
        agreements = [complete_agreement(one, rulebook) for one in case.agreements]
        return payment_rows(agreements, case.transfers, zones, measures, rulebook)
    if not set(PARTIES) & set(case.given):
        return None
    sides = {"payer": "pays", "receiver": "receives"}
    return pd.DataFrame({side: [case.unit if case.given.get(name) else ""] for side, name in sides.items()})
