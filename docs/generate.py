# ruff: noqa: INP001  (a script, no package)
"""Write what has to follow the code: the reference, the rooms, two pictures, and the types of the map's scripts.

    python docs/generate.py

The result is committed; ``tests/test_docs.py`` holds it to the code.
"""

from __future__ import annotations

import importlib
import inspect
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from operator import attrgetter
from pathlib import Path
from typing import Any

import law_coverage
import page_types
import published_tables
import reviewers_questions
import rooms
import typer

import zoneplan as zp
from hatch_build import compile_catalogues
from layers.errors import SeveralErrors, ZoneplanError
from layers.sources.field_types import DescribedSchema
from zoneplan.cli.commands import app
from zoning.rulebook.chapter_schemas import Cases
from zoning.rulebook.rulebook_folder import FILES
from zoning.study import study_schema
from zoning.tables import AS_FILES, CSV_TABLES, PLACED_POLICIES, POLICY_TEXTS, TABLES

DOCS = Path(__file__).resolve().parent
MENU = DOCS.parent / "mkdocs.yml"
PYTHON = "python.md"
REST = "<!-- The rest is written by docs/generate.py. -->"
NOTE = "<!-- Written by docs/generate.py from the code; change it there. -->"
Schema = Mapping[str, Any]


def main() -> None:
    """Write all of it, with the words that stand in the catalogues now."""
    compile_catalogues()
    (DOCS / "reference").mkdir(exist_ok=True)
    for name, text in pages().items():
        (DOCS / "reference" / name).write_text(text, "utf-8")
    (DOCS / "published.md").write_text(published_tables.page(), "utf-8")
    study = zp.read_study(zp.builtin_study("us_mountain_west"))
    (DOCS / "map.svg").write_text(zp.picture(zp.run(study)), "utf-8")
    (DOCS / "architecture.svg").write_text(rooms.picture(), "utf-8")
    architecture = DOCS / "architecture.md"
    architecture.write_text(with_rooms(architecture.read_text("utf-8")), "utf-8")
    page_types.TYPES.write_text(page_types.page_types(), "utf-8")


def pages() -> dict[str, str]:
    """The pages of the reference by file name."""
    return {
        "study_file.md": study_page(),
        "rulebook.md": rulebook_page(),
        "coverage.md": coverage_page(),
        "questions.md": questions_page(),
        "tables.md": tables_page(),
        "command.md": command_page(),
        "exit_codes.md": exit_codes_page(),
        PYTHON: python_page(),
    }


def with_rooms(page: str) -> str:
    """The page on the architecture with the rooms as they are now at its end."""
    written, mark, _ = page.partition(REST)
    parts = [f"{written}{mark}"]
    for package in rooms.PACKAGES:
        named = [(f"`{package}.{room}`", _plain(rooms.described(package, room))) for room in rooms.order(package)]
        parts += [f"### {package}", *_table(("room", "what it is"), named)]
    return "\n\n".join(parts) + "\n"


def study_page() -> str:
    """Every key of ``plan.toml``."""
    schema = study_schema()
    parts: list[str] = []
    for key, value in schema["properties"].items():
        several = value.get("type") == "array"
        heading = f"## `[[{key}]]`" if several else f"## `[{key}]`"
        parts += [heading, *_section(_named(value, schema), schema, set())]
    return _page(
        "The study file",
        "`plan.toml`, every key. An unknown key is refused, with the key that may have been meant. `zoneplan "
        "schema` prints the same as JSON Schema, for editors. Every source is a path inside the folder of the"
        " file.",
        *parts,
    )


def rulebook_page() -> str:
    """Every key of every file of a rulebook."""
    parts: list[str] = []
    for name, model in {**FILES, "cases/*.toml": Cases}.items():
        schema = model.model_json_schema(by_alias=True, schema_generator=DescribedSchema)
        parts.append(f"## `{name}`")
        if name == "rulebook.toml":
            parts += _section(schema, schema, set())
            continue
        for key, value in schema["properties"].items():
            parts += [f"A list of `[[{key}]]`.", *_section(_named(value, schema), schema, set())]
    return _page(
        "The rulebook",
        "A folder of TOML files, every key. `rulebook.toml` and `zones.toml` are needed; the others where "
        "there is something to say in them. A file ending in `.md` may lie beside them for notes; any other "
        "file is refused. `from` and `until` are dates: a thing holds from the first, the second excluded.",
        *parts,
    )


def coverage_page() -> str:
    """What the built-in rulebooks cover, and what they do not."""
    return _page("What rulebooks cover", *law_coverage.page_parts())


