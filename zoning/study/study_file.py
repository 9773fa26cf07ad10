"""Studies read from files: a plan, or a try of one, whose scenario is put into effect."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, Field, PrivateAttr, model_validator

from layers.errors import Attempts, SourceError, StudyError, UnknownNameError, ZoneplanError, at_key, shown
from layers.overview import Overview, Shown, listed
from layers.phrases import Phrase, template
from layers.sources import (
    Document,
    Keys,
    LayerSection,
    Misfit,
    NameText,
    Section,
    Several,
    Sources,
    Text,
    TomlSchema,
    Wording,
    as_of,
    changed_entry,
    check_inside,
    entry_of,
    misfit,
    name_text,
    parse_document,
    read_document,
    read_sources,
    repeated,
    resolve_source,
)
from zoning.errors import near
from zoning.study.agreement import Agreement
from zoning.study.indices import DivergenceSection, PlanIndex, ServicesSection
from zoning.study.quotas import Decision, Quota
from zoning.study.scenarios import (
    RobustnessSection,
    Scenario,
    Try,
    TryFile,
    one_scenario,
    place_in_scenario,
    quota_changes,
    set_by,
)
from zoning.study.transfers import EnergySection, IndustriesSection, Transfer

EXAMPLE = "https://tiles.example/{z}/{x}/{y}.png"
PLACES = ("{z}", "{x}", "{y}")
"""What stands in an address of tiles for zoom and place."""
_PARAMETER = re.compile(r"[?&]([^=&]+)=")
_KEY = re.compile(r"key|token|secret|signature|password|^(tk|ak|sig)$", re.IGNORECASE)


def check_tiles(address: str) -> str:
    """An address of tiles, unless it is none.

    Examples
    --------
    >>> check_tiles("https://tiles.example/{z}/{x}/{y}.png")
    'https://tiles.example/{z}/{x}/{y}.png'
    """
    plain = re.fullmatch(r"https?://[^\s\"'<>\\`]+", address)
    if plain and all(placeholder in address for placeholder in PLACES):
        return address
    text = Phrase(
        "'{address}' is no address of tiles, such as https://tiles.example/{{z}}/{{x}}/{{y}}.png", address=address
    )
    raise misfit(((), text))


class MapSection(Section):
    """What maps show around and under the units."""

    relief: NameText | None = None
    """The raster layer of heights in metres whose relief is drawn; by default the one with the role "elevation"."""
    borders: bool = True
    """Whether borders around the study are drawn and places outside are named, where the rulebook allows it."""
    tiles: Annotated[str, AfterValidator(check_tiles)] | None = None
    """Address of tiles, with {z}, {x} and {y}, that the interactive map loads and shows under the plan; without it no
    map asks a server for anything."""
    attribution: Text | None = None
    """Whose tiles they are, as their terms want it said; goes with tiles."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.tiles is not None and self.attribution is None:
            raise misfit((("tiles",), Phrase("tiles want their 'attribution': say whose they are")))
        if self.tiles is None and self.attribution is not None:
            text = Phrase("'attribution' says whose tiles are shown, and there are no 'tiles'")
            raise misfit((("attribution",), text))
        return self

    @property
    def keys(self) -> tuple[str, ...]:
        """Parameters of the address of tiles that tell a server who asks, such as an apikey.

        Examples
        --------
        >>> MapSection(tiles=EXAMPLE + "?style=plain&apikey=1f3a", attribution="Tiles Ltd").keys
        ('apikey',)
        """
        return tuple(name for name in _PARAMETER.findall(self.tiles or "") if _KEY.search(name))


TitleKind = Literal["layers", "quotas", "flows"]
"""What of a plan has titles: layers, quotas, and what money flows by, which is agreements and transfers."""
STUDIES = Path(__file__).parents[2] / "layers" / "studies"


