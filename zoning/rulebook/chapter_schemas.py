"""The entries of agreements, worked cases, energy schemes, negative lists and classifications in a rulebook's files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import Field, ValidationError, model_validator

from layers.phrases import Phrase, phrase_list
from layers.sources import (
    Dated,
    EncodingText,
    Exact,
    ExactPct,
    Factor,
    Section,
    Several,
    Signed,
    Sourced,
    Text,
    Texts,
    Titled,
    Wording,
)
from zoning.rulebook.schema import Cited, Derived, DerivedBand, Id, Identifier, Parameter, Scalar, plain_number
from zoning.study import KINDS, Agreement, Transfer

NAMED: Mapping[str, Any] = {"unit": "1", "upstream": "upstream", "downstream": "downstream"}
"""What a plan adds to a model of any kind, for trying the model without one."""


class AgreementModel(Titled, Dated, Cited):
    """An agreement that was made, without what is measured anew in each period."""

    id: Id
    """What agreements of a plan name in ``like``."""
    terms: dict[Text, Any] = Field(min_length=1)
    """Keys of [[agreements]] of a plan; those that the plan gives itself come first."""
    seen: Texts
    """What of it was read in an official text, and what was not."""
    reference: Wording
    """The document, or the page that tells of it."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        for problem in self._problems():
            raise ValueError(problem)
        return self

    def _problems(self) -> Iterator[str]:
        """What is wrong with its terms, tried with placeholders for all that is measured."""
        unknown = sorted(set(self.terms) - set(Agreement.model_fields))
        if unknown:
            yield Phrase("terms: '{unknown}' is no key of [[agreements]]", unknown=unknown[0])
            return
        kind = KINDS.get(str(self.terms.get("kind", "")))
        welcome = {*self.terms, "unit", *(kind.keys if kind else ())}
        trial = {key: value for key, value in NAMED.items() if key in welcome} | self.terms
        if kind is not None:
            trial = {**kind.measured, **trial}
        if "indicators" in trial:
            measured = {"measured": Decimal(0), **(kind.measured_of_indicators if kind else {})}
            trial["indicators"] = [{**measured, **indicator} for indicator in trial["indicators"]]
        try:
            Agreement.model_validate({"name": self.id, "period": 0, **trial})
        except ValidationError as error:
            yield Phrase("terms: {fault}", fault=error.errors(include_url=False)[0]["msg"])


class AgreementModels(Section):
    """``agreements.toml``."""

    agreements: Several[AgreementModel] = ()


class Gap(Dated, Sourced):
    """Why an instrument has no policy where none of its policies holds; the first of its gaps that holds is told."""

    when: Text = "TRUE"
    """Condition over what policies on units see."""
    reason: Texts
    """Why there is none, in words that stand in explanations, by language."""
    needs: Texts | None = None
    """What an office has to bring for a policy of its own, by language: where there is law that nobody has read."""


class CoveredInstrument(Titled):
    """An instrument of the law, the policies that are of it, and why there is none elsewhere."""

    code: Identifier
    """What it is called in tables."""
    policies: Several[Id] = ()
    """Ids of its policies; each policy of the rulebook stands under one instrument."""
    agreements: Several[Id] = ()
    """Ids of agreements in ``agreements.toml`` that are of it."""
    gaps: Several[Gap] = ()
    """Reasons for none, asked in their order where no policy of it holds."""


class Coverage(Section):
    """``coverage.toml``."""

    coverage: Several[CoveredInstrument] = ()


IN = "in_"
"""Conditions see ``in_<code>``: whether a unit lies in the region of that code."""


