"""The command ``zoneplan``: words in, exit code out. No traceback reaches a planner.

Each command loads what it needs when it is called, so that help and wrong calls answer at once.
"""

from __future__ import annotations

import json
import re
import shlex
import signal
import sys
import webbrowser
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from functools import partial
from importlib import metadata
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, TypedDict

import typer

from layers.errors import Finding, ZoneplanError, escape_hidden
from layers.phrases import Phrase, phrase_list, template
from layers.sandbox import sandboxed
from maps.cli.exit_codes import (
    exit_code,
    judge,
    listen,
    run_command,
    safe_message,
    say,
    telling_what_was_written,
    terminate,
)
from maps.cli.spoken_language import ENGLISH, in_words, language_of, language_of_plan, speak, spoken

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from layers.outputs import Kind
    from maps.drawing import Topology
    from maps.runs import ContentCache, KeptRun, Options
    from maps.words import LocalizedPlan
    from zoning.overlays import ForEach
    from zoning.plan import Plan
    from zoning.study import Study

MATTERS = "zones, lines, quotas, land, energy, services, flows, policies, industries"
"""What ``explain --of`` takes, as the room of explanations has it, which would load more than help needs."""

_HELD = template("{folder}: kept runs: {runs}, kept steps: {steps}, {size:.1f} MB of at most {most:.0f} MB")
_CLEARED = template("{folder}: kept runs removed: {runs}, kept steps removed: {steps}, {size:.1f} MB")

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

EXIT_PARTIAL = 8
"""Of a plan that is whole but for layers that could not be read, and a list but for items that were not matched."""
EXIT_NOT_MET = 4
"""Of ``seek``, where nothing meets all goals."""
FINDINGS_SHOWN = 5
"""Lines of findings below the table of a run; the report has all."""

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Turn map layers into a functional-zoning plan: zones, lines, land quotas and policies on one offline map.",
)

AsJson = Annotated[bool, typer.Option("--json", help="Print the machine-readable form.")]
PlanFile = Annotated[Path, typer.Argument(metavar="PLAN", help="A study file, plan.toml.")]
RunFolder = Annotated[Path, typer.Argument(metavar="RUN", help="A run folder.")]
Force = Annotated[bool, typer.Option("--force", help="Replace the file that is to be written, where there is one.")]
Language = Annotated[
    str | None,
    typer.Option(
        "--lang",
        metavar="LANG",
        help="Language of map, report, reasons and messages, such as en, fr, pt or zh; by default that of the plan.",
    ),
]
OutFolder = Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Also write pages and tables.")]
StudyFolder = Annotated[
    Path | None,
    typer.Option("--study", metavar="DIR", help="Where the inputs are; by default where the run was made."),
]
Workers = Annotated[
    int | None,
    typer.Option(
        "--workers", metavar="N", min=1, help="How many cores work at a time; by default all. The files are the same."
    ),
]
Long = Annotated[bool, typer.Option("--long", help="All of it: rules, clauses, references, places in files.")]


def _known(language: str | None) -> str | None:
    if language is not None:
        from maps.words import require_language

        require_language(language)
    return language


OwnLanguage = Annotated[
    str | None,
    typer.Option("--lang", metavar="LANG", callback=_known, help="By default the language of the run."),
]


_LEVELS = {
    "error": template("error: {text}"),
    "warning": template("warning: {text}"),
    "note": template("note: {text}"),
}
"""How a finding stands on a line of its own."""


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"zoneplan {metadata.version('zoneplan')}")
        raise typer.Exit


