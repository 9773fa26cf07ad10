"""Services: what the land of each unit gives, in money, and where money is best paid for it first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd

from layers.errors import Attempts, SourceError, UnknownNameError, ZoneplanError, at_key, shown
from layers.numerals import floats_of, how_to_write, stray_texts
from layers.phrases import Phrase
from zoning.errors import near
from zoning.solver import counted_ids, exact_number
from zoning.study import ServicesSection, Study

CENT = Decimal("0.01")
PARTS = ("market_value", "nonmarket_value", "value")
ITEM_COLUMNS = ("unit_id", "land_class", "area_ha", *PARTS)


def value_services(
    measures: pd.DataFrame, services: ServicesSection, items: pd.DataFrame | None = None
) -> pd.DataFrame:
    """What the services of the land of each unit are worth in a year, as measures.

    Notes
    -----
    Value = sum over the classes of area x value of a hectare, exact and then rounded to the cent, class by class.
    Benefit to cost = non-market value / what is paid; per output = non-market value / output: where it is largest,
    payment comes first (rank 1; equal ones by id). A ratio to nothing is missing. The two ratios are those of Sun 2021
    on Xinjiang (ChinaXiv 202104.00049V1).

    Examples
    --------
    >>> land = pd.DataFrame({"forest_ha": [10.0, 0.0], "grass_ha": [5.0, 40.0]}, index=["a", "b"])
    >>> values = {"forest": {"wood": 100, "water": 900}, "grass": {"wood": 0, "water": 50}}
    >>> given = ServicesSection(unit="CNY", values=values, market=("wood",))
    >>> value_services(land, given).astype(int).to_dict("index")["a"]
    {'services_value_cny': 10250, 'services_market_cny': 1000, 'services_nonmarket_cny': 9250}
    """
    names = measure_names(services)
    taken = sorted(set(names) & set(measures.columns))
    if taken:
        raise UnknownNameError(
            Phrase(
                "the measure '{measure}' comes from [services] and stands in the study already; rename the column",
                measure=taken[0],
            ),
            code="two_sources",
        )
    items = itemise_services(measures, services) if items is None else items
    sums = items.groupby("unit_id", sort=False)[list(PARTS)].sum().reindex(measures.index)
    unknown = np.logical_or.reduce([hectares.isna() for hectares in _areas(measures, services).values()])
    money = {part: sums[part].fillna(0).astype(float).where(~unknown) for part in PARTS}
    columns = dict(zip(names, (money[part] for part in ("value", "market_value", "nonmarket_value")), strict=False))
    attempts = Attempts()
    with attempts.trying(), at_key("services", "paid"):
        if services.paid is not None:
            columns["services_benefit_cost"] = _ratio(money["nonmarket_value"], measures, services.paid)
    with attempts.trying(), at_key("services", "output"):
        if services.output is not None:
            columns["services_per_output"] = _ratio(money["nonmarket_value"], measures, services.output)
            columns["services_rank"] = _ranked(columns["services_per_output"])
    attempts.finish()
    return pd.DataFrame(columns, index=measures.index)


def itemise_services(measures: pd.DataFrame, services: ServicesSection) -> pd.DataFrame:
    """The value of each class of land in each unit, as far as it has any.

    Examples
    --------
    >>> land = pd.DataFrame({"forest_ha": [2.5]}, index=["a"])
    >>> given = ServicesSection(unit="CNY", values={"forest": {"wood": 100, "water": 900}}, market=("wood",))
    >>> itemise_services(land, given)[["land_class", "value"]].to_numpy().tolist()
    [['forest', Decimal('2500.00')]]
    """
    areas = _areas(measures, services)
    rows = [
        {"unit_id": unit, "land_class": land, "area_ha": float(hectares)} | _worth(hectares, services, land)
        for unit in measures.index
        for land in services.values
        if not pd.isna(hectares := areas[land][unit]) and hectares > 0
    ]
    return pd.DataFrame(rows, columns=list(ITEM_COLUMNS))


def measure_names(services: ServicesSection | None) -> tuple[str, ...]:
    """The measures that ``[services]`` adds to those of a study; none where there is no such section."""
    if services is None:
        return ()
    names = [f"services_{part}_{services.unit.lower()}" for part in ("value", "market", "nonmarket")]
    names += ["services_benefit_cost"] if services.paid is not None else []
    names += ["services_per_output", "services_rank"] if services.output is not None else []
    return tuple(names)


def service_faults(study: Study, names: Iterable[str]) -> Iterator[ZoneplanError]:
    """The complaints about ``[services]``: names that nothing provides."""
    services = study.services
    if services is None:
        return
    given = set(names)
    wanted: list[tuple[tuple[str, ...], str]] = [
        (("values", land), f"{land}_ha" if f"{land}_ha" in given or f"{land}_share" not in given else f"{land}_share")
        for land in services.values
    ]
    wanted += [((key,), name) for key in ("paid", "output") if (name := getattr(services, key)) is not None]
    for keys, name in wanted:
        if name not in given:
            yield UnknownNameError(
                Phrase("nothing provides the measure '{measure}'{hint}", measure=name, hint=near(name, given)),
                code="unknown_measure",
                keys=("services", *keys),
            )


def _worth(hectares: float, services: ServicesSection, land: str) -> dict[str, Decimal]:
    """The value of so many hectares, market and non-market, each rounded to the cent; the whole is their sum."""
    sides = {True: Fraction(0), False: Fraction(0)}
    for service, value in services.values[land].items():
        sides[service in services.market] += Fraction(value)
    factor = Fraction(exact_number(hectares)) * Fraction(services.rate)
    market, other = (_cents(sides[side] * factor) for side in (True, False))
    return {"market_value": market, "nonmarket_value": other, "value": market + other}


def _cents(amount: Fraction) -> Decimal:
    return round(amount * 100) * CENT


def _areas(measures: pd.DataFrame, services: ServicesSection) -> dict[str, pd.Series]:
    """The area of each class of land in each unit."""
    areas, attempts = dict[str, pd.Series](), Attempts()
    for land in services.values:
        with attempts.trying(), at_key("services", "values", land):
            areas[land] = _hectares(measures, land)
    attempts.finish()
    return areas


def _hectares(measures: pd.DataFrame, land: str) -> pd.Series:
    """The area of a class in each unit: as measured, or its share of the unit."""
    name = f"{land}_ha"
    if name not in measures.columns and {f"{land}_share", "area_ha"} <= set(measures.columns):
        return _column(measures, f"{land}_share") * _column(measures, "area_ha")
    return _column(measures, name)


def _column(measures: pd.DataFrame, name: str) -> pd.Series:
    if name not in measures.columns:
        raise UnknownNameError(
            Phrase(
                "[services]: nothing provides the measure '{measure}'{hint}",
                measure=name,
                hint=near(name, measures.columns),
            )
        )
    column = pd.Series(floats_of(measures[name]), index=measures.index, name=name)
    texts = stray_texts(measures[name][column.isna()])
    if len(texts):
        raise SourceError(
            Phrase(
                "[services]: '{name}' holds texts, not numbers, as in {values}, for {ids}. {remedy}.",
                name=name,
                values=shown(texts.unique()[:3]),
                ids=counted_ids(texts.index),
                remedy=how_to_write(texts),
            ),
            layer=name,
            features=sorted(texts.index),
        )
    if (column < 0).any():
        wrong = column.index[column < 0]
        raise SourceError(
            Phrase("[services]: '{name}' is negative for {ids}", name=name, ids=counted_ids(wrong)),
            layer=name,
            features=sorted(wrong),
        )
    return column


def _ratio(values: pd.Series, measures: pd.DataFrame, name: str) -> pd.Series:
    """What comes out for one of a measure; missing where there is none of it."""
    base = _column(measures, name)
    return values / base.where(base > 0)


def _ranked(ratios: pd.Series) -> pd.Series:
    """1 for the largest, equal ones by id; missing where the ratio is."""
    known = ratios.dropna()
    order = sorted(known.index, key=lambda unit: (-known[unit], str(unit)))
    return pd.Series({unit: float(rank) for rank, unit in enumerate(order, start=1)}, dtype=float).reindex(ratios.index)
