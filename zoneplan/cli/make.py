"""Commands that make something: a study, a rulebook, a list of industries, a plan; and what is known before a run."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, TypedDict

import typer

from layers.errors import Finding, ZoneplanError
from layers.phrases import Phrase, phrase_list, template
from layers.sandbox import sandboxed
from zoneplan.cli.exit_codes import safe_message, say, telling_what_was_written
from zoneplan.cli.options import EXIT_PARTIAL, AsJson, Force, Language, PlanFile, Workers, print_json
from zoneplan.cli.spoken_language import ENGLISH, in_words, language_of_plan, speak, spoken

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from maps.drawing import Topology
    from maps.runs import ContentCache, KeptRun, Options
    from maps.words import LocalizedPlan
    from zoning.overlays import ForEach
    from zoning.study import Study

_MATCHED = template("line {line}, item {item}, {text}: {outcome}")
_OUTCOMES = {
    "contained": template("its title stands between other words: {codes} is written; see whether it is all of it"),
    "several": template("several titles stand in it: {codes}"),
    "part": template("a title is only a part of its words: {codes}"),
    "heading": template("a title stands only in the heading above it: {codes}"),
    "none": template("no title stands in it"),
    "unknown_code": template("there is no such code: {codes}"),
    "treatment": template("neither restricted nor prohibited"),
}
"""What is told of an item that somebody must look at."""

_LEVELS = {
    "error": template("error: {text}"),
    "warning": template("warning: {text}"),
    "note": template("note: {text}"),
}
"""How a finding stands on a line of its own."""

FINDINGS_SHOWN = 5
"""Lines of findings below the table of a run; the report has all."""

app = typer.Typer()


@app.command()
def demo(
    folder: Annotated[Path, typer.Argument(metavar="[DIR]", help="Where to put the study.")] = Path("zoneplan-demo"),
    study: Annotated[str, typer.Option("--study", metavar="NAME", help="A built-in study.")] = "us_mountain_west",
    language: Language = None,
    as_json: AsJson = False,
) -> None:
    """Copy a built-in real study, run it, and say where the map is."""
    from maps.drafts import write_study

    speak(language)
    plan_file = write_study(study, folder)
    _run(plan_file, None, language, as_json=as_json)


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The study folder to make.")],
    units: Annotated[Path, typer.Option("--units", metavar="FILE", help="Polygons of the planning units.")],
    layers: Annotated[
        list[str] | None,
        typer.Option("--layer", metavar="ROLE=FILE", help="A layer and its role; a table or facts without a role."),
    ] = None,
    rulebook: Annotated[
        str | None,
        typer.Option("--rulebook", metavar="NAME", help="By default a neutral one is drafted from roles and columns."),
    ] = None,
    crs: Annotated[str | None, typer.Option("--crs", metavar="CRS", help="Of files that do not say it.")] = None,
    encoding: Annotated[str | None, typer.Option("--encoding", help="Of files that do not say it.")] = None,
    language: Annotated[
        str | None,
        typer.Option(
            "--lang", metavar="LANG", help="Of the plan, its comments, and the names of units where there are several."
        ),
    ] = None,
) -> None:
    """Write a commented plan.toml from your own files, which are copied beside it."""
    from maps.drafts import split_roles, write_plan

    speak(language)
    drafted, named = language or spoken(), split_roles(layers or [])
    plan_file = write_plan(folder, units, named, rulebook, drafted, crs=crs, encoding=encoding)
    if not any(role for role, _ in named):
        hint = Phrase(
            "No layer has a role yet, so no rule sees any land: to name some, call it again in another folder with\n"
            "  --layer ROLE=FILE"
        )
        print(in_words(hint))
    message = Phrase(
        "{plan}: every guess has its reason beside it; read it, then run\n  zoneplan run {path}",
        plan=plan_file,
        path=shlex.quote(str(plan_file)),
    )
    print(in_words(message))


@app.command(name="new-rulebook")
def new_rulebook(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder of the rulebook to make.")],
    like: Annotated[
        str | None,
        typer.Option("--like", metavar="RULEBOOK", help="Copy this one; by default a small one of nobody's law."),
    ] = None,
    language: Annotated[
        str | None,
        typer.Option("--lang", metavar="LANG", help="What it speaks beside English, and that of its comments."),
    ] = None,
) -> None:
    """Write a small running rulebook with comments, or a copy of one, to put your own law in its place."""
    from maps.drafts import write_first_rulebook

    speak(language)
    spoken_by_it = language if like else language or spoken()
    written = write_first_rulebook(folder, spoken_by_it, like)
    message = Phrase(
        "{folder}: its cases pass. Put your law in its place, and after each file call\n  zoneplan check {folder}\n"
        'A plan beside it names it: rulebook = "{name}"',
        folder=written,
        name=written.resolve().name,
    )
    print(in_words(message))


@app.command(name="industries")
def industries_(
    source: Annotated[
        Path, typer.Argument(metavar="FILE", help="The official table of a negative list, CSV or XLSX, as it is.")
    ],
    out: Annotated[
        Path, typer.Option("--out", metavar="TABLE", help="The CSV to write, for a list of a rulebook or of a plan.")
    ],
    findings: Annotated[
        Path | None,
        typer.Option("--report", metavar="CSV", help="What to look at again; by default <TABLE>-unmatched.csv."),
    ] = None,
    rulebook: Annotated[
        str,
        typer.Option("--rulebook", metavar="RULEBOOK", help="Whose classification of industries the codes are of."),
    ] = "main_functional_areas",
    jurisdiction: Annotated[
        str | None,
        typer.Option("--jurisdiction", metavar="NAME", help="Where the list holds, for the table of a plan."),
    ] = None,
    encoding: Annotated[str | None, typer.Option("--encoding", help="Of a CSV that is not UTF-8.")] = None,
    force: Force = False,
    language: Annotated[str | None, typer.Option("--lang", metavar="LANG", help="By default English.")] = None,
    as_json: AsJson = False,
) -> None:
    """Match the items of an official negative list to branches of industry; exit 8 where some could not be."""
    from layers.outputs import csv_table, require_free, write_text
    from zoning.rulebook import match_items, read_rulebook

    speak(language)
    report = findings or out.with_name(f"{out.stem}-unmatched.csv")
    for path in () if force else (out, report):
        require_free(path)
    folder = Path(rulebook)
    branches = read_rulebook(folder if folder.is_dir() else rulebook).branches
    matched = match_items(source, branches, encoding, jurisdiction)
    for rows, path in ((matched.table, out), (matched.report, report)):
        text = "\ufeff" + rows.to_csv(index=False, lineterminator="\n")
        write_text(path, text, csv_table(rows.columns), inputs=[source])
    if as_json:
        print_json({"items": matched.items, "rows": len(matched.table), "report": matched.report.to_dict("records")})
    else:
        for line, item, text, outcome, codes in matched.report.head(FINDINGS_SHOWN).itertuples(index=False):
            phrase = Phrase(_OUTCOMES[outcome], codes=codes)
            print(safe_message(in_words(Phrase(_MATCHED, line=line, item=item, text=text, outcome=phrase))))
        message = Phrase(
            "{table}: {items} items, {rows} rows; lines to look at again: {told}, of them not matched: {unmatched} "
            "({report})",
            table=out,
            items=matched.items,
            rows=len(matched.table),
            told=len(matched.report),
            unmatched=matched.unmatched,
            report=report,
        )
        print(in_words(message))
    raise typer.Exit(EXIT_PARTIAL if matched.unmatched else 0)


@app.command(name="check")
def check_(
    target: Annotated[
        Path, typer.Argument(metavar="PLAN|RULEBOOK|RUN", help="A study file, a rulebook's folder, or a run folder.")
    ],
    run_folder: Annotated[
        Path | None,
        typer.Option("--run", metavar="RUN", help="Of a rulebook: also say what this run uses of it."),
    ] = None,
    coverage: Annotated[
        bool,
        typer.Option("--coverage", help="Of a rulebook: also name zones without an instrument, numbers no case moves."),
    ] = False,
    pin: Annotated[
        bool,
        typer.Option("--pin", help="Of a plan without an error: write into it what its inputs hold, to be held to it."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Read and validate everything, and say all findings at once; of a rulebook, run its worked cases."""
    from zoning.pipeline import group_absent

    findings, used, features = _checked(target, run_folder, coverage=coverage, pin=pin, as_json=as_json)
    codes = [finding.exit_code for finding in findings if finding.level == "error"]
    if as_json:
        listed: dict[str, object] = {"findings": [_finding(finding) for finding in findings]}
        listed |= {"features": features} if features else {}
        listed |= ({"usage": used} if used else {}) | ({"pinned": not codes} if pin else {})
        print_json(listed)
    else:
        grouped = group_absent(findings)
        for finding in grouped:
            print(safe_message(in_words(Phrase(_LEVELS[finding.level], text=finding.text))))
        print(in_words(phrase_list(_counted(grouped))))
        if pin:
            message = Phrase(
                "{plan}: not pinned, as there is an error" if codes else "{plan}: pinned",
                plan=target,
            )
            print(in_words(message))
    raise typer.Exit(min(codes, default=0))


