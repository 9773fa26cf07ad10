"""Exactly one main function a unit, any number of overlays, out of all claims."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.conditions import Answer
from layers.errors import UnknownNameError, raise_all, shown
from layers.phrases import Phrase
from zoning.arguments import at_least, takes
from zoning.errors import near
from zoning.plan import Plan
from zoning.rulebook import LOCKED, Rulebook
from zoning.tables import CLAIMS
from zoning.unit_ids import keep_ids
from zoning.zones.claims import DECISION, DEFAULT_RULE
from zoning.zones.parent_units import rules_of_units

OPEN = ("contested", "review")
"""The statuses of units that wait for somebody."""
OVERLAY = "_overlay"
"""Ends the name of a standing that is about overlays alone."""
STANDINGS = (
    "decided",
    "contested",
    "review",
    f"review{OVERLAY}",
    "by_decision",
    f"by_decision{OVERLAY}",
    "assumed",
)


def assumed_measures(zones: pd.DataFrame) -> list[str]:
    """The absent measures on which the main function of some units hangs, or an overlay that they have, sorted.

    Examples
    --------
    >>> assumed_measures(pd.DataFrame({"assumed": ["marine_share", "", "heritage_ha;marine_share"]}))
    ['heritage_ha', 'marine_share']
    """
    return sorted({name for names in zones["assumed"].unique() for name in names.split(";")} - {""})


def decision_status(plan: Plan) -> pd.Series:
    """How the zones of each unit came about.

    Examples
    --------
    >>> from zoning.study import builtin_study, read_study
    >>> from zoning.pipeline.flow import run
    >>> decision_status(run(read_study(builtin_study("us_mountain_west"))))["49035"]
    'by_decision_overlay'
    """
    zones, claims = plan.zones.set_index("unit_id"), plan.claims
    status, rule = zones["status"].astype("str"), zones["rule"].astype("str")
    decided = (status == "by_decision") & ~rule.str.startswith((DECISION, LOCKED))
    reviewed = status == "review"
    if reviewed.any():
        waiting = open_claims(claims[claims["unit_id"].isin(zones.index[reviewed])], plan.rulebook)
        unanswered = waiting[waiting["zone"].isin(plan.rulebook.codes("main"))]
        reviewed &= ~zones.index.isin(unanswered["unit_id"])
    return status.where(~(decided | reviewed), status + OVERLAY)


_LOCKED, _LOCKED_WHOLE, _LOCKED_AROUND, _DECISION, _DECISION_WHOLE, _REFINING, _RULE, _DEFAULT = range(8)
Places = npt.NDArray[np.intp]
Words = npt.NDArray[np.object_]
COLUMNS = ("main", "overlays", "status", "rule", "reason", "assumed", "part_of", "main_of_whole")


CLAIMS_LEAST = at_least("unit_id", "zone", "rule", "answer", of=CLAIMS, reason="", assumed="", inherited_from="")
"""What of claims it takes to resolve them."""


@takes(claims=CLAIMS_LEAST)
@keep_ids()
def resolve(claims: pd.DataFrame, rulebook: Rulebook) -> pd.DataFrame:
    """The zones of each unit.

    Parameters
    ----------
    claims : DataFrame
        The CLAIMS table, with a row of the rule ``default`` for each unit; in any order. At least ``unit_id``,
        ``zone``, ``rule`` and ``answer``.
    rulebook : Rulebook
        Kinds of the zones and priorities of the rules.

    Returns
    -------
    DataFrame
        Index ``unit_id``, sorted; ``main``, ``overlays`` (sorted, joined by ``;``), ``status``, and ``rule`` and
        ``reason`` of the claim that decided the main function; ``assumed``, the absent measures on which the main
        function of the unit hangs, or an overlay that it has (sorted, joined by ``;``); ``part_of`` and
        ``main_of_whole``, the larger unit of which the unit is a part and its main function, both empty where it is a
        part of nothing.

    Raises
    ------
    UnknownNameError
        A claim of a zone or rule that the rulebook does not have, or a unit that nothing claims.

    Notes
    -----
    A locked decision wins, one on the unit before one on its whole and one on its jurisdiction; then a decision of the
    plan, one on the unit before one on its whole; then rules that refine; then the other rules; the default zone comes
    last. Among rules the lowest priority number wins, and where different zones stand at it, the id that sorts first.
    The main function of a whole is decided alike, by the claims on it and on its jurisdiction alone.

    The status is the first that fits: ``by_decision`` where a decision, locked or not, gave the main function,
    ``contested`` where different zones stood at the lowest number, ``review`` where a rule could not be answered whose
    answer counts (see :func:`open_claims`), ``assumed`` where the main function would be another one, or open, if
    every absent measure were unknown, ``by_decision`` where a decision gave an overlay, else ``decided``.

    Examples
    --------
    >>> import pandas as pd
    >>> import zoneplan as zp
    >>> denver = pd.DataFrame({"metro": [True], "pop_2020": [715522], "area_km2": [396.0]}, index=["08031"])
    >>> rulebook = zp.read_rulebook("us_west")
    >>> zones = zp.resolve(zp.classify(denver, rulebook), rulebook)
    >>> zones.loc["08031", ["main", "rule"]].tolist()
    ['key_development', 'key-1']
    """
    ranked = _ranked(claims, rulebook)
    mains = _mains(ranked)
    winners = _first(mains)
    units = pd.Index(sorted(set(ranked["unit_id"])), name="unit_id", dtype=winners.index.dtype)
    orphans = units.difference(winners.index)
    if len(orphans):
        raise UnknownNameError(
            Phrase(
                "nothing claims a main function for {ids}, not even the rule '{rule}': give the claims that "
                "classify() makes",
                ids=shown(orphans),
                rule=DEFAULT_RULE,
            ),
            features=orphans,
        )
    first, of = winners.reindex(units), units.get_indexer(mains["unit_id"])
    beside = [mains[name].to_numpy() == first[name].to_numpy()[of] for name in ("tier", "rank")]
    rivals = mains[beside[0] & beside[1] & (mains["zone"].to_numpy() != first["zone"].to_numpy()[of])]
    overlays = ranked[(ranked["kind"] == "overlay") & (ranked["answer"] == "yes")]
    doubts = _doubts(ranked, winners["zone"])
    facts = {
        "decided": first["decision"].to_numpy(dtype=bool),
        "contested": units.isin(rivals["unit_id"]),
        "review": units.isin(_open(ranked, winners)["unit_id"]),
        "assumed": units.isin(doubts.loc[doubts["is_open"], "unit_id"]),
        "given": units.isin(overlays.loc[overlays["decision"], "unit_id"]),
    }
    statuses = ["by_decision", "contested", "review", "assumed", "by_decision"]
    whole, main_of_whole = _wholes(ranked, mains)
    return first.rename(columns={"zone": "main"}).assign(
        overlays=_joined(overlays["unit_id"], overlays["zone"], units),
        status=pd.Series(np.select([*facts.values()], statuses, "decided"), units, dtype="str"),
        assumed=_joined(doubts["unit_id"], doubts["assumed"], units),
        part_of=whole.reindex(units, fill_value="").astype("str"),
        main_of_whole=main_of_whole.reindex(units, fill_value="").astype("str"),
    )[list(COLUMNS)]


def _joined(ids: pd.Series, texts: pd.Series, units: pd.Index) -> pd.Series:
    """For each unit its codes, sorted and joined by ``;``, from rows that may have several."""
    codes_by_unit: dict[str, set[str]] = {unit: set() for unit in units}
    for unit, text in zip(ids.tolist(), texts.tolist(), strict=True):
        codes_by_unit[unit].update(text.split(";"))
    return pd.Series([";".join(sorted(codes)) for codes in codes_by_unit.values()], units, dtype="str")


def open_claims(claims: pd.DataFrame, rulebook: Rulebook) -> pd.DataFrame:
    """The claims without an answer whose answer counts.

    Examples
    --------
    >>> import pandas as pd
    >>> import zoneplan as zp
    >>> rulebook = zp.read_rulebook("main_functional_areas")
    >>> sichuan = {"jurisdiction": ["Sichuan"], "energy_rich_share": [0.4], "raw_coal_t": [None], "population": [8e7]}
    >>> claims = zp.classify(pd.DataFrame(sichuan, index=["510000"]), rulebook)
    >>> claims.loc[claims["zone"] == "energy_rich", "answer"].tolist()
    ['yes', 'unknown']
    >>> len(open_claims(claims, rulebook))
    0
    """
    ranked = _ranked(claims, rulebook)
    return _open(ranked, _first(_mains(ranked)))[["unit_id", "zone", "rule"]]


def _open(ranked: pd.DataFrame, winners: pd.DataFrame) -> pd.DataFrame:
    """What :func:`open_claims` gives, with all columns."""
    unknown = ranked[ranked["answer"] == "unknown"]
    if unknown.empty:
        return unknown
    first = winners[["tier", "rank", "rule", "zone"]].reindex(unknown["unit_id"]).set_axis(unknown.index)
    beside = (unknown["tier"] == first["tier"]) & (unknown["rank"] == first["rank"])
    could_be_main = (_before(unknown, first) | beside) & (unknown["zone"] != first["zone"])
    given = ranked.loc[(ranked["kind"] == "overlay") & (ranked["answer"] == "yes"), ["unit_id", "zone"]]
    is_given = pd.MultiIndex.from_frame(unknown[["unit_id", "zone"]]).isin(pd.MultiIndex.from_frame(given))
    return unknown[could_be_main.where(unknown["kind"] == "main", ~is_given).astype(bool)]


def _mains(ranked: pd.DataFrame) -> pd.DataFrame:
    """The claims for main functions, of each unit the strongest first."""
    mains = ranked[(ranked["kind"] == "main") & (ranked["answer"] == "yes")]
    return mains.sort_values(["unit_id", "tier", "rank", "rule"])


def _first(mains: pd.DataFrame) -> pd.DataFrame:
    return mains.drop_duplicates("unit_id").set_index("unit_id")


class MainRules:
    """The rules for main functions that are asked of units, in their order, and what stands around them."""

    def __init__(self, rulebook: Rulebook, standing: pd.DataFrame, units: pd.Index) -> None:
        mains = set(rulebook.codes("main"))
        rules = [rule for rule in rules_of_units(standing, rulebook) if rule.zone in mains]
        self.rules = tuple(sorted(rules, key=lambda rule: (rule.priority, rule.id)))
        first = _first(_mains(_ranked(standing, rulebook)))[["zone", "tier"]].reindex(units)
        self._around = first["zone"].fillna("").to_numpy(dtype=object)
        self._decided = (first["tier"] < _REFINING).to_numpy()
        self._zones = np.array([*(rule.zone for rule in self.rules), ""], dtype=object)

    def zones(self, answers: Sequence[Answer], units: Places | slice = slice(None), *, doubtful: bool = False) -> Words:
        """The main function of each row."""
        around, decided = self._around[units], self._decided[units]
        claimed = [answer.yes | answer.unknown if doubtful else answer.yes for answer in answers]
        held = np.vstack([*claimed, ~np.any(claimed, axis=0) if claimed else np.ones(len(around), dtype=bool)])
        ruled = self._zones[held.argmax(axis=0)]
        mains: Words = np.where(decided | (ruled == ""), around, ruled)
        for rule, answer in zip(self.rules, answers, strict=True):
            if rule.on_unknown == "error":
                mains[answer.unknown] = ""
        return mains


def _doubts(ranked: pd.DataFrame, main: pd.Series) -> pd.DataFrame:
    """The claims, made or not, on which the main function, or an overlay that is there, hangs by what was assumed.

    An overlay that is not there because nothing gives its measures is missing from every unit alike: that is told once,
    with what was assumed for them.

    ``is_open``: the main function would be another one, or open, if these were unknown. That is so where such a claim
    for another zone stands above the first claim for a main function that hangs on nothing absent: it gave the main
    function, or it would still be possible, which a claim of a rule with ``on_unknown = "no"`` would not.
    """
    hanging = ranked["assumed"] != ""
    if not hanging.any():
        return ranked[hanging].assign(is_open=False)
    firm = ranked[~hanging & (ranked["answer"] == "yes")]
    doubts = ranked[hanging]
    is_main = doubts["kind"] == "main"
    order = ["unit_id", "tier", "rank", "rule"]
    first = firm[firm["kind"] == "main"].sort_values(order).drop_duplicates("unit_id").set_index("unit_id")
    sure = first[["tier", "rank", "rule", "zone"]].reindex(doubts["unit_id"]).set_axis(doubts.index)
    above = _before(doubts, sure)
    held = pd.MultiIndex.from_frame(firm.loc[firm["kind"] == "overlay", ["unit_id", "zone"]])
    firmly = pd.MultiIndex.from_frame(doubts[["unit_id", "zone"]]).isin(held)
    gone = (doubts["answer"] == "yes") & doubts["lapses"] & (doubts["zone"] != doubts["unit_id"].map(main))
    counts = (is_main & above & (doubts["zone"] != sure["zone"]) & ~gone) | (
        ~is_main & ~firmly & (doubts["answer"] == "yes")
    )
    return doubts.assign(is_open=is_main & (doubts["answer"] != "unknown"))[counts]


def _before(claims: pd.DataFrame, others: pd.DataFrame) -> pd.Series:
    """Where a claim stands above another, row by row."""
    tier, rank = claims["tier"] - others["tier"], claims["rank"] - others["rank"]
    return (tier < 0) | ((tier == 0) & ((rank < 0) | ((rank == 0) & (claims["rule"] < others["rule"]))))


def _wholes(ranked: pd.DataFrame, mains: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """For each part of a larger unit that unit, and its main function: by the claims that are about it."""
    of = ranked[(ranked["rule"] == DEFAULT_RULE) & (ranked["inherited_from"] != "")]
    about = (mains["inherited_from"] != "") | (mains["tier"] == _LOCKED_AROUND)
    first = mains[about & mains["unit_id"].isin(of["unit_id"])].drop_duplicates("unit_id")
    return of.set_index("unit_id")["inherited_from"], first.set_index("unit_id")["zone"]


def _ranked(claims: pd.DataFrame, rulebook: Rulebook) -> pd.DataFrame:
    """Claims with the kind of their zone, whether a decision made them, their tier and their rank in it.

    ``lapses``: the rule claims nothing where it has no answer. The lower, the stronger. A locked decision stands
    above those of the plan, these above every rule and the default below, whatever numbers the rules use.
    """
    kinds = {zone.code: zone.kind for zone in rulebook.zones}
    by_hand = {"assumed", "inherited_from"} - set(claims.columns)  # of units that are parts of nothing, on facts
    claims = claims.assign(**dict.fromkeys(by_hand, ""))
    priorities = {rule.id: rule.priority for rule in rulebook.rules}
    rule = claims["rule"]
    decision, locked = rule.str.startswith(DECISION), rule.str.startswith(LOCKED)
    known = {**priorities, **dict.fromkeys(rulebook.locked, 0)}
    ruled = ~decision & (rule != DEFAULT_RULE)
    raise_all(
        UnknownNameError(
            Phrase(
                "claims: rulebook '{rulebook}' has no {kind} '{name}'{hint}",
                rulebook=rulebook.name,
                kind=what,
                name=name,
                hint=near(name, known),
            )
        )
        for what, known, names in ((Phrase("zone"), kinds, claims["zone"]), (Phrase("rule"), known, rule[ruled]))
        for name in sorted(set(names) - set(known))
    )
    around = {name for name, entry in rulebook.locked.items() if entry.unit is None}
    refining = {zone_rule.id for zone_rule in rulebook.rules if zone_rule.refines}
    whole = claims["inherited_from"] != ""
    tiers = (
        (_LOCKED_AROUND, rule.isin(around)),
        (_LOCKED_WHOLE, locked & whole),
        (_LOCKED, locked),
        (_DECISION_WHOLE, decision & whole),
        (_DECISION, decision),
        (_DEFAULT, rule == DEFAULT_RULE),
        (_REFINING, rule.isin(refining)),
    )
    return claims.assign(
        kind=claims["zone"].map(kinds),
        decision=decision | locked,
        lapses=rule.isin({zone_rule.id for zone_rule in rulebook.rules if zone_rule.on_unknown == "no"}),
        tier=np.select([where for _, where in tiers], [tier for tier, _ in tiers], _RULE),
        rank=rule.map(priorities).fillna(0.0).astype(float),
    )