def questions_page() -> str:
    """What reviewers ask of the built-in rulebooks, and the answers."""
    return _page("What reviewers ask", *reviewers_questions.page_parts())


def tables_page() -> str:
    """Every table of a run."""
    parts: list[str] = []
    for table in chain.from_iterable(AS_FILES.get(one.name, (one,)) for one in TABLES.values()):
        in_csv = any(one.name == table.name for one in (*CSV_TABLES, POLICY_TEXTS))
        file = f"`{table.name}.csv`" if in_csv else f"`{table.name}.parquet`"
        more = " More columns follow: one a measure, a designation, or a line that took land." if table.open else ""
        rows = [(f"`{name}`", kind, "yes" if name in table.key else "") for name, kind in table.columns.items()]
        if table is PLACED_POLICIES:
            more = " What a policy says stands in `policy_texts`; `zoneplan run --flat` writes it into every row, too."
        parts += [f"## {table.name}", f"In {file}.{more}", *_table(("column", "type", "key"), rows)]
    return _page(
        "The tables",
        "What a run folder holds, column by column. Rows are sorted by their key. A table without rows still "
        "has its header. `decimal` is exact, `json` is text that holds JSON, `date` is an ISO date or empty, "
        "`message` is told in the language of the run; `trace.json` has it in no language. "
        "Areas are in hectares.",
        *parts,
    )


def command_page() -> str:
    """Every command with its arguments and options."""
    group = typer.main.get_command(app)
    parts = _table(("word", "meaning"), [_parameter(one) for one in group.params if "--version" in one.opts])
    parts.append("`zoneplan --install-completion` teaches your shell to complete the commands.")
    for name, command in sorted(group.commands.items()):  # type: ignore[attr-defined]  # a typer group has commands
        if command.hidden:
            continue
        rows = [_parameter(one) for one in command.params if not getattr(one, "hidden", False)]
        wanted = " ".join(_argument(one) for one in command.params if one.param_type_name == "argument")
        call = f"zoneplan {name} {wanted}".strip()
        parts += [f"## `{call}`", _plain(command.help or "")]
        parts += _table(("word", "meaning"), rows)
    return _page("The command", _plain(group.help or ""), *parts)


def exit_codes_page() -> str:
    """What each exit code means, by the error that carries it."""
    for package in ("layers", "zoning", "maps"):
        importlib.import_module(f"{package}.errors")
    listed = sorted(
        {(error.exit_code, error.__name__, _first_line(error)) for error in _heirs(ZoneplanError)},
        key=lambda row: (row[0], row[1]),
    )
    rows = [("0", "", "Done; repairs and notes do not change it.")]
    rows += [(str(code), f"`{name}`", text) for code, name, text in listed if name != SeveralErrors.__name__]
    rows += [
        ("8", "", "Partial: a run that left out layers which cannot be read (`--keep-going`), and `verify` of one."),
        ("70", "", "Something unforeseen, which is a fault of zoneplan; please report it."),
        ("130", "", "Interrupted from the keyboard; of a run the message says whether it was written."),
        ("143", "", "Ended by the system; of a run the message says whether it was written."),
    ]
    return _page(
        "Exit codes and errors",
        "A wrong call leaves with 2. What cannot be shown changes no code: a reader that has gone (`| head -1`), a "
        "terminal without the characters. Output that cannot be written (a full device) makes a 0 a 5. Where several "
        "errors come together (`SeveralErrors`), the lowest code counts. In Python the same errors are raised; each "
        "has `exit_code`, `code`, `layer`, `features` (the first five ids) and `count`.",
        *_table(("code", "error", "meaning"), rows),
    )


def python_page() -> str:
    """Every name of the front door with a link, by the page that describes it, in the order of the menu."""
    parts: list[str] = []
    for page in re.findall(r"reference/(\w+\.md)", MENU.read_text("utf-8")):
        if page != PYTHON and (names := described_on(page)):
            title = (DOCS / "reference" / page).read_text("utf-8").partition("\n")[0].removeprefix("# ")
            rows = [(f"[`{name}`][zoneplan.{name}]", _first_line(attrgetter(name)(zp))) for name in names]
            parts += [f"## [{title}]({page})", *_table(("name", "what it is"), rows)]
    return _page(
        "Python",
        "`import zoneplan as zp` is all that is to be imported. Each step of the flow is a plain function: table in, "
        "table out, the index kept, nothing mutated. Only `read_*` and `write_*` touch the disk.",
        *parts,
    )