@app.command(name="run")
def run_(
    plan: PlanFile,
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="The run folder to write.")] = None,
    excel_safe: Annotated[
        bool, typer.Option("--excel-safe", help="Prefix texts in CSV that a spreadsheet would run as a formula.")
    ] = False,
    flat: Annotated[
        bool, typer.Option("--flat", help="Repeat the texts of a policy in each row of policies.csv.")
    ] = False,
    keep_going: Annotated[
        bool, typer.Option("--keep-going", help="Leave out layers that cannot be read; say so on every page; exit 8.")
    ] = False,
    scheduler: Annotated[
        str | None,
        typer.Option(
            "--scheduler", metavar="ADDRESS", help="Cut units on a cluster of dask, such as tcp://10.0.0.1:8786."
        ),
    ] = None,
    max_memory: Annotated[
        int | None,
        typer.Option(
            "--max-memory",
            metavar="BYTES",
            min=1,
            help="Go by tiles where a run would take more, refuse it where that is too much; by default what the "
            "machine has.",
        ),
    ] = None,
    no_cache: Annotated[
        bool, typer.Option("--no-cache", help="Make everything anew, and keep nothing; see zoneplan cache.")
    ] = False,
    workers: Workers = None,
    language: Language = None,
    as_json: AsJson = False,
) -> None:
    """Do the whole flow and write a run folder: map, report, tables. Default: runs/<plan name> beside the plan."""
    how = Running(
        cached=not no_cache, keep_going=keep_going, workers=workers, max_memory=max_memory, scheduler=scheduler
    )
    _run(plan, out, language, excel_safe=excel_safe, flat=flat, as_json=as_json, how=how)