@app.callback()
def _zoneplan(
    _version: Annotated[
        bool, typer.Option("--version", help="Print the version and leave.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    """Options of the command as a whole."""


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
        _print_json({"items": matched.items, "rows": len(matched.table), "report": matched.report.to_dict("records")})
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
        _print_json(listed)
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
        _print_json(run_estimate.as_dict())
    else:
        print(in_words(run_estimate.said))


@app.command(name="explain")
def explain_(
    folder: RunFolder,
    unit: Annotated[str, typer.Argument(metavar="UNIT", help="A unit's id, or its name in any language.")],
    matters: Annotated[
        list[str] | None,
        typer.Option("--of", metavar="MATTER", help=f"Only this, and again for more: {MATTERS}."),
    ] = None,
    page: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write the unit's dossier, one printable page.")
    ] = None,
    force: Force = False,
    language: OwnLanguage = None,
    in_full: Long = False,
    as_json: AsJson = False,
) -> None:
    """Say why a unit is what it is: a verdict, its tests, what would change it; all rules and references by --long."""
    from layers.outputs import PAGE
    from maps.runs import read_run, require_whole, run_language

    speak(language)
    if page is not None:
        _require_place(page, PAGE, force=force)
    require_whole(folder)
    plan, language = read_run(folder), language or run_language(folder)
    speak(language)
    from maps.telling import explain, find_unit

    if page is not None:
        from maps.telling import write_dossier

        write_dossier(plan, find_unit(plan, unit), page, language)
        print(in_words(Phrase("dossier: {page}", page=page)))
        return
    if not as_json:
        _print_try(plan, language)
    if not (as_json or in_full or matters):
        from maps.cli.plan_displays import show_unit
        from maps.words import localize

        show_unit(localize(plan, language), find_unit(plan, unit))
        return
    explanation = explain(plan, unit, language).only(matters or ())
    if as_json:
        _print_json(explanation.as_dict())
    else:
        print(explanation.text())


@app.command()
def report(
    folder: RunFolder,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="By default <run>-report-<language>.html, or .pdf, beside the run."),
    ] = None,
    language: OwnLanguage = None,
    pdf: Annotated[
        bool, typer.Option("--pdf", help="Print it to a PDF, by Chromium where it is installed, else by WeasyPrint.")
    ] = False,
    annex: Annotated[
        bool, typer.Option("--annex", help="Print the annex, too: every reason, rule, number and policy.")
    ] = False,
    force: Force = False,
) -> None:
    """Write the report of a finished run again, in any language of its rulebook, as a page or as a PDF."""
    from layers.outputs import PAGE, PDF
    from maps.runs import read_run, require_whole, run_language
    from maps.telling import report as render_report
    from maps.telling import write_pdf, write_report
    from maps.words import require_spoken

    speak(language)
    require_whole(folder)
    language = language or run_language(folder)
    speak(language)
    kind = "pdf" if pdf else "html"
    page = out or folder.resolve().parent / f"{folder.resolve().name}-report-{language}.{kind}"
    _require_place(page, PDF if pdf else PAGE, force=force)
    plan = read_run(folder)
    require_spoken(language, plan.rulebook)
    if pdf:
        write_pdf(render_report(plan, language, annex=annex), page)
    else:
        write_report(plan, page, language, annex=annex)
    print(in_words(Phrase("report: {page}", page=page)))


@app.command(name="at", context_settings={"ignore_unknown_options": True})
def at_(
    folder: RunFolder,
    point_or_unit: Annotated[
        list[str],
        typer.Argument(
            metavar="LON LAT | UNIT",
            help="Longitude and latitude in degrees, WGS 84, west and south negative; or a unit's id or name.",
        ),
    ],
    industry: Annotated[
        str | None, typer.Option("--industry", metavar="CODE", help="May this industry settle there? Such as C3011.")
    ] = None,
    state: Annotated[
        str, typer.Option("--state", metavar="planned|existing", help="A project, or works that are there.")
    ] = "planned",
    language: OwnLanguage = None,
    in_full: Long = False,
    as_json: AsJson = False,
) -> None:
    """Say what applies at a place or in a unit: zones, control lines, policies, and whether an industry may settle."""
    from maps.runs import read_run, require_whole, run_language
    from maps.telling import at, at_unit, check_coordinates, check_state

    speak(language)
    point = _point(point_or_unit)
    if point is not None:
        check_coordinates(*point)
    check_state(state)
    require_whole(folder)
    plan, language = read_run(folder), language or run_language(folder)
    speak(language)
    if point is None:
        answer = at_unit(plan, " ".join(point_or_unit), industry=industry, state=state, language=language)
    else:
        answer = at(plan, *point, industry=industry, state=state, language=language)
    if not as_json:
        _print_try(plan, language)
    if as_json:
        _print_json(answer.as_dict())
    elif in_full:
        print(answer.text().rstrip("\n"))
    else:
        from maps.cli.plan_displays import show_place
        from maps.words import localize

        show_place(localize(plan, language), answer)


def _print_try(plan: Plan, language: str) -> None:
    """Say of a try that it is one, and whose; nothing of a plan."""
    from layers.errors import escape_hidden
    from maps.words import said_of_try

    if heading := said_of_try(plan.study, language):
        print(escape_hidden(" – ".join(heading)))


_STATES = {
    "complete": template("{folder}: complete"),
    "damaged": template("{folder}: damaged"),
    "newer": template("{folder}: newer"),
    "no run": template("{folder}: no run"),
}
"""What ``verify`` says of a folder."""


def _counted(findings: Sequence[Finding]) -> Iterator[Phrase]:
    """How many findings there are of each level."""
    errors, warnings, notes = (
        sum(finding.level == level for finding in findings) for level in ("error", "warning", "note")
    )
    yield Phrase("{count} error" if errors == 1 else "{count} errors", count=errors)
    yield Phrase("{count} warning" if warnings == 1 else "{count} warnings", count=warnings)
    yield Phrase("{count} note" if notes == 1 else "{count} notes", count=notes)


def _point(words: Sequence[str]) -> tuple[float, float] | None:
    """Longitude and latitude where two numbers were given; None of the id or name of a unit."""
    try:
        lon, lat = map(float, words)
    except ValueError:
        if re.fullmatch(r"[-+]?\d+\.\d+", words[0]):  # no id: half of a place
            raise typer.BadParameter(
                Phrase(
                    "'{words}' is no place: give longitude and latitude, such as -104.99 39.74, or a unit",
                    words=" ".join(words),
                ),
                param_hint="LON LAT",
            ) from None
        return None
    return lon, lat


@app.command(name="verify")
def verify_(
    folder: RunFolder,
    rerun: Annotated[bool, typer.Option("--rerun", help="Also run it again, and compare every file.")] = False,
    study: StudyFolder = None,
    language: OwnLanguage = None,
    as_json: AsJson = False,
) -> None:
    """Say whether a run folder is complete, damaged (and which files), or not a run; or whether it runs to the same."""
    speak(language or language_of(folder))
    if study is not None and not rerun:
        raise typer.BadParameter(Phrase("--study goes with --rerun"), param_hint="--study")
    from maps.errors import DamagedRunError
    from maps.runs import verify

    verdict = verify(folder)
    content: dict[str, object] = verdict._asdict() | {"damaged": verdict.damaged}
    lines = [
        in_words(Phrase(_STATES[verdict.state], folder=folder)),
        *(f"  {escape_hidden(in_words(line))}" for line in verdict.told),
    ]
    lines += [in_words(Phrase("  left out: {name}", name=name)) for name in verdict.left_out]
    same = verdict.state == "complete"
    if same and rerun:
        from maps.cli.progress_display import progress
        from maps.runs import run_again

        with progress() as announce:
            again = run_again(folder, study, announce)
        same = not again.differing
        content["rerun"] = again._asdict()
        message = Phrase(
            "run again: the same" if same else "run again: {count} files differ", count=len(again.differing)
        )
        lines.append(in_words(message))
        lines += [f"  {escape_hidden(name)}" for name in again.differing]
        lines += [
            in_words(Phrase("  {name} was {then} and is {now}", name=name, then=then, now=now))
            for name, (then, now) in again.versions.items()
        ]
    if as_json:
        _print_json(content)
    else:
        print("\n".join(lines))
    raise typer.Exit((EXIT_PARTIAL if verdict.left_out else 0) if same else DamagedRunError.exit_code)


@app.command(name="export")
def export_(
    folder: RunFolder,
    target: Annotated[
        str,
        typer.Argument(
            metavar="FILE|SCHEMA", help="A file ending in .gdb, .gpkg or .xlsx; or the schema of a database."
        ),
    ],
    database: Annotated[
        str | None,
        typer.Option("--database", metavar="NAME", help="A database of the plan; by default its only one."),
    ] = None,
    url_env: Annotated[
        str | None,
        typer.Option("--url-env", metavar="VARIABLE", help="Or the environment variable that holds its address."),
    ] = None,
    service: Annotated[
        str | None, typer.Option("--service", metavar="NAME", help="Or its section in pg_service.conf.")
    ] = None,
    force: Force = False,
    language: OwnLanguage = None,
    as_json: AsJson = False,
) -> None:
    """Write a run for another program: a File Geodatabase, a GeoPackage, a workbook, or tables of PostGIS."""
    from maps.runs import read_run, require_whole, run_language
    from maps.words import require_spoken

    speak(language)
    require_whole(folder)
    language = language or run_language(folder)
    speak(language)
    plan = read_run(folder)
    require_spoken(language, plan.rulebook)
    if Path(target).suffix and not any((database, url_env, service)):
        file = Path(target)
        _export_file(plan, file, language, force=force)
        if as_json:
            _print_json({"file": str(file)})
        else:
            print(in_words(Phrase("written: {file}", file=file)))
        return
    from layers.sources import database_of
    from maps.exports import write_postgis

    name, section = database_of(plan.study.databases, database, url_env=url_env, service=service)
    written = write_postgis(plan, section, target, name=name, language=language)
    if as_json:
        _print_json({"schema": target, "tables": written})
        return
    for table, rows in written.items():
        print(in_words(Phrase("{table}: {count:,} rows", table=f"{target}.{table}", count=rows)))


def _export_file(plan: Plan, file: Path, language: str, *, force: bool) -> None:
    from layers.outputs import require_free
    from maps.exports import write_geodatabase, write_geopackage, write_workbook

    writers = {".gdb": write_geodatabase, ".gpkg": write_geopackage, ".xlsx": write_workbook}
    writer = writers.get(file.suffix.lower())
    if writer is None:
        raise typer.BadParameter(
            Phrase("'{file}' has none of the endings {endings}", file=file.name, endings=phrase_list(writers)),
            param_hint="FILE|SCHEMA",
        )
    if not force:
        require_free(file)
    writer(plan, file, language)


@app.command(name="compare")
def compare_(
    before: Annotated[Path, typer.Argument(metavar="A", help="A run folder, or a study file, which is run.")],
    after: Annotated[Path, typer.Argument(metavar="B", help="The other one.")],
    out: OutFolder = None,
    study: StudyFolder = None,
    language: OwnLanguage = None,
    as_json: AsJson = False,
) -> None:
    """Say what differs between two plans, and because of which rule, number or source; exit 1 where they do."""
    from maps.cli.plan_displays import comparison_json, print_comparison
    from maps.runs import COMPARISON_KIND, require_own, write_comparison_folder
    from zoning.whatif import compare

    speak(language or language_of(before))
    if out is not None:
        require_own(out.absolute(), COMPARISON_KIND)
    comparison = compare(*(_plan_of(path) for path in (before, after)), study_folder=study)
    if out is not None:
        write_comparison_folder(comparison, out, spoken())
    if as_json:
        _print_json(comparison_json(comparison))
    else:
        print_comparison(comparison, spoken())
        if out is not None:
            print(in_words(Phrase("comparison: {page}", page=out / "report.html")))
            print(in_words(Phrase("map: {page}", page=out / "map.html")))
    raise typer.Exit(0 if comparison.same else 1)


@app.command(name="consensus")
def consensus_(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="Tries of a plan, plans, or run folders; two at least.")
    ],
    out: OutFolder = None,
    language: OwnLanguage = None,
    as_json: AsJson = False,
) -> None:
    """Say how many people's plans agree on each unit, in what they differ, and which units hang on that."""
    from maps.cli.plan_displays import consensus_json, print_consensus
    from maps.cli.progress_display import progress
    from maps.runs import CONSENSUS_KIND, require_own, write_consensus_folder
    from zoning.whatif import consensus, run_together

    speak(language or language_of(files[0]))
    if len({path.resolve() for path in files}) < max(2, len(files)):
        raise typer.BadParameter(Phrase("give two files at least, each once"), param_hint="FILE...")
    if out is not None:
        require_own(out.absolute(), CONSENSUS_KIND)
    stems = [path.stem for path in files]
    names = {path.stem if stems.count(path.stem) == 1 else str(path): str(path) for path in files}
    finished = {name: _plan_of(Path(path)) for name, path in names.items() if Path(path).is_dir()}
    studies = {name: path for name, path in names.items() if name not in finished}
    with progress() as announce:
        together = run_together(studies, announce) if studies else None
    made = finished if together is None else finished | together.voices
    agreement = consensus({name: made[name] for name in names}, None if together is None else together.base)
    if out is not None:
        write_consensus_folder(agreement, out, spoken())
    if as_json:
        _print_json(consensus_json(agreement))
        return
    print_consensus(agreement, spoken())
    if out is not None:
        print(in_words(Phrase("map: {page}", page=out / "map.html")))


@app.command(name="robustness")
def robustness_(
    target: Annotated[Path, typer.Argument(metavar="RUN", help="A run folder, or a study file, which is run.")],
    within: Annotated[
        list[str],
        typer.Option(
            "--within",
            metavar="NAME=LOW:HIGH",
            help="A parameter of rules for zones, or quotas.NAME.weight.MEASURE, and the ends of what is drawn of it; "
            "again for more.",
        ),
    ],
    draws: Annotated[int, typer.Option("--draws", metavar="N", min=1, help="How many.")] = 1000,
    seed: Annotated[int, typer.Option("--seed", metavar="N", min=0, help="The same seed gives the same draws.")] = 0,
    out: OutFolder = None,
    study: StudyFolder = None,
    language: OwnLanguage = None,
    as_json: AsJson = False,
) -> None:
    """Say in how many of many draws of thresholds and weights each unit keeps its main function."""
    from maps.cli.plan_displays import print_robustness, ranges_of
    from maps.runs import ROBUSTNESS_KIND, require_own, write_robustness_folder
    from zoning.whatif import KEPT, robustness

    speak(language or language_of(target))
    ranges = ranges_of(within)
    if out is not None:
        require_own(out.absolute(), ROBUSTNESS_KIND)
    plan = _plan_of(target)
    stability = robustness(plan, ranges, draws=draws, seed=seed, study_folder=study)
    if out is not None:
        write_robustness_folder(stability, out, spoken())
    if as_json:
        _print_json(stability.as_dict())
    else:
        print_robustness(stability, spoken())
        if out is not None:
            print(in_words(Phrase("report: {page}", page=out / "report.html")))
            print(in_words(Phrase("map: {page}", page=f"{out / 'map.html'}#by={KEPT}")))


@app.command(name="curve")
def curve_(
    target: Annotated[Path, typer.Argument(metavar="RUN", help="A run folder, or a study file, which is run.")],
    parameter: Annotated[
        str,
        typer.Argument(
            metavar="PARAMETER", help="A parameter that rules for zones ask for: its id, its title, or how one begins."
        ),
    ],
    language: OwnLanguage = None,
    whole: Annotated[bool, typer.Option("--long", help="All steps, and all units that change at each.")] = False,
    amounts: Annotated[
        bool, typer.Option("--amounts", help="Also land and money at each step; one allocation a step.")
    ] = False,
    study: StudyFolder = None,
    as_json: AsJson = False,
) -> None:
    """Say at which values of a parameter which units change, and in which range around its own nothing does."""
    from maps.cli.progress_display import count_cases
    from maps.cli.threshold_display import amounts_as_dict, find_parameter, print_amounts, print_curve
    from maps.words import localize
    from zoning.whatif import curve_amounts
    from zoning.zones import curve

    speak(language or language_of(target))
    plan = _plan_of(target)
    threshold_curve = curve(plan, find_parameter(plan.rulebook, parameter))
    step_amounts = None
    if amounts:
        with count_cases() as announce:
            step_amounts = curve_amounts(plan, threshold_curve, study_folder=study, announce=announce)
    if as_json:
        _print_json(threshold_curve.as_dict() | ({} if step_amounts is None else amounts_as_dict(step_amounts)))
        return
    localized = localize(plan, spoken())
    print_curve(threshold_curve, localized, whole=whole)
    if step_amounts is not None:
        print_amounts(step_amounts, threshold_curve, localized)


@app.command()
def weights(
    target: Annotated[Path, typer.Argument(metavar="RUN", help="A run folder, or a study file, which is run.")],
    language: OwnLanguage = None,
    as_json: AsJson = False,
) -> None:
    """Say between which values of each weight of the plan's indices no zone changes, and who would have them where."""
    from maps.cli.threshold_display import print_weights
    from maps.words import localize
    from zoning.zones import weight_intervals

    speak(language or language_of(target))
    plan = _plan_of(target)
    intervals = weight_intervals(plan)
    if as_json:
        _print_json({"weights": [interval._asdict() for interval in intervals]})
        return
    print_weights(intervals, localize(plan, spoken()))


@app.command()
def serve(
    target: Annotated[Path, typer.Argument(metavar="RUN|PLAN", help="A run folder, or a study file, which is run.")],
    port: Annotated[int, typer.Option(min=0, max=65535, help="Of this machine; by default one that is free.")] = 0,
    study: StudyFolder = None,
    show: Annotated[bool, typer.Option("--open", help="Open the page in the browser.")] = False,
    language: OwnLanguage = None,
) -> None:
    """Serve the map to this machine alone, so that also sites, optimal quotas and drawn land can be tried in it."""
    from maps.cli.progress_display import progress
    from maps.serve import PlanServer, TriedPlans
    from zoning.whatif import as_fresh

    speak(language or language_of(target))
    plan = as_fresh(_plan_of(target), study)
    with progress() as announce:
        announce("map.html")
        plans = TriedPlans(plan, spoken())
    server = PlanServer(plans, spoken(), port)
    print(server.address, flush=True)
    if show:
        webbrowser.open(server.address)
    server.serve()


@app.command(name="seek")
def seek_(
    target: Annotated[Path, typer.Argument(metavar="PLAN", help="A study file, which is run, or a run folder.")],
    goal: Annotated[
        str,
        typer.Argument(
            metavar="GOAL",
            help="area_ha(CONDITION), count(CONDITION) or amount(QUOTA, CONDITION), and a number; more by AND.",
        ),
    ],
    moves: Annotated[
        list[str], typer.Option("--move", metavar="NAME=LOW:HIGH", help="A parameter that may move, and how far.")
    ],
    study: StudyFolder = None,
    language: OwnLanguage = None,
    as_json: AsJson = False,
) -> None:
    """Find the smallest change of parameters that meets goals, proved; exit 4 where nothing meets all of them."""
    from maps.cli.threshold_display import print_sought
    from maps.words import localize
    from zoning.whatif import seek

    speak(language or language_of(target))
    ranges, plan = dict(map(_range, moves)), _plan_of(target)
    sought = seek(plan, goal, ranges, study)
    if as_json:
        _print_json(sought.as_dict())
    else:
        print_sought(sought, localize(plan, spoken()))
    raise typer.Exit(0 if sought.met else EXIT_NOT_MET)


@app.command(name="calibrate")
def calibrate_(
    target: Annotated[Path, typer.Argument(metavar="PLAN", help="A study file, which is run, or a run folder.")],
    decided: Annotated[
        Path,
        typer.Argument(metavar="LIST", help="A CSV of units decided elsewhere: unit_id and main, a code or a title."),
    ],
    parameters: Annotated[
        list[str] | None,
        typer.Option("--parameter", metavar="NAME", help="A threshold to fit; by default all that units turn at."),
    ] = None,
    blocks: Annotated[
        int, typer.Option("--blocks", min=2, help="Of neighbours, each judged by thresholds fitted to the others.")
    ] = 4,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of a search, where thresholds are many.")] = 0,
    study: StudyFolder = None,
    language: OwnLanguage = None,
    as_json: AsJson = False,
) -> None:
    """Fit thresholds of rules to a list of units decided elsewhere, and say how well rules and list then agree."""
    from maps.cli.threshold_display import find_parameter, print_calibrated
    from maps.words import localize
    from zoning.whatif import calibrate, read_decided

    speak(language or language_of(target))
    plan = _plan_of(target)
    names = [find_parameter(plan.rulebook, text) for text in parameters] if parameters else None
    calibration = calibrate(
        plan, read_decided(decided, plan.rulebook), names, blocks=blocks, seed=seed, study_folder=study
    )
    if as_json:
        _print_json(calibration.as_dict())
    else:
        print_calibrated(calibration, localize(plan, spoken()))


def _require_place(path: Path, kind: Kind, *, force: bool) -> None:
    """Refuse, before any work is done, a place where something stands that is not to be replaced."""
    from layers.outputs import require_free, require_place

    if not force:
        require_free(path)
    require_place(path, kind)


def _range(text: str) -> tuple[str, tuple[float, float]]:
    """A parameter and its range, of ``NAME=LOW:HIGH``."""
    name, _, span = text.partition("=")
    low, _, high = span.partition(":")
    try:
        return name.strip(), (float(low), float(high))
    except ValueError:
        raise typer.BadParameter(
            Phrase("'{text}' is no range; write NAME=LOW:HIGH, such as density_min=50:400", text=text),
            param_hint="--move",
        ) from None


def _plan_of(path: Path) -> Plan:
    """The plan of a run folder, or of a study file that is run now."""
    if path.is_dir():
        from maps.runs import read_run, require_whole

        require_whole(path)
        return read_run(path)
    from maps.cli.progress_display import progress
    from maps.runs import kept_steps
    from zoning.pipeline import run
    from zoning.study import read_study

    with progress() as announce:
        return run(read_study(path), announce, kept=kept_steps(say))


@app.command()
def schema(
    _as_json: Annotated[bool, typer.Option("--json", help="It is JSON anyway.")] = True,
) -> None:
    """Print the JSON Schema of the study file."""
    from zoning.study import study_schema

    _print_json(study_schema())


@app.command()
def cache(
    clear: Annotated[bool, typer.Option("--clear", help="Remove all that is kept.")] = False,
    as_json: AsJson = False,
) -> None:
    """Say where finished runs and costly steps are kept, how many and how large; they are taken from there again."""
    from maps.runs import MOST_BYTES, ContentCache, cache_folder

    store = ContentCache(cache_folder())
    held = store.clear() if clear else store.stock()
    if as_json:
        figures = {"folder": str(held.folder), "runs": held.runs, "steps": held.steps, "bytes": held.size}
        _print_json({**figures, "most_bytes": MOST_BYTES, "cleared": clear})
        return
    text, fields = _CLEARED if clear else _HELD, {"folder": held.folder, "runs": held.runs, "steps": held.steps}
    print(in_words(Phrase(text, **fields, size=held.size / 1e6, most=MOST_BYTES / 1e6)))


@app.command()
def doctor(
    as_json: AsJson = False,
    licences: Annotated[
        bool, typer.Option("--licences", help="Print the licences and credits of what zoneplan carries, and leave.")
    ] = False,
    language: Annotated[str | None, typer.Option("--lang", metavar="LANG", help="By default your own.")] = None,
) -> None:
    """Say what zoneplan stands on: versions, GDAL drivers, known holes, name clashes."""
    if language is not None:
        from maps.words import require_language

        require_language(language)
    if licences:
        from maps.drawing import notices_text

        if as_json:
            _print_json({"notices": notices_text()})
        else:
            print(notices_text())
        raise typer.Exit
    from maps.cli.doctor import diagnose

    diagnosis = diagnose()
    if as_json:
        _print_json(diagnosis.as_dict())
    else:
        print(diagnosis.text())
    raise typer.Exit(diagnosis.exit_code)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command and leave with one of the exit codes of the contract."""
    signal.signal(signal.SIGTERM, terminate)
    given = sys.argv[1:] if arguments is None else arguments
    listen(given)
    try:
        with sandboxed("process"):
            code = exit_code(run_command(app, given))
    except BaseException as error:  # noqa: BLE001  (the last stop before a planner's terminal)
        code = judge(error)
    sys.exit(code)


def _print_json(content: Mapping[str, object]) -> None:
    """JSON as it is read most easily; in codes where the output does not have all its characters."""
    text = json.dumps(content, ensure_ascii=False, indent=1)
    try:
        text.encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        text = json.dumps(content, indent=1)
    print(text)


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
        from maps.cli.progress_display import progress
        from maps.runs import ContentCache, Options, cache_folder, key_before, require_room, write_kept_run
        from maps.words import require_language
        from zoning.study import read_study

        study = read_study(plan_file)
        options = Options(language or study.study.language or ENGLISH, excel_safe, flat)
        require_room(folder)
        key = key_before(study, options) if how.cached else ""
        store = ContentCache(cache_folder()) if key else None
        with progress() as announce:
            require_language(options.language)
            kept_run = None if store is None else _kept(store, key)
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


def _kept(store: ContentCache, key: str) -> KeptRun | None:
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
        plan = made.finished()
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
        "finding_lines": list(_found(plan)),
    }


def _tell(summary: Summary, folder: Path, language: str, *, as_json: bool) -> None:
    places = {"run": str(folder), "map": str(folder / "map.html"), "report": str(folder / "report.html")}
    if as_json:
        shown = {
            name: entry for name, entry in summary.items() if name not in ("title", "headings", "rows", "finding_lines")
        }
        _print_json({"study": summary["study"], **places, **shown})
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


def _found(plan: LocalizedPlan) -> Iterator[str]:
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
    from maps.cli.progress_display import count_cases, count_parameters
    from maps.runs import RULEBOOK_FOLDER, read_run, require_whole, run_language
    from maps.words import Renderer, localize
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
    from maps.cli.progress_display import progress
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
