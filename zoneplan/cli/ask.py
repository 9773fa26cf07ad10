"""Commands that ask a finished run: why, what applies where, whether it is whole; and write it in another form."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from layers.errors import escape_hidden
from layers.phrases import Phrase, phrase_list, template
from zoneplan.cli.options import (
    EXIT_PARTIAL,
    AsJson,
    Force,
    Long,
    OwnLanguage,
    RunFolder,
    StudyFolder,
    print_json,
)
from zoneplan.cli.spoken_language import in_words, language_of, speak

if TYPE_CHECKING:
    from layers.outputs import Kind
    from zoning.plan import Plan

MATTERS = "zones, lines, quotas, land, energy, services, flows, policies, industries"
"""What ``explain --of`` takes, as the room of explanations has it, which would load more than help needs."""

_STATES = {
    "complete": template("{folder}: complete"),
    "damaged": template("{folder}: damaged"),
    "newer": template("{folder}: newer"),
    "no run": template("{folder}: no run"),
}
"""What ``verify`` says of a folder."""

app = typer.Typer()


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
        from maps.words import localize
        from zoneplan.cli.plan_displays import show_unit

        show_unit(localize(plan, language), find_unit(plan, unit))
        return
    explanation = explain(plan, unit, language).only(matters or ())
    if as_json:
        print_json(explanation.as_dict())
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
        print_json(answer.as_dict())
    elif in_full:
        print(answer.text().rstrip("\n"))
    else:
        from maps.words import localize
        from zoneplan.cli.plan_displays import show_place

        show_place(localize(plan, language), answer)


def _print_try(plan: Plan, language: str) -> None:
    """Say of a try that it is one, and whose; nothing of a plan."""
    from layers.errors import escape_hidden
    from maps.words import said_of_try

    if heading := said_of_try(plan.study, language):
        print(escape_hidden(" – ".join(heading)))


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
        from maps.runs import run_again
        from zoneplan.cli.progress_display import progress

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
        print_json(content)
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
            print_json({"file": str(file)})
        else:
            print(in_words(Phrase("written: {file}", file=file)))
        return
    from layers.sources import database_of
    from maps.exports import write_postgis

    name, section = database_of(plan.study.databases, database, url_env=url_env, service=service)
    written = write_postgis(plan, section, target, name=name, language=language)
    if as_json:
        print_json({"schema": target, "tables": written})
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


def _require_place(path: Path, kind: Kind, *, force: bool) -> None:
    """Refuse, before any work is done, a place where something stands that is not to be replaced."""
    from layers.outputs import require_free, require_place

    if not force:
        require_free(path)
    require_place(path, kind)
