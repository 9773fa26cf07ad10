"""What commands share: options and arguments that mean the same in each, an exit code, and JSON as it is printed."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

EXIT_PARTIAL = 8
"""Of a plan that is whole but for layers that could not be read, and a list but for items that were not matched."""

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


def print_json(content: Mapping[str, object]) -> None:
    """JSON as it is read most easily; in codes where the output does not have all its characters."""
    text = json.dumps(content, ensure_ascii=False, indent=1)
    try:
        text.encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        text = json.dumps(content, indent=1)
    print(text)