@app.command(name="estimate")
def estimate_(plan: PlanFile, as_json: AsJson = False) -> None:
    """Foretell time, memory and disk of a run, from the headers of its files, before any work is done."""
    from zoning.pipeline import estimate
    from zoning.study import read_study

    speak(language_of_plan(plan))
    run_estimate = estimate(read_study(plan))
    if as_json:
        print_json(run_estimate.as_dict())
    else:
        print(in_words(run_estimate.said))


def _counted(findings: Sequence[Finding]) -> Iterator[Phrase]:
    """How many findings there are of each level."""
    errors, warnings, notes = (
        sum(finding.level == level for finding in findings) for level in ("error", "warning", "note")
    )
    yield Phrase("{count} error" if errors == 1 else "{count} errors", count=errors)
    yield Phrase("{count} warning" if warnings == 1 else "{count} warnings", count=warnings)
    yield Phrase("{count} note" if notes == 1 else "{count} notes", count=notes)


class Running(NamedTuple):
    """How a plan is run, beside what its folder holds."""

    cached: bool = True
    keep_going: bool = False
    workers: int | None = None
    max_memory: int | None = None
    scheduler: str | None = None
    by_tiles: bool = False


USUALLY = Running()


def _run(
    plan_file: Path,
    out: Path | None,
    language: str | None,
    *,
    as_json: bool,
    excel_safe: bool = False,
    flat: bool = False,
    how: Running = USUALLY,
) -> None:
    folder = out or plan_file.parent / "runs" / plan_file.stem
    speak(language_of_plan(plan_file))
    if language is not None:
        speak(language)
    with telling_what_was_written(folder):
        from maps.runs import ContentCache, Options, cache_folder, key_before, require_room, write_kept_run
        from maps.words import require_language
        from zoneplan.cli.progress_display import progress
        from zoning.study import read_study

        study = read_study(plan_file)
        options = Options(language or study.study.language or ENGLISH, excel_safe, flat)
        require_room(folder)
        key = key_before(study, options) if how.cached else ""
        store = ContentCache(cache_folder()) if key else None
        with progress() as announce:
            require_language(options.language)
            kept_run = None if store is None else _kept_run(store, key)
            if kept_run is not None:
                write_kept_run(kept_run.files, study, folder, say)
                summary = json.loads(kept_run.summary)
            else:
                summary = _made(study, folder, options, announce, store, key, _fitting(study, how))
        _tell(summary, folder, options.language, as_json=as_json)
    if summary["left_out"]:
        raise typer.Exit(EXIT_PARTIAL)