class Study(Shown, Sources):
    """A study file, frozen: zoning of some units for one day by one rulebook.

    Two studies are equal where the same is written in them, wherever and however it is written.

    Examples
    --------
    >>> import zoneplan as zp
    >>> study = zp.read_study(zp.builtin_study("us_mountain_west"))
    >>> study.date, study.units.id, [quota.name for quota in study.quotas]
    (datetime.date(2025, 1, 1), 'fips', ['construction_land'])
    >>> study == zp.read_study(study.path)
    True
    """

    decisions: Several[Decision] = ()
    """What planners decided, [[decisions]]."""
    quotas: Several[Quota] = ()
    """Amounts of land to hand down, [[quotas]]."""
    energy: EnergySection | None = None
    """Dual control of energy, [energy]."""
    industries: IndustriesSection | None = None
    """The plan's own negative list of industries, [industries]."""
    indices: Several[PlanIndex] = ()
    """Scores of several measures, access to services, and how many people the land carries, [[indices]]."""
    divergence: DivergenceSection | None = None
    """Whether regions drift apart, [divergence]."""
    services: ServicesSection | None = None
    """What the services of ecosystems are worth, by class of land, [services]."""
    agreements: Several[Agreement] = ()
    """Agreements on compensation between parties, [[agreements]]."""
    transfers: Several[Transfer] = ()
    """Budgets that go to many, and pools, [[transfers]]."""
    scenarios: Several[Scenario] = ()
    """What the plan tries beside itself, [[scenarios]]."""
    robustness: RobustnessSection | None = None
    """Draws of thresholds that map and report tell of, [robustness]."""
    tried: Try | None = Field(default=None, alias="try")
    """Of a plan that is a try what it was made from, [try]; its one scenario has been put into effect."""
    map: MapSection = Field(default_factory=MapSection)
    """What maps show around the units, [map]."""
    _scenario_file: Document = PrivateAttr(default_factory=Document)

    @property
    def rulebook(self) -> Path | str:
        """The folder of the rulebook, where there is one beside the plan; else the name of a built-in one."""
        folder = self.folder / self.study.rulebook
        if not folder.is_dir():
            return self.study.rulebook
        check_inside(self.folder, folder, self.study.rulebook)
        return folder

    @property
    def files(self) -> tuple[tuple[str, str], ...]:
        """Every file that the plan names, as it is written, after the name of what is read from it."""
        tables = {"energy": self.energy, "industries": self.industries}
        named = [(name, part.table) for name, part in tables.items() if part is not None]
        for index in self.indices:
            if index.access is not None:
                named += [(source, source) for source in (index.access.table, index.access.facilities)]
        return (*super().files, *dict.fromkeys(named))

    @property
    def looked_for_afar(self) -> frozenset[str]:
        """Those of the layers themselves, and what sites of quotas lie beside."""
        sites = (quota.siting for quota in self.quotas if quota.siting is not None)
        return super().looked_for_afar | {
            nearness.layer for site in sites for nearness in site.beside if nearness.layer is not None
        }

    def overview(self) -> Overview:
        """What is asked, in a few rows."""
        rows = (
            ("date", str(self.date)),
            ("rulebook", str(self.study.rulebook)),
            ("file", str(self.path)),
            ("units", f"{self.units.source}, id {self.units.id}"),
            ("levels", listed(self.units.levels)),
            ("layers", listed(f"{layer.name} ({layer.role})" if layer.role else layer.name for layer in self.layers)),
            ("tables", listed(table.source for table in self.tables)),
            ("decisions", f"{len(self.decisions):,}" if self.decisions else ""),
            ("quotas", listed(f"{quota.name} {quota.period}: {quota.total:,f} {quota.unit}" for quota in self.quotas)),
            ("indices", listed(index.name for index in self.indices)),
            ("energy", f"{self.energy.table}, {self.energy.period}" if self.energy else ""),
            ("agreements", listed(f"{agreement.name} {agreement.period}" for agreement in self.agreements)),
            ("transfers", listed(f"{transfer.name} {transfer.period}" for transfer in self.transfers)),
        )
        return Overview(f"Study {self.name!r}", rows)

    @property
    def sha256(self) -> str:
        """Of its text; where it was not changed in memory, of its file."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    def tries(self, tried: Try, document: Document) -> Self:
        """The same as a try, whose scenario stands in a file of its own."""
        made = self.model_copy(update={"tried": tried})
        made._scenario_file = document  # noqa: SLF001  (its own)
        return made

    def without_sites(self) -> Self:
        """The same without sites of quotas, on which no zone and no amount depends."""
        return self.model_copy(
            update={"quotas": tuple(quota.model_copy(update={"siting": None}) for quota in self.quotas)}
        )

    def where(self, *keys: str | int) -> str:
        """The place of a value, for messages: see :meth:`layers.sources.Placed.where`."""
        if not self._scenario_file.text:
            return super().where(*keys)
        if keys[:1] in {("scenarios",), ("try",)}:
            return self._scenario_file.where(*keys)
        scenario_keys = place_in_scenario(self.scenarios[0], self.quotas, self.decisions, keys)
        return self._scenario_file.where("scenarios", 0, *scenario_keys) if scenario_keys else super().where(*keys)

    def as_written(self) -> Self:
        """The same as a file says it: see :meth:`layers.sources.Sources.as_written`."""
        study = super().as_written()
        study._scenario_file = self._scenario_file  # noqa: SLF001  (its own)
        return study

    def title_of(self, kind: TitleKind, name: str) -> Wording:
        """What people read for a layer, for a quota, or for the agreement or transfer by which money flows.

        Parameters
        ----------
        kind : {"layers", "quotas", "flows"}
        name : str
            As it stands in tables: the name of a designation, in ``quota``, or in ``instrument``.

        Returns
        -------
        str or dict of str to str
            A text for all languages, or one by language. Several periods of an agreement have the first title that is
            given to one of them; what has no title has its name, that of a layer or quota as words.

        Examples
        --------
        >>> from zoning.study import read_study
        >>> study = read_study(builtin_study("us_mountain_west"))
        >>> study.title_of("layers", "heath_land"), study.title_of("flows", "Platte River")
        ('heath land', 'Platte River')
        """
        every: dict[str, Sequence[LayerSection | Quota | Agreement | Transfer]]
        every = {"layers": self.layers, "quotas": self.quotas, "flows": (*self.agreements, *self.transfers)}
        titles = (entry.title for entry in every[kind] if entry.name == name and entry.title)
        return next(titles, name if kind == "flows" else name_text(name))

    @property
    def measure_titles(self) -> Mapping[str, Wording]:
        """What people read for columns and measures, by their names, as far as the plan says it.

        Examples
        --------
        >>> from zoning.study import read_study
        >>> read_study(builtin_study("us_mountain_west")).measure_titles["pop_2019"]
        {'en': 'Estimated population 2019', 'zh': '2019年人口估计数'}
        """
        sections = (self.units, *self.tables, *self.layers)
        titles = {name: title for section in sections for name, title in section.titles.items()}
        for index in self.indices:
            titles |= index.rasters.titles if index.rasters is not None else {}
        return titles | {index.name: index.title for index in self.indices if index.title}

    def _faults(self) -> Iterator[Misfit]:
        yield from super()._faults()
        quotas = ((("quotas", position, "name"), quota.name) for position, quota in enumerate(self.quotas))
        yield from repeated(template("two quotas have the name '{name}'"), quotas)
        indices = ((("indices", position, "name"), index.name) for position, index in enumerate(self.indices))
        yield from repeated(template("two indices have the name '{name}'"), indices)
        flows: list[tuple[Keys, str]] = []
        flows += [
            (("agreements", position, "name"), f"{x.name} ({x.period})") for position, x in enumerate(self.agreements)
        ]
        flows += [
            (("transfers", position, "name"), f"{x.name} ({x.period})") for position, x in enumerate(self.transfers)
        ]
        yield from repeated(template("two agreements or transfers of one period have the name '{name}'"), flows)
        scenarios = (
            (("scenarios", position, "name"), scenario.name) for position, scenario in enumerate(self.scenarios)
        )
        yield from repeated(template("two scenarios have the name '{name}'"), scenarios)
        if self.tried is not None:
            yield from one_scenario(self.scenarios)


def builtin_studies() -> tuple[str, ...]:
    """The names of the studies that come with zoneplan.

    Returns
    -------
    tuple of str
        Sorted; each is one for :func:`builtin_study`.

    Examples
    --------
    >>> import zoneplan as zp
    >>> from zoning.study import builtin_studies
    >>> "us_mountain_west" in builtin_studies()
    True
    """
    return tuple(sorted(folder.parent.name for folder in STUDIES.glob("*/plan.toml")))


def builtin_study(name: str) -> Path:
    """The ``plan.toml`` of a study that comes with zoneplan.

    Parameters
    ----------
    name : str
        One of :func:`builtin_studies`.

    Returns
    -------
    Path
        Inside the installed package, with its sources beside it; :func:`write_study` copies them.

    Raises
    ------
    UnknownNameError
        There is none of that name; the message lists those that there are.

    Examples
    --------
    >>> import zoneplan as zp
    >>> path = zp.builtin_study("us_mountain_west")
    >>> path.name, (path.parent / "us_mountain_west.gpkg").exists()
    ('plan.toml', True)
    """
    if name not in builtin_studies():
        raise UnknownNameError(
            Phrase(
                "no built-in study '{study}'; there are {studies}",
                study=name,
                studies=shown(builtin_studies()),
            )
        )
    return STUDIES / name / "plan.toml"


def is_builtin(path: Path | str) -> bool:
    """Whether a plan file is one of those that come with zoneplan, in their place.

    Examples
    --------
    >>> is_builtin(builtin_study("us_mountain_west")), is_builtin("plan.toml")
    (True, False)
    """
    return Path(path).resolve().is_relative_to(STUDIES.resolve())


def study_schema() -> dict[str, Any]:
    """The JSON Schema of a study file, with a description of each key.

    Returns
    -------
    dict
        Plain values, ready for JSON.

    Examples
    --------
    >>> import zoneplan as zp
    >>> from zoning.study import study_schema
    >>> schema = study_schema()
    >>> schema["required"], schema["properties"]["quotas"]["items"]
    (['study', 'units'], {'$ref': '#/$defs/Quota'})
    >>> schema["$defs"]["Quota"]["properties"]["total"]
    {'description': 'The amount to hand out.', 'minimum': 0.0, 'type': 'number'}
    """
    schema = Study.model_json_schema(schema_generator=TomlSchema)
    description = "A study for zoneplan: what is planned, for which units, from which layers."
    return {"$schema": TomlSchema.schema_dialect, **schema, "title": "plan.toml", "description": description}


Changes = Mapping[str, Any]


def vary_study(
    study: Study, quotas: Mapping[str, float | Decimal | Changes], decisions: Iterable[Decision | Changes]
) -> Study:
    """A study with other values of some quotas and further decisions; itself where nothing is changed.

    Examples
    --------
    >>> from zoning.study import builtin_study, read_study
    >>> study = read_study(builtin_study("us_mountain_west"))
    >>> vary_study(study, {"construction_land": 9000}, ()).quotas[0].total
    Decimal('9000')
    """
    attempts = Attempts()
    names = [quota.name for quota in study.quotas]
    for name in quotas:
        if name not in names:
            hint = near(name, names)
            attempts.errors.append(
                UnknownNameError(
                    Phrase("there is no quota '{name}'{near}", name=name, near=hint),
                    features=[name],
                    keys=("quotas", name),
                )
            )
    changed = []
    for quota in study.quotas:
        wanted = quotas.get(quota.name, {})
        wanted = wanted if isinstance(wanted, Mapping) else {"total": wanted}
        with attempts.trying(), at_key("quotas", quota.name):
            changed.append(changed_entry(quota, wanted, Phrase("quota '{quota}'", quota=quota.name)))
    given = []
    for position, decision in enumerate(decisions):
        with attempts.trying(), at_key("decisions", position):
            given.append(
                decision if isinstance(decision, Decision) else entry_of(Decision, decision, Phrase("a decision"))
            )
    attempts.finish()
    decided = {decision.unit for decision in given if decision.main is not None}
    remaining = tuple(decision for decision in study.decisions if decision.main is None or decision.unit not in decided)
    if changed == list(study.quotas) and not given:
        return study
    return study.model_copy(update={"quotas": tuple(changed), "decisions": (*remaining, *given)})


def with_scenario(study: Study, scenario: Scenario) -> Study:
    """A study as a scenario says, without scenarios of its own; parameters are the rulebook's, and changed apart."""
    changes = quota_changes(scenario, study.quotas)
    try:
        varied = vary_study(study, changes, scenario.decisions)
    except ZoneplanError as error:
        for part in error.parts:
            part.keys = set_by(scenario, part.keys)
        raise
    return varied.model_copy(update={"scenarios": ()})


