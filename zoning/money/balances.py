"""Parties, everything that flows between them in a plan, and where it leaves each of them."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from layers.conditions import Evaluation
from layers.errors import (
    Attempts,
    StudyError,
    UnknownNameError,
    ZoneplanError,
    at_key,
    naming_the_layer,
    raise_all,
    shown,
)
from layers.inputs import Layer
from layers.phrases import OR, SEMICOLON, Phrase, phrase_list, word
from zoning.arguments import at_least, takes
from zoning.errors import near
from zoning.money.vertical_transfers import TransferContext, pay_transfer
from zoning.quotas import unit_context
from zoning.rulebook import Rulebook
from zoning.study import POOL, Agreement, FlowRow, Sides, Study, Transfer, parties_of, settle_agreement
from zoning.tables import FLOWS, POSITIONS, ZONES, Made, tabulate
from zoning.unit_ids import keep_ids

BUDGET = "(budget)"
"""The party whose budget goes out, where a transfer does not say who pays."""
PARTY_WORDS = {POOL: "party_pool", BUDGET: "party_budget"}
"""The parties that are no places, with what catalogues call them by."""

_NEAR = 0.8
"""Names at least as alike as this are taken for slips of each other: one letter of five."""


def known_parties(measures: pd.DataFrame, levels: Sequence[str]) -> dict[str, str]:
    """The parties that stand on the map.

    Examples
    --------
    >>> table = pd.DataFrame({"state": ["west", "east"]}, index=["a", "b"])
    >>> known_parties(table, ["state"])
    {'east': 'state', 'west': 'state', 'a': 'unit', 'b': 'unit'}
    """
    named = {name: level for level in levels for name in sorted(measures[level].dropna().astype(str).unique())}
    return named | {str(unit): "unit" for unit in sorted(measures.index) if str(unit) not in named}


def parties_of_unit(measures: pd.DataFrame, unit_id: str, levels: Sequence[str]) -> set[str]:
    """The parties whose payments concern a unit: itself and all its jurisdictions.

    Examples
    --------
    >>> table = pd.DataFrame({"nation": ["N"], "state": ["west"]}, index=["a"])
    >>> sorted(parties_of_unit(table, "a", ["nation", "state"]))
    ['N', 'a', 'west']
    """
    held = [level for level in levels if level in measures.columns]
    return {unit_id, *measures.loc[unit_id, held].dropna().astype(str)} - {""}


def namesakes(measures: pd.DataFrame, levels: Sequence[str]) -> list[str]:
    """The ids of units that are the name of a jurisdiction, too, unless it is that unit alone.

    Examples
    --------
    >>> namesakes(pd.DataFrame({"state": ["east", "east", "c"]}, index=["a", "east", "c"]), ["state"])
    ['east']
    """
    ids = set()
    for level in levels:
        members = measures.index.to_series().groupby(measures[level].to_numpy()).agg(set)
        ids |= {str(unit) for unit in measures.index if unit in members.index and members[unit] != {unit}}
    return sorted(ids)


def near_misses(name: str, known: Collection[str]) -> list[str]:
    """The known names of which a name may be a slip, letters swapped first; none where it is known, or like nothing.

    Codes of one length that differ in a digit are different codes; a digit too few or too many is a slip.

    Examples
    --------
    >>> near_misses("guizou", ["guizhou", "yunnan"]), near_misses("Yunnan ", ["guizhou", "yunnan"])
    (['guizhou'], ['yunnan'])
    >>> near_misses("guizhou", ["guizhou", "yunnan"]), near_misses("central government", ["guizhou", "yunnan"])
    ([], [])
    >>> near_misses("8031", ["08031"]), near_misses("710000", ["110000"])
    (['08031'], [])
    """
    if name in known:
        return []
    plain = {_plain(candidate): candidate for candidate in sorted(known, reverse=True)}
    meant = _plain(name)
    swapped = [spelling for spelling in sorted(plain) if sorted(spelling) == sorted(meant)]
    alike = difflib.get_close_matches(meant, sorted(plain), 3, _NEAR)
    if meant.isdecimal():
        swapped, alike = [], [spelling for spelling in alike if len(spelling) != len(meant)]
    return [plain[spelling] for spelling in dict.fromkeys((*swapped, *alike))]


def slip_faults(
    named: Iterable[tuple[str, str]],
    known: Collection[str],
    outside: Collection[str] = (),
    keys: tuple[str | int, ...] = (),
) -> Iterator[UnknownNameError]:
    """The complaints about parties whose name is nearly that of a jurisdiction or a unit."""
    for at, name in named:
        close = near_misses(name, known) if name not in outside else []
        if close:
            meant = phrase_list((f"'{candidate}'" for candidate in close), OR)
            yield UnknownNameError(
                Phrase(
                    "{place}: '{name}' is no jurisdiction or unit of the study; did you mean {meant}? A party "
                    "outside the "
                    "study with such a name is listed in 'outside'",
                    place=at,
                    name=name,
                    meant=meant,
                ),
                code="near_party",
                keys=keys,
            )


def _plain(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def expand_agreements(study: Study, rulebook: Rulebook) -> tuple[Agreement, ...]:
    """The agreements of a study, those that are like one of the rulebook's written out."""
    agreements, attempts = list[Agreement](), Attempts()
    for position, agreement in enumerate(study.agreements):
        with (
            attempts.trying(),
            at_key("agreements", position, "like"),
            naming_the_layer(Phrase("agreement '{agreement}'", agreement=agreement.name)),
        ):
            agreements.append(complete_agreement(agreement, rulebook))
    attempts.finish()
    return tuple(agreements)