def _fitting(study: Study, how: Running) -> Running:
    """The way of a run that fits into memory: as asked, by fewer workers, or by tiles, which is said."""
    from layers.parallel import worker_count
    from zoning.pipeline import choose_way

    way = choose_way(study, worker_count(how.workers), how.max_memory)
    if way.said is not None:
        say(way.said)
    return how._replace(workers=way.workers, by_tiles=way.by_tiles)


def _kept_run(store: ContentCache, key: str) -> KeptRun | None:
    """The run as it was kept; one that is damaged is said and not used."""
    from maps.runs import find_run

    try:
        return find_run(store, key)
    except ValueError as damage:
        say(Phrase("the run that was kept in the cache is damaged ({damage}), and is made anew", damage=damage))
        return None


class Summary(TypedDict):
    """What is said of a run: for other programs down to ``findings``, then as it is shown to people."""

    study: str
    units: int
    main_functions: dict[str, dict[str, float]]
    repairs: int
    left_out: list[str]
    findings: list[dict[str, object]]
    title: str
    headings: list[str]
    rows: list[list[str]]
    finding_lines: list[str]


def _made(
    study: Study,
    folder: Path,
    options: Options,
    announce: Callable[[str], None],
    store: ContentCache | None,
    key: str,
    how: Running,
) -> Summary:
    """Make the plan, write its run folder, and keep it where all that it read is still what it was."""
    from layers.parallel import worker_count
    from maps.runs import keep_run, kept_steps, key_after, load_writers, write_run
    from maps.words import localize
    from zoning.cluster import on_cluster
    from zoning.overlays import cut_in_copies
    from zoning.pipeline import run

    # steps are kept also where a file cannot be read, and no run is kept
    kept_results = kept_steps(say) if how.cached else None
    workers = worker_count(how.workers)
    here: ForEach | None = cut_in_copies if how.by_tiles else None
    cutting = nullcontext(here) if how.scheduler is None else on_cluster(how.scheduler)
    borders: list[Callable[[], Topology]] = []

    def begin_borders(units: gpd.GeoDataFrame, pieces: gpd.GeoDataFrame) -> None:
        if workers > 1 and not how.by_tiles:
            from maps.drawing import begin_topology

            borders[:] = [begin_topology(units, pieces)]

    with cutting as for_each, sandboxed(None, meanwhile=partial(load_writers, options.language)):
        made = run(
            study,
            announce,
            kept=kept_results,
            keep_going=how.keep_going,
            for_each=for_each,
            on_pieces=begin_borders,
            workers=workers,
        )
        plan = made.having(origin=None)
    localized = localize(plan, options.language)
    write_run(
        localized,
        folder,
        options.language,
        excel_safe=options.excel_safe,
        flat=options.flat,
        announce=announce,
        notice=say,
        workers=workers,
        by_tiles=how.by_tiles,
        borders=next(iter(borders), None),
    )
    summary = _summary(localized)
    if store is not None and not plan.left_out and key_after(plan, options) == key:
        keep_run(store, key, folder, json.dumps(summary).encode("ascii"))
    return summary