def described_on(page: str) -> list[str]:
    """The names of the front door that a page of the reference describes, in its order."""
    return re.findall(r"^::: zoneplan\.([\w.]+)$", (DOCS / "reference" / page).read_text("utf-8"), re.MULTILINE)


def _section(model: Schema, schema: Schema, seen: set[str]) -> list[str]:
    """The description of a model, the table of its keys, and the same of the models inside it."""
    needed = model.get("required", ())
    rows = [
        (f"`{key}`", _type(value), _default(key, value, needed), _cell(value.get("description", "")))
        for key, value in model["properties"].items()
    ]
    parts = [_plain(model.get("description", "")), *_table(("key", "type", "default", "meaning"), rows)]
    for key, value in model["properties"].items():
        for name in dict.fromkeys(_references(value)):
            if name not in seen:
                seen.add(name)
                parts += [f"### In `{key}`", *_section(schema["$defs"][name], schema, seen)]
    return [part for part in parts if part]


def _named(value: Schema, schema: Schema) -> Schema:
    """The model that a key holds, one or a list of them."""
    found: Schema = schema["$defs"][next(_references(value))]
    return found


def _references(value: Any) -> Iterator[str]:
    """The names of all models inside a piece of schema, in order."""
    if isinstance(value, Mapping):
        if "$ref" in value:
            yield str(value["$ref"]).rsplit("/", 1)[-1]
        for one in value.values():
            yield from _references(one)
    elif isinstance(value, list):
        for one in value:
            yield from _references(one)


def _type(value: Schema) -> str:
    """A type in words."""
    if "enum" in value or "const" in value:
        return " or ".join(f'`"{one}"`' for one in value.get("enum", [value.get("const")]))
    if "anyOf" in value:
        words = (_type(one) for one in value["anyOf"] if one.get("type") != "null")
        return " or ".join(dict.fromkeys(words))
    if "$ref" in value or "allOf" in value:
        return "table"
    kind = value.get("type", "any")
    if kind == "array":
        inner = value.get("items", {})
        return f"list of {_type(inner)}s" if inner else "list"
    if kind == "object":
        inner = value.get("additionalProperties", {})
        table = f"table of {_type(inner)}s" if isinstance(inner, Mapping) and inner.get("type") else "table"
        return "texts by language" if "patternProperties" in value else table
    names = {"string": "text", "integer": "whole number", "boolean": "truth value"}
    return "date" if value.get("format") == "date" else names.get(str(kind), str(kind))


def _default(key: str, value: Schema, needed: Iterable[str]) -> str:
    if key in needed:
        return "needed"
    default = value.get("default")
    if default is None or default in ("", [], {}):
        return ""
    return f"`{default:g}`" if isinstance(default, float) else f"`{json.dumps(default)}`"


def _parameter(parameter: Any) -> tuple[str, str]:
    """The row of an argument or option."""
    is_argument = parameter.param_type_name == "argument"
    word = _argument(parameter) if is_argument else ", ".join(parameter.opts)
    if not is_argument and not parameter.is_flag and parameter.metavar:
        word += f" {parameter.metavar}"
    default = parameter.default
    told = "" if default in (None, False) or callable(default) else f" Default: `{default}`."
    return f"`{word.replace('|', ' or ')}`", _cell(f"{parameter.help or ''}{told}")


def _argument(parameter: Any) -> str:
    return str(parameter.metavar or parameter.name.upper())


def _heirs(error: type[ZoneplanError]) -> Iterator[type[ZoneplanError]]:
    """An error class of the three packages and all that come from it."""
    if error.__module__.split(".")[0] in {"layers", "zoning", "maps"}:
        yield error
        for heir in error.__subclasses__():
            yield from _heirs(heir)


def _first_line(value: object) -> str:
    return _cell(inspect.cleandoc(value.__doc__ or "").split("\n\n", 1)[0])


def _table(headings: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    lines = [f"| {' | '.join(row)} |" for row in rows]
    if not lines:
        return []
    return ["\n".join([f"| {' | '.join(headings)} |", f"|{'---|' * len(headings)}", *lines])]


def _plain(text: str) -> str:
    """Words of a docstring on one line, with Markdown's single backticks."""
    return " ".join(text.split()).replace("``", "`").replace("<", "&lt;")


def _cell(text: str) -> str:
    return _plain(text).replace("|", "\\|").replace(":func:", "")


def _page(title: str, *parts: str) -> str:
    return "\n\n".join([NOTE, f"# {title}", *parts]) + "\n"


if __name__ == "__main__":
    main()