def complete_agreement(agreement: Agreement, rulebook: Rulebook) -> Agreement:
    """An agreement written out: with the terms of that of the rulebook that it is like."""
    if agreement.like is None:
        return agreement
    models = {model.id: model for model in rulebook.agreements}
    if agreement.like not in models:
        raise UnknownNameError(
            Phrase(
                "rulebook '{rulebook}' has no agreement '{agreement}'{hint}",
                rulebook=rulebook.name,
                agreement=agreement.like,
                hint=near(agreement.like, models),
            ),
            code="unknown_agreement",
        )
    model = models[agreement.like]
    try:
        return agreement.completed({"reference": model.reference, "source": model.source, **model.terms})
    except ValidationError as error:
        faults = phrase_list(
            (
                Phrase("{place}: {said}", place=".".join(map(str, details["loc"])), said=_fault(details))
                if details["loc"]
                else _fault(details)
                for details in error.errors(include_url=False)
            ),
            SEMICOLON,
        )
        raise StudyError(
            Phrase("with the terms of '{agreement}': {told}", agreement=model.id, told=faults), code="agreement"
        ) from None


def _fault(details: ErrorDetails) -> str:
    """What is wrong, as the house says it, or pydantic."""
    faults = details.get("ctx", {}).get("faults", ())
    return phrase_list((fault for _, fault in faults), SEMICOLON) or details["msg"]


def river_pairs(units: gpd.GeoDataFrame, rivers: gpd.GeoDataFrame, by: str | None = None) -> pd.DataFrame:
    """The pairs of neighbours along rivers: the water of one runs straight into the other.

    Examples
    --------
    >>> from shapely.geometry import LineString, box
    >>> units = gpd.GeoDataFrame(index=["a", "b", "c"], geometry=[box(x, 0, x + 1, 1) for x in (0, 1, 2)], crs=3035)
    >>> river = gpd.GeoDataFrame(geometry=[LineString([(2.5, 0.5), (0.5, 0.5)])], crs=3035)
    >>> river_pairs(units, river).to_dict("records")[0]
    {'upstream': 'b', 'downstream': 'a', 'crossings': 1}
    """
    names = (units.index if by is None else units[by]).astype(str).to_numpy()
    lines = shapely.get_parts(shapely.line_merge(rivers.geometry.to_numpy()))
    pairs = [pair for line in lines for pair in _pairs(line, units.geometry.to_numpy(), names)]
    table = pd.DataFrame(pairs, columns=["upstream", "downstream"], dtype="str")
    return table.groupby(["upstream", "downstream"], sort=True).size().rename("crossings").reset_index()