def _summary(plan: LocalizedPlan) -> Summary:
    """What is said of a run: for other programs, and as it is shown to people."""
    from maps.words import catalogue, format_number, percent, text_in

    words = catalogue("cli", plan.language, plan.noun)
    mains = plan.zones.groupby("main", sort=True)["area_ha"].agg(["size", "sum"])
    total, rows = plan.zones["area_ha"].sum(), []
    for zone in plan.rulebook.zones:
        if zone.kind == "main" and zone.code in mains.index:
            size, area = mains.loc[zone.code, ["size", "sum"]]
            figures = [format_number(number, plan.language) for number in (int(size), area)]
            share = f"{percent(area, total, plan.language)} %"
            rows.append([text_in(zone.title, plan.language), *figures, share])
    return {
        "study": plan.study.name,
        "units": len(plan.zones),
        "main_functions": {
            str(code): {"units": int(row["size"]), "area_ha": float(row["sum"])} for code, row in mains.iterrows()
        },
        "repairs": len(plan.ledger),
        "left_out": [omission.title for omission in plan.left_out],
        "findings": list(map(_finding, plan.findings)),
        "title": f"{text_in(plan.study.title, plan.language)}, {plan.study.date}",
        "headings": [words[key] for key in ("main_function", "units", "hectares", "share")],
        "rows": rows,
        "finding_lines": list(_finding_lines(plan)),
    }


def _tell(summary: Summary, folder: Path, language: str, *, as_json: bool) -> None:
    places = {"run": str(folder), "map": str(folder / "map.html"), "report": str(folder / "report.html")}
    if as_json:
        shown = {
            name: entry for name, entry in summary.items() if name not in ("title", "headings", "rows", "finding_lines")
        }
        print_json({"study": summary["study"], **places, **shown})
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table as RichTable

    from maps.words import catalogue

    table = RichTable(title=escape(summary["title"]), title_justify="left")
    words = catalogue("cli", language)
    for column, heading in enumerate(summary["headings"]):
        table.add_column(escape(heading), justify="right" if column else "left")
    for zone, *figures in summary["rows"]:
        table.add_row(escape(zone), *figures)
    Console().print(table)
    for line in summary["finding_lines"]:
        print(safe_message(line))
    for key, name in (("map", "map.html"), ("report", "report.html"), ("folder", "")):
        print(f"{words[key]}{words['colon']}{folder / name}")


def _finding_lines(plan: LocalizedPlan) -> Iterator[str]:
    """How many findings there are, and the first of them; nothing where there is none."""
    from maps.words import catalogue

    words, findings = catalogue("cli", plan.language, plan.noun), plan.findings
    if findings:
        yield words["counted"].format(count=len(findings))
    yield from (f"  {words[finding.level]}{words['colon']}{finding.text}" for finding in findings[:FINDINGS_SHOWN])
    if len(findings) > FINDINGS_SHOWN:
        yield f"  {words['more'].format(count=len(findings) - FINDINGS_SHOWN)}"


class Checked(NamedTuple):
    """What a check has found."""

    findings: list[Finding]
    used: Mapping[str, object] = MappingProxyType({})
    features: Sequence[Mapping[str, object]] = ()