class Place(Titled, Sourced):
    """Units that regions name together: a province, a prefecture, the cities of a list."""

    code: Identifier
    """What regions call it."""
    ids: Several[Text] = ()
    """Ids of units; ``_`` stands for one sign and ``%`` for any number of them, as in LIKE: "21____"."""
    names: Several[Text] = ()
    """Names of jurisdictions all of whose units lie in it."""
    except_ids: Several[Text] = ()
    """Ids of which ``names`` are not asked, for they say by themselves where they lie; written like ``ids``."""

    @cached_property
    def when(self) -> str:
        """The condition on units that lie in it.

        Examples
        --------
        >>> Place(code="jilin", title={"en": "Jilin"}, ids=["22____", "220000"], names=["Jilin"]).when
        "unit_id LIKE '22____' OR unit_id IN ('220000') OR jurisdiction IN ('Jilin')"
        """
        conditions = _of_ids(self.ids)
        if self.names:
            named = f"jurisdiction IN ({_quoted(self.names)})"
            others = " OR ".join(_of_ids(self.except_ids))
            conditions.append(f"({named} AND NOT ({others}))" if others else named)
        return " OR ".join(conditions)

    @property
    def when_by_id(self) -> str:
        """The condition on the ids of units alone; "" where only jurisdictions are named."""
        return " OR ".join(_of_ids(self.ids))

    @model_validator(mode="after")
    def _somewhere(self) -> Self:
        if not (self.ids or self.names):
            raise ValueError(Phrase("give 'ids' of units or 'names' of jurisdictions; without both nobody lies in it"))
        return self


def _of_ids(ids: Sequence[str]) -> list[str]:
    """The conditions on the ids of units, those that are given as a whole together."""
    alike = [unit_id for unit_id in ids if set(unit_id) & set("_%")]
    whole = [unit_id for unit_id in ids if unit_id not in alike]
    listed = [f"unit_id IN ({_quoted(whole)})"] if whole else []
    return [*(f"unit_id LIKE {_quoted([pattern])}" for pattern in alike), *listed]


def _quoted(texts: Sequence[str]) -> str:
    return ", ".join("'" + text.replace("'", "''") + "'" for text in texts)


class Programme(Titled, Dated, Sourced):
    """A plan or programme for a region: a document, the days on which it runs, and the policies that it brought."""

    id: Id
    """What explanations call it."""
    policies: Several[Id] = ()
    """Ids of its policies: each is asked of the region, and none outlives the programme."""


class Region(Titled, Dated, Cited):
    """A region for which there is law or money of its own; conditions ask ``in_<code>`` whether a unit lies in it."""

    code: Identifier
    """What conditions call it, behind ``in_``; two versions of one code are welcome where no day has both."""
    members: Several[Identifier] = ()
    """Codes of places that lie in it as a whole."""
    partly: Several[Identifier] = ()
    """Codes of places of which only a part belongs to it: the layer of its role says which units."""
    role: Text | None = None
    """The role of the layer that draws it, read as ``<role>_share``; where ``partly`` is given, by default its code."""
    at_least: Annotated[Factor, Field(le=1)] | None = None
    """The share of a unit from which the layer makes it a member; by default any of it."""
    programmes: Several[Programme] = ()
    """Plans and programmes for it, of all days."""

    @property
    def drawn_by(self) -> str | None:
        """The role of its layer; None where no layer is asked."""
        return self.role or (self.code if self.partly else None)

    @model_validator(mode="after")
    def _somebody(self) -> Self:
        if not (self.members or self.drawn_by):
            raise ValueError(Phrase("give 'members', or the 'role' of a layer; without both nobody lies in it"))
        return self


class Regions(Section):
    """``regions.toml``."""

    places: Several[Place] = ()
    regions: Several[Region] = ()


class Membership(Derived):
    """Whether units lie in a region on a day: a measure that stands above all others that are derived."""

    type: Literal["number", "text", "boolean"] = "boolean"
    region: Region
    """As it is on the day, or, where it is not in force then, as it was or will be: nobody lies in it."""
    places: Several[Place] = ()
    """Its members, one a row of the table, in their order."""
    programmes: Several[Programme] = ()
    """Those that run on the day."""


def memberships(places: Sequence[Place], regions: Sequence[Region], day: date) -> tuple[Membership, ...]:
    """The measures that say which units lie in which regions.

    Examples
    --------
    >>> vale = Place(code="vale", title={"en": "Vale"}, ids=["v_"])
    >>> fen = Region(code="fen", title={"en": "Fen"}, members=["vale"], until=date(2020, 1, 1), reference="Fen Act")
    >>> [[band.value for band in memberships([vale], [fen], date(year, 1, 1))[0].bands] for year in (2019, 2020)]
    [['TRUE', 'FALSE'], ['FALSE']]
    """
    known = {territory.code: territory for territory in places}
    versions: dict[str, Region] = {}
    for region in regions:
        before = versions.setdefault(region.code, region)
        if region.on(day) or not before.on(day):
            versions[region.code] = region
    return tuple(_membership(version, known, day) for version in versions.values())