def _pairs(line: shapely.LineString, shapes: np.ndarray, names: np.ndarray) -> Iterator[tuple[str, str]]:
    """Each change of hands along one line, from its first point on."""
    touched = np.flatnonzero(shapely.intersects(shapes, line))
    stretches = shapely.intersection(shapes[touched], line)
    parts, owner = shapely.get_parts(stretches, return_index=True)
    running = shapely.length(parts) > 0
    parts, owner = parts[running], touched[owner[running]]
    places = shapely.line_locate_point(line, shapely.line_interpolate_point(parts, 0.5, normalized=True))
    passed = names[owner[np.lexsort((names[owner], places))]]
    for upper, lower in pairwise(passed):
        if upper != lower:
            yield str(upper), str(lower)


@takes(zones=at_least("main", of=ZONES, overlays=""))
@keep_ids("zones", "measures", "units")
def account(
    zones: pd.DataFrame,
    measures: pd.DataFrame,
    study: Study,
    rulebook: Rulebook,
    *,
    units: gpd.GeoDataFrame | None = None,
    layers: Iterable[Layer] = (),
) -> Made[pd.DataFrame, Mapping[str, Evaluation]]:
    """What flows between parties: horizontal compensation and vertical transfers.

    Parameters
    ----------
    zones : DataFrame
        Index ``unit_id``; ``main``, and ``overlays`` where there are any, as :func:`zoning.zones.resolve` gives them.
    measures : DataFrame
        Index ``unit_id``, the same units; one column a measure and one a jurisdiction level.
    study : Study
        Its ``[[agreements]]`` and ``[[transfers]]``.
    rulebook : Rulebook
        Parameters and overlays that conditions may name.
    units : GeoDataFrame, optional
        Polygons of the units, needed where an agreement leaves it to a river who is upstream.
    layers : iterable of Layer, optional
        Those rivers, in the CRS of the units.

    Returns
    -------
    DataFrame
        The FLOWS table: amounts are exact decimals, ``rule`` is a message without a language yet, and each instrument
        nets to zero, its pool or budget included.

    Raises
    ------
    ZoneplanError
        What :func:`zoning.money.settle_agreement` and :func:`zoning.money.pay_transfer` refuse; a party
        whose name is nearly that of a jurisdiction or unit; a river that shows no pair of parties, or several.

    Examples
    --------
    >>> import pandas as pd
    >>> import zoneplan as zp
    >>> from zoning.study import Agreement
    >>> pay, receive = {"upper": 1, "lower": 2}, {"upper": 3, "lower": 1}
    >>> terms = {"kind": "pool", "amount": 120, "unit": "CNY", "pay": pay, "receive": receive}
    >>> study = zp.read_study(zp.builtin_study("us_mountain_west"))
    >>> study = study.model_copy(update={"agreements": (Agreement(name="River", period=2025, **terms),)})
    >>> zones = pd.DataFrame({"main": "general", "overlays": ""}, index=["upper", "lower"])
    >>> flows = zp.account(zones, pd.DataFrame(index=zones.index), study, zp.read_rulebook("us_west"))
    >>> flows[["payer", "receiver", "amount"]].astype(str)
        payer receiver amount
    0  (pool)    lower  30.00
    1  (pool)    upper  90.00
    2   lower   (pool)  80.00
    3   upper   (pool)  40.00
    """
    known = known_parties(measures, [level for level in study.units.levels if level in measures.columns])
    agreements = expand_agreements(study, rulebook)
    raise_all(party_faults(study, agreements, known))
    rivers = {layer.name: layer for layer in layers}
    rows, attempts = list[FlowRow](), Attempts()
    for position, agreement in enumerate(agreements):
        with attempts.trying(), at_key("agreements", position):
            with at_key("river"):
                sides = _sides(agreement, study, units, rivers)
            with at_key("name"):
                rows += settle_agreement(agreement, sides)
    evaluations: Mapping[str, Evaluation] = {}
    with attempts.trying():
        transferred, evaluations = _transferred(study.transfers, zones, measures, rulebook)
        rows += transferred
    attempts.finish()
    return Made(tabulate(FLOWS, pd.DataFrame(rows)), evaluations)