def _checked(target: Path, run_folder: Path | None, *, coverage: bool, pin: bool, as_json: bool) -> Checked:
    """The findings about a plan, a rulebook or a run's own rulebook."""
    from layers.outputs import MANIFEST, put_back
    from maps.runs import RULEBOOK_FOLDER, read_run, require_whole, run_language
    from maps.words import Renderer, localize
    from zoneplan.cli.progress_display import count_cases, count_parameters
    from zoning.pipeline import audit, case_coverage, rule_coverage_of
    from zoning.rulebook import builtin_rulebooks

    put_back(target)
    is_run = (target / MANIFEST).exists()
    is_name = not target.exists() and str(target) in builtin_rulebooks()
    if not target.is_dir() and not is_name:
        if run_folder is not None:
            raise typer.BadParameter(
                Phrase("{target} is no rulebook; --run goes with one", target=target), param_hint="--run"
            )
        if coverage:
            raise typer.BadParameter(
                Phrase("{target} is no rulebook; --coverage goes with one", target=target), param_hint="--coverage"
            )
        return _check_plan(target, pin=pin, with_features=as_json)
    if pin:
        raise typer.BadParameter(Phrase("{target} is no plan; --pin goes with one", target=target), param_hint="--pin")
    rulebook = target / RULEBOOK_FOLDER if is_run else str(target) if is_name else target
    folder = target if is_run else run_folder
    if folder is not None:
        require_whole(folder)
        speak(run_language(folder))
    plan = None if folder is None else read_run(folder)
    language = ENGLISH if as_json and folder is None else spoken()
    finding = (Renderer(language) if plan is None else localize(plan, language).renderer).finding
    with count_cases() as announce:
        findings = list(map(finding, audit(rulebook, plan, announce)))
    if coverage and not any(entry.level == "error" for entry in findings):
        with count_parameters() as announce:
            findings += map(finding, case_coverage(rulebook, announce))
    return Checked(findings) if plan is None else Checked(findings, rule_coverage_of(plan).as_dict())


def _check_plan(path: Path, *, pin: bool, with_features: bool) -> Checked:
    """The findings about a plan, which is pinned if that is wanted and none is an error."""
    from layers.read import feature_notes
    from zoneplan.cli.progress_display import progress
    from zoning.pipeline import check, foresee_left_out, placing, read_everything
    from zoning.study import read_study

    speak(language_of_plan(path))
    study = inputs = None
    notes: pd.DataFrame | None = None
    refused: Iterable[ZoneplanError] = ()
    try:
        with progress() as announce:
            announce("read")
            study = read_study(path)
            if pin and study.tried is not None:
                raise typer.BadParameter(
                    Phrase("{target} is a try; --pin goes with the plan that it names", target=path), param_hint="--pin"
                )
            with placing(study):
                rulebook, inputs, tables = read_everything(study, pinned=not pin)
            findings = list(check(study, rulebook, inputs, announce, tables))
            if pin and not any(finding.level == "error" for finding in findings):
                from maps.drafts import write_pins

                write_pins(study, inputs)
    except ZoneplanError as error:
        notes, refused = error.ledger, error.parts
        findings = [*error.findings, *(foresee_left_out(study, error.parts) if study is not None else ())]
    if not with_features:
        return Checked(findings)
    return Checked(
        findings, features=_features_of(notes, refused) if inputs is None else _features_of(feature_notes(inputs), ())
    )


def _features_of(ledger: pd.DataFrame | None, refused: Iterable[ZoneplanError]) -> list[dict[str, object]]:
    """Each feature of which there is something to say, and what a run does about it."""
    rows = [] if ledger is None else ledger[ledger["feature"] != ""].to_dict("records")
    areas = ("area_before_ha", "area_after_ha")
    features: list[dict[str, Any]] = [
        {key: str(row[key]) for key in ("layer", "feature", "finding", "action")}
        | {key: float(row[key]) if row[key] == row[key] else None for key in areas}
        for row in rows
    ]
    for error in refused:
        named = {"layer": error.layer, "finding": error.code, "action": "refused"}
        features += [
            {**named, "feature": feature} | dict.fromkeys(areas) for feature in error.ids if error.exit_code == 3
        ]
    return sorted(features, key=lambda record: (record["layer"], record["finding"], record["feature"]))


def _finding(finding: Finding) -> dict[str, object]:
    keys = ("level", "code", "layer", "features", "count", "text")
    return {key: list(value) if key == "features" else value for key in keys for value in [getattr(finding, key)]}