def _membership(region: Region, known: Mapping[str, Place], day: date) -> Membership:
    there = region.on(day)
    listed = tuple(known[code] for code in region.members if code in known) if there else ()
    bands = [DerivedBand(when=territory.when, value="TRUE", reason=territory.title) for territory in listed]
    if there and region.drawn_by:
        enough = "> 0" if region.at_least is None else f">= {plain_number(region.at_least)}"
        within = " OR ".join(known[code].when for code in region.partly if code in known)
        drawn = f"{region.drawn_by}_share {enough}"
        bands.append(DerivedBand(when=f"({within}) AND {drawn}" if within else drawn, value="TRUE"))
    programmes = tuple(programme for programme in region.programmes if there and programme.on(day))
    return Membership.model_construct(
        name=f"{IN}{region.code}",
        title=region.title,
        bands=(*bands, DerivedBand(value="FALSE")),
        since=region.since,
        until=region.until,
        reference=region.reference,
        source=region.source,
        region=region,
        places=listed,
        programmes=programmes,
    )


Treatment = Literal["restricted", "prohibited"]
"""What an item of a list says of a branch of industry, from the looser to the stricter."""
Answer = Literal["prohibited", "conditional", "allowed", "not_listed"]
"""Whether an industry may settle or stay: "conditional" where an item restricts it; of what no item is about "allowed"
where lists hold and all of them are complete, else "not_listed"."""
State = Literal["existing", "planned"]
STATES: tuple[State, ...] = ("existing", "planned")
OWN = "own-list"
"""The list of the plan itself; no list of a rulebook is called so."""
ASPECTS = ("scale", "location", "process", "cleanliness", "other")
"""What a condition may be about, in the order in which conditions are told."""


class Branch(Titled):
    """A branch of industry in a classification."""

    code: Annotated[str, Field(pattern=r"^[A-Z0-9][A-Z0-9-]*$")]
    """What lists call it: capital letters, digits and hyphens."""
    within: str = ""
    """Code of the branch that it is a part of; left out at the top."""
    digits: int = 0
    """Longer codes of up to so many signs, which begin with this one, are accepted below it without being listed."""


class Branches(Section):
    """``classification.toml``."""

    classification: Several[Branch] = ()


class Demands(Section):
    """On which conditions a restricted industry may settle or stay; at least one."""

    scale: Texts | None = None
    """How large it must, or may, be."""
    location: Texts | None = None
    """Where it may be."""
    process: Texts | None = None
    """By which processes and equipment."""
    cleanliness: Texts | None = None
    """Which level of cleaner production it must reach."""
    other: Texts | None = None
    """Whatever else, such as a permit."""

    @property
    def given(self) -> dict[str, Texts]:
        """The conditions that there are, by aspect."""
        return {aspect: texts for aspect in ASPECTS if (texts := getattr(self, aspect)) is not None}

    @model_validator(mode="after")
    def _at_least_one(self) -> Self:
        if not self.given:
            raise ValueError(Phrase("give at least one of {aspects}", aspects=phrase_list(ASPECTS)))
        return self


class Industry(Dated, Cited):
    """An item of a negative list: a branch of industry that is prohibited, or restricted to conditions.

    An item on a branch covers all branches below it.
    """

    list: Id
    """The list on which it stands; policies say where a list applies, by their key ``list``."""
    code: Text
    """Code of the branch in the rulebook's classification, such as "C3011", "3011", "C30" or "C"."""
    treatment: Treatment
    """What the list says of it; to allow something is no item: a list that is complete allows what it does not name."""
    state: Literal["existing", "planned", "both"] = "both"
    """Whether it is about existing works, planned ones, or both."""
    conditions: Demands | None = None
    """On which conditions a restricted branch is allowed; all must be met, those of other lists too."""
    note: Texts | None = None
    """What else readers of the list should know; it decides nothing."""

    @property
    def states(self) -> tuple[State, ...]:
        """The states that it is about."""
        return STATES if self.state == "both" else (self.state,)

    @property
    def demands(self) -> dict[str, Texts]:
        """Its conditions, by aspect."""
        return self.conditions.given if self.conditions else {}

    def texts(self) -> Iterator[tuple[tuple[str, ...], Texts]]:
        """All that people read in it, with the keys that lead there."""
        for aspect, texts in self.demands.items():
            yield ("conditions", aspect), texts
        if self.note is not None:
            yield ("note",), self.note

    @model_validator(mode="after")
    def _conditions_where_restricted(self) -> Self:
        if self.treatment == "restricted" and self.conditions is None:
            raise ValueError(Phrase("a restricted branch needs 'conditions': under which is it allowed?"))
        if self.treatment == "prohibited" and self.conditions is not None:
            raise ValueError(
                Phrase(
                    "a prohibited branch has no 'conditions'; where only a part of it is prohibited, write it as "
                    "restricted, with the condition that leaves this part out"
                )
            )
        return self


