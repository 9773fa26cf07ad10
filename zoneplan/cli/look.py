"""Commands that look at what is there: the keys of a study file, what the cache holds, the environment."""

from __future__ import annotations

from typing import Annotated

import typer

from layers.phrases import Phrase, template
from zoneplan.cli.options import AsJson, print_json
from zoneplan.cli.spoken_language import in_words

_HELD = template("{folder}: kept runs: {runs}, kept steps: {steps}, {size:.1f} MB of at most {most:.0f} MB")
_CLEARED = template("{folder}: kept runs removed: {runs}, kept steps removed: {steps}, {size:.1f} MB")

app = typer.Typer()


@app.command()
def schema(
    _as_json: Annotated[bool, typer.Option("--json", help="It is JSON anyway.")] = True,
) -> None:
    """Print the JSON Schema of the study file."""
    from zoning.study import study_schema

    print_json(study_schema())


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
        print_json({**figures, "most_bytes": MOST_BYTES, "cleared": clear})
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
            print_json({"notices": notices_text()})
        else:
            print(notices_text())
        raise typer.Exit
    from zoneplan.cli.doctor import diagnose

    diagnosis = diagnose()
    if as_json:
        print_json(diagnosis.as_dict())
    else:
        print(diagnosis.text())
    raise typer.Exit(diagnosis.exit_code)