def read_study(path: Path | str, folder: Path | str | None = None) -> Study:
    """The study that a file describes.

    Parameters
    ----------
    path : Path or str
        A ``plan.toml``; or a try, a file with ``[try]`` and one ``[[scenarios]]``.
    folder : Path or str, optional
        Where its sources are, and its rulebook; by default the folder of the file.

    Returns
    -------
    Study
        Its sources have not been looked at yet. Of a try that of the plan that it names, with the scenario put into
        effect.

    Raises
    ------
    StudyError
        The file is missing, is no TOML, or something in it is not what it should be; line and column are in the
        message, and several complaints come together as :class:`SeveralErrors`. Of a try: its plan is not there, or is
        not the plan that it was made from.

    Examples
    --------
    >>> import zoneplan as zp
    >>> study = zp.read_study(zp.builtin_study("us_mountain_west"))
    >>> study.name, study.rulebook, len(study.layers)
    ('Mountain West 2025', 'us_west', 14)
    >>> study.where("units", "id")  # doctest: +ELLIPSIS
    'plan.toml, line ..., column 6'
    """
    kind, document = read_document(path, _Kind)
    if kind.tried is None or kind.study is not None:
        study = read_sources(path, Study, folder)
        return as_of(study, study.date)
    return _put_into_effect(document, lambda try_file: _plan_of(try_file, folder))