class ListedItem(Industry):
    """A row of the table of a list: what an item of it says of one branch."""

    item: str
    """What the list calls the item, such as its number; it may be about several branches."""
    line: int
    """The line of the table on which the row ends."""


class IndustryList(Dated, Sourced):
    """How much of a negative list its items here are; a list without an entry is taken for incomplete."""

    id: Id
    """What items and policies call the list."""
    complete: bool = False
    """Every item that the list has is here, so that what none of them names is allowed by it."""
    items_known: Annotated[int, Field(ge=1)] | None = None
    """About how many items the list has, where somebody says so."""
    counts: Annotated[dict[Treatment, Annotated[int, Field(ge=0)]], Field(min_length=1)] | None = None
    """How many items of each treatment the list itself says that it has; a table is checked against it."""
    table: Annotated[str, Field(pattern=r"^[^/\\]+\.(csv|CSV|xlsx|XLSX)$")] | None = None
    """A CSV or XLSX (its first sheet) beside industries.toml, one row a branch of an item: item, text, code,
    treatment, state, conditions, note, reference. Its items hold on the days of this entry."""
    encoding: EncodingText | None = None
    """Encoding of the texts of the table, such as "gb18030"; by default UTF-8."""

    @property
    def items(self) -> int | None:
        """How many items the list has, by its counts where there are any."""
        return sum(self.counts.values()) if self.counts else self.items_known


class Industries(Section):
    """``industries.toml``."""

    lists: Several[IndustryList] = ()
    industries: Several[Industry] = ()


def in_force(items: tuple[Industry, ...], day: date) -> tuple[Industry, ...]:
    """The items that hold on a day, in their order."""
    return tuple(item for item in items if item.on(day))


Light = Literal["intensity_light", "total_light", "total_exempt", "verdict"]


class Case(Section):
    """A worked case: a unit on a day, and what the rulebook must make of it."""

    name: Text
    """What it shows; no two cases share a name."""
    date: date
    """The day on which the rulebook is asked."""
    source: Text
    """Where the expected answer comes from: a document, or a pencil."""
    unit: Text = "case"
    """Id of the unit."""
    jurisdiction: str = ""
    """Its jurisdiction."""
    given: dict[str, Scalar] = Field(default_factory=dict)
    """Values of indicators; of a quota as "quota_<name>"; of dual control as "intensity_light" and the like."""
    whole: dict[str, Scalar] | None = None
    """Values of indicators of the larger unit (see part_of of a plan) of which the unit is a part."""
    others: dict[Text, dict[str, Scalar]] = Field(default_factory=dict)
    """Other units, by id, with their indicators, among which money is shared; "jurisdiction" may be one of them."""
    energy: dict[Text, Scalar] | None = None
    """A row of the energy table, of the unit's jurisdiction or of the unit, by which lights are judged; with "period"
    and "scheme" where they are not those of the date, and "targets" for those of the scheme."""
    agreements: Several[Agreement] = ()
    """Agreements, as in a plan."""
    transfers: Several[Transfer] = ()
    """Transfers, as in a plan."""
    missing: Several[Text] = ()
    """Indicators that the study has and this unit lacks."""
    pieces: Several[CasePiece] = ()
    """Pieces of the unit, each with what must come out on it."""
    expect: Expected
    """What must come out."""