def payment_rows(
    agreements: Iterable[Agreement],
    transfers: Iterable[Transfer],
    zones: pd.DataFrame,
    measures: pd.DataFrame,
    rulebook: Rulebook,
) -> pd.DataFrame:
    """The FLOWS table of agreements that are written out, their sides named, and of transfers."""
    rows = [row for agreement in agreements for row in settle_agreement(agreement)]
    rows += _transferred(transfers, zones, measures, rulebook)[0]
    return tabulate(FLOWS, pd.DataFrame(rows))


def party_faults(study: Study, agreements: Sequence[Agreement], known: Mapping[str, str]) -> Iterator[ZoneplanError]:
    """The complaints about parties whose name is nearly that of a jurisdiction or a unit."""
    for position, agreement in enumerate(agreements):
        at, keys = Phrase("agreement '{agreement}'", agreement=agreement.name), ("agreements", position, "name")
        yield from slip_faults(((at, name) for name in parties_of(agreement)), known, agreement.outside, keys)
    for position, transfer in enumerate(study.transfers):
        yield from slip_faults(
            [(Phrase("transfer '{transfer}'", transfer=transfer.name), transfer.payer)],
            known,
            keys=("transfers", position, "payer"),
        )


def net_amounts(flows: Iterable[tuple[str, str, Decimal]]) -> dict[str, Decimal]:
    """What each party received less what it paid, in the order in which the parties appear.

    Examples
    --------
    >>> net_amounts([("a", "b", Decimal(3)), ("b", "c", Decimal(1))])
    {'a': Decimal('-3'), 'b': Decimal('2'), 'c': Decimal('1')}
    """
    net: dict[str, Decimal] = {}
    for payer, receiver, amount in flows:
        net[payer] = net.get(payer, Decimal(0)) - amount
        net[receiver] = net.get(receiver, Decimal(0)) + amount
    return net


def net_amounts_by(flows: pd.DataFrame, *columns: str) -> dict[tuple[str, ...], Decimal]:
    """The same of each group of rows of a table of flows: by the values of the columns, as texts, and the party.

    Examples
    --------
    >>> flow = {"payer": "a", "receiver": "b", "amount": Decimal(3), "instrument": "water"}
    >>> net_amounts_by(pd.DataFrame([flow]), "instrument")
    {('water', 'a'): Decimal('-3'), ('water', 'b'): Decimal('3')}
    """
    return {
        (*map(str, group), party): net
        for group, rows in flows.groupby([*columns], sort=False)
        for party, net in net_amounts(zip(rows["payer"], rows["receiver"], rows["amount"], strict=True)).items()
    }


@takes(flows=at_least("payer", "receiver", "amount", "unit", of=FLOWS), zones=at_least("main", of=ZONES))
@keep_ids("zones")
def positions(flows: pd.DataFrame, known: Mapping[str, str], zones: pd.DataFrame | None = None) -> pd.DataFrame:
    """What each party paid and received, and the difference, by unit of account.

    Parameters
    ----------
    flows : DataFrame
        The FLOWS table, at least ``payer``, ``receiver``, ``amount`` and ``unit``.
    known : mapping of str to str
        Parties of the study and their kind, from :func:`zoning.money.known_parties`.
    zones : DataFrame, optional
        Index ``unit_id``, at least ``main``; with it the units of each main function are summed as well.

    Returns
    -------
    DataFrame
        The POSITIONS table. ``kind`` is "unit", a jurisdiction level, "zone", "pool" or "outside"; the net positions of
        all parties but zones sum to zero in every unit of account.

    Examples
    --------
    >>> from decimal import Decimal
    >>> import pandas as pd
    >>> import zoneplan as zp
    >>> from zoning.money import positions
    >>> row = {"instrument": "A", "period": 2025, "payer": "b", "receiver": "a", "amount": Decimal(5), "unit": "CNY"}
    >>> flows = pd.DataFrame([row | {"rule": "", "reference": ""}])
    >>> positions(flows, {"a": "unit"})[["party", "kind", "net"]].to_numpy().tolist()
    [['b', 'outside', Decimal('-5')], ['a', 'unit', Decimal('5')]]
    """
    sums: dict[tuple[str, str, str], list[Decimal]] = {}

    def book(kind: str, party: str, unit: str, side: int, amount: Decimal) -> None:
        sums.setdefault((kind, party, unit), [Decimal(0), Decimal(0)])[side] += amount

    for row in flows.to_dict("records"):
        for side, key in enumerate(("payer", "receiver")):
            party = row[key]
            book(_kind(party, known), party, row["unit"], side, row["amount"])
            if zones is not None and known.get(party) == "unit":
                book("zone", zones.loc[party, "main"], row["unit"], side, row["amount"])
    rows = [
        {"kind": kind, "party": party, "unit": unit, "paid": paid, "received": received, "net": received - paid}
        for (kind, party, unit), (paid, received) in sums.items()
    ]
    return tabulate(POSITIONS, pd.DataFrame(rows))