def read_try(text: str, plan: Study, name: str) -> Study:
    """A plan with the scenario of a try of it put into effect, whose file need not be there yet."""
    return _put_into_effect(Document(plan.folder / name, text), lambda _source: plan)


def _put_into_effect(document: Document, plan_of: Callable[[TryFile], Study]) -> Study:
    """The plan of a try with its scenario; errors have their place in the file of the try."""
    try_file, document = parse_document(document, TryFile)
    try_file.stand_in(document)
    try:
        return _tried(try_file, plan_of(try_file))
    except ZoneplanError as error:
        for part in error.parts:
            part.args = (Phrase("{place}: {said}", place=try_file.where(*part.keys), said=part.said),)
            part.keys = ()
        raise


class _Kind(BaseModel):
    """What tells a try from a plan: it has no study of its own."""

    study: Any = None
    tried: Any = Field(default=None, alias="try")


def _plan_of(try_file: TryFile, folder: Path | str | None) -> Study:
    """The plan that a try names."""
    with at_key("try", "plan"):
        path = _plan_file(try_file)
    return read_sources(path, Study, path.parent if folder is None else folder)


def _tried(try_file: TryFile, plan: Study) -> Study:
    """A plan with the scenario of a try put into effect; keys of errors lead into the file of the try."""
    if plan.sha256 != try_file.tried.plan_sha256:
        raise StudyError(
            Phrase(
                "{plan} is not the plan that this is a try of: its sha256 is {own}, and the try is of {other}. Try it "
                "again in the map of the plan as it is now, or put the plan of that time beside the try",
                plan=try_file.tried.plan,
                own=plan.sha256,
                other=try_file.tried.plan_sha256,
            ),
            code="try_of_another_plan",
            keys=("try", "plan_sha256"),
        )
    if plan.tried is not None:
        raise StudyError(
            Phrase("{plan} is a try itself; name the plan that it was made from", plan=try_file.tried.plan),
            code="try_of_a_try",
            keys=("try", "plan"),
        )
    with at_key("scenarios", 0):
        varied = with_scenario(plan, try_file.scenarios[0])
    return varied.model_copy(update={"scenarios": try_file.scenarios}).tries(try_file.tried, try_file.document)


def _plan_file(try_file: TryFile) -> Path:
    try:
        return resolve_source(try_file.folder, try_file.tried.plan)
    except SourceError as error:
        message = error.said
        if error.code == "source_missing":
            message = Phrase(
                "{fault} (the file of a try stands beside its plan: put it into that folder)", fault=message
            )
        raise StudyError(message, code=error.code) from None