class CasePiece(Section):
    """A piece of a worked case, and the policies on it; what is left out is not compared."""

    roles: Several[Text] = ()
    """Roles of the layers that cover it; its control line follows from them."""
    policies: Several[str] | None = None
    """Ids of all policies on the piece that hold; those on the whole unit apart."""
    overruled: Several[str] | None = None
    """Ids of all policies, of the piece or the unit, that a stricter one overrules on it."""
    excepted: Several[str] | None = None
    """Ids of all policies on the piece of which an exception holds."""


class Expected(Section):
    """What a worked case must give; what is left out is not compared."""

    main: str | None = None
    """Code of the main function."""
    energy: dict[Light, bool | int | str] = Field(default_factory=dict)
    """Lights that the energy of the case must give: intensity_light, total_light, total_exempt, verdict."""
    intensity_progress_pct: Signed | None = None
    """How much of its target the fall of intensity is, in per cent to two decimals, as announcements print it: of the
    target of the whole term where the case takes that of the scheme."""
    amounts: dict[Text, dict[Text, Signed]] = Field(default_factory=dict)
    """What parties must receive on balance, by agreement or transfer and by party; less than 0 where they pay."""
    main_of_whole: str | None = None
    """Code of the main function of the larger unit."""
    overlays: Several[str] | None = None
    """Codes of all overlays."""
    policies: Several[str] | None = None
    """Ids of all policies on the whole unit that hold."""
    overruled: Several[str] | None = None
    """Ids of all policies that a stricter one overrules."""
    excepted: Several[str] | None = None
    """Ids of all policies of which an exception holds."""
    status: Literal["decided", "assumed", "contested", "review", "by_decision"] | None = None
    """How it was decided."""
    industries: dict[Text, Answer] = Field(default_factory=dict)
    """Whether planned projects of some industries may settle, by their codes."""
    measures: dict[Text, Scalar] = Field(default_factory=dict)
    """Values of measures that the rulebook derives."""
    norms: dict[Text, Literal["yes", "no", "unknown"]] = Field(default_factory=dict)
    """Whether norms are kept, by their ids; of jurisdictions in that of the case."""
    existing_industries: dict[Text, Answer] = Field(default_factory=dict)
    """Whether existing works of some industries may stay, by their codes."""


class Cases(Section):
    """A file of ``cases/``."""

    cases: Several[Case] = ()


MARGIN = "light_margin_pct"
RISING = "rising_is_red"
INCENTIVE = "incentive_exempts_total"
EXEMPT = "exempt_is_subtracted"
RELAXED = "growth_relaxes_total"
SCHEME_PARAMETERS: dict[str, type] = {MARGIN: float, RISING: bool, INCENTIVE: bool, EXEMPT: bool, RELAXED: bool}
"""What the engine asks a scheme for; a truth value that is not given is false."""


class RegionTarget(Cited):
    """What a scheme sets one region for its whole term, counted from the year before it."""

    region: Text
    """Its code, such as that of a jurisdiction."""
    names: Several[Text] = ()
    """What else tables call it."""
    intensity_fall_pct: ExactPct
    """How far intensity is to fall in the whole term, in per cent."""
    increment: Exact | None = None
    """How much more may be used at the end of it, in the unit of the scheme; without it no total was set."""


class Scheme(Titled, Dated, Cited):
    """A scheme by which the energy, or the carbon, of regions is judged."""

    code: Id
    """What plans call it."""
    unit: Literal["tce", "tco2"] = "tce"
    """What its totals are counted in, which is the ending of their columns: coal equivalent, or carbon dioxide."""
    parameters: Several[Parameter]
    """Its numbers and switches: light_margin_pct, rising_is_red, incentive_exempts_total, exempt_is_subtracted,
    growth_relaxes_total."""
    targets: Several[RegionTarget] = ()
    """What it sets single regions, for plans that say ``targets = true``."""

    def value(self, name: str, day: date) -> Scalar | None:
        """What a parameter is on a day; None where it is not there."""
        dated_value = next((parameter.at(day) for parameter in self.parameters if parameter.name == name), None)
        return dated_value.value if dated_value else None

    def holds(self, name: str, day: date) -> bool:
        """Whether a switch is on, on a day."""
        return self.value(name, day) is True


class Schemes(Section):
    """``energy.toml``."""

    schemes: Several[Scheme] = ()