def _transferred(
    transfers: Iterable[Transfer], zones: pd.DataFrame, measures: pd.DataFrame, rulebook: Rulebook
) -> tuple[list[FlowRow], Mapping[str, Evaluation]]:
    every = tuple(transfers)
    if not every:
        return [], {}
    seen = unit_context(zones[["main", "overlays"]], measures, rulebook.codes("overlay"))
    sight = TransferContext(seen, rulebook.values)
    rows, attempts = list[FlowRow](), Attempts()
    for position, transfer in enumerate(every):
        with attempts.trying(), at_key("transfers", position, "name"):
            rows += pay_transfer(transfer, sight)
    attempts.finish()
    return rows, sight.evaluations


def _kind(party: str, known: Mapping[str, str]) -> str:
    if party.startswith("(") and party.endswith(")"):
        return "pool"
    return known.get(party, "outside")


def _sides(
    agreement: Agreement,
    study: Study,
    units: gpd.GeoDataFrame | None,
    rivers: Mapping[str, Layer],
) -> Sides | None:
    """Who is upstream: as written, and where a river is named, as the water runs."""
    if agreement.river is None:
        return None
    at = Phrase("agreement '{agreement}'", agreement=agreement.name)
    layer = rivers.get(agreement.river)
    if layer is None or units is None:
        raise UnknownNameError(
            Phrase(
                "{place}: there is no layer '{layer}'{hint}",
                place=at,
                layer=agreement.river,
                hint=near(agreement.river, rivers),
            )
        )
    if layer.kind != "lines":
        raise UnknownNameError(
            Phrase(
                "{place}: layer '{layer}' holds {kind}; a river is a line",
                place=at,
                layer=agreement.river,
                kind=word(layer.kind),
            )
        )
    named = [party for party in (agreement.upstream, agreement.downstream) if party is not None]
    pairs = {
        (row["upstream"], row["downstream"])
        for level in (*study.units.levels, None)
        for row in river_pairs(units, layer.features, level).to_dict("records")
    }
    fitting = sorted(
        (upper, lower)
        for upper, lower in pairs
        if agreement.upstream in (None, upper) and agreement.downstream in (None, lower)
    )
    if len(fitting) == 1:
        return Sides(*fitting[0])
    wrong = [pair for pair in pairs if len(named) == 2 and set(pair) == set(named)]
    if wrong:
        raise UnknownNameError(
            Phrase(
                "{place}: '{river}' runs from '{upper}' to '{lower}', the other way",
                place=at,
                river=agreement.river,
                upper=wrong[0][0],
                lower=wrong[0][1],
            )
        )
    near_them = [pair for pair in sorted(pairs) if set(pair) & set(named)]
    listing = shown(f"{upper} > {lower}" for upper, lower in fitting or near_them or sorted(pairs))
    what = Phrase("shows several pairs") if fitting else Phrase("shows no such pair of neighbours")
    raise UnknownNameError(
        Phrase(
            "{place}: '{river}' {fault} ({pairs}); name 'upstream' and 'downstream'",
            place=at,
            river=agreement.river,
            fault=what,
            pairs=listing or Phrase("none"),
        )
    )
