"""Tables of databases as sources: ``office:planning.counties`` names one, and ``[databases.office]`` says where it is.

No plan holds an address or a password: it names a variable of the environment, or a service of the PostgreSQL client.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import PosixPath
from typing import Annotated, NamedTuple, Self

from pydantic import AfterValidator, Field, WithJsonSchema, model_validator

from layers.errors import StudyError, ZoneplanError
from layers.format_limits import POSTGRES_BYTES
from layers.phrases import Phrase, phrase_list
from layers.sources.base_models import Section, check_source, hide_secrets, misfit
from layers.sources.field_types import entry_of

_VARIABLE = r"[A-Za-z_][A-Za-z0-9_]*"
_SERVICE = r"[A-Za-z0-9_][A-Za-z0-9_.-]*"
_NAME = r'(?:[^\W\d][\w$]*|"(?:[^"\0]|"")+")'
_TABLE = re.compile(rf"([a-z][a-z0-9_]+):(?:({_NAME})\.)?({_NAME})")


class TableName(NamedTuple):
    """A table or view, as a source of a plan names it."""

    database: str
    schema: str
    table: str


def table_name(source: str) -> TableName | None:
    """The table that a source means; None where it means a file.

    Examples
    --------
    >>> table_name("office:planning.counties")
    TableName(database='office', schema='planning', table='counties')
    >>> table_name('office:"Land use 2025"')
    TableName(database='office', schema='public', table='Land use 2025')
    >>> table_name("units.gpkg"), table_name("https://example.org/units.gpkg")
    (None, None)
    """
    match = _TABLE.fullmatch(source)
    if match is None:
        return None
    database, schema, table = match.groups()
    return TableName(database, _bare(schema or "public"), _bare(table))


def _bare(name: str) -> str:
    return name[1:-1].replace('""', '"') if name.startswith('"') else name


def _check_origin(source: str) -> str:
    named = table_name(source)
    if named is None:
        try:
            check_source(source)
        except ZoneplanError as error:
            raise misfit(((), error.said)) from None
    elif any(len(part.encode()) > POSTGRES_BYTES or not part.isprintable() for part in named):
        message = Phrase("{source!r} names no table: PostgreSQL has no such names", source=hide_secrets(source))
        raise misfit(((), message))
    return source


def _check_unsaid(pattern: str, message: str) -> AfterValidator:
    """A validator that does not quote what was given: it may be the secret itself."""

    def validate(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise misfit(((), message))
        return text

    return AfterValidator(validate)


OriginText = Annotated[str, AfterValidator(_check_origin)]
"""A file inside the study's folder, or a table of a database."""
_VariableText = Annotated[
    str,
    _check_unsaid(
        _VARIABLE,
        Phrase(
            "this is no name of an environment variable. Put the address itself, with its password, into a variable, "
            'and name that here, such as url_env = "OFFICE_DATABASE"'
        ),
    ),
    WithJsonSchema({"type": "string", "pattern": f"^{_VARIABLE}$"}),
]
_ServiceText = Annotated[
    str,
    _check_unsaid(
        _SERVICE,
        Phrase(
            "this is no name of a service. Put host, database and user into a section of pg_service.conf, and name "
            'that section here, such as service = "office"'
        ),
    ),
    WithJsonSchema({"type": "string", "pattern": f"^{_SERVICE}$"}),
]


class DatabaseSection(Section):
    """A PostgreSQL database with PostGIS, of which sources may name tables: "office:planning.counties"."""

    url_env: _VariableText | None = None
    """Environment variable that holds its address, such as "OFFICE_DATABASE" for one that was set to
    postgresql://planner@db.example.org/gis. The address itself never stands in a plan."""
    service: _ServiceText | None = None
    """Its section in pg_service.conf, where the PostgreSQL client looks up host, database and user."""
    timeout_s: Annotated[int, Field(gt=0, le=86_400)] = 300
    """Seconds after which a single query is given up."""
    max_rows: Annotated[int, Field(gt=0)] = 5_000_000
    """Rows of one table beyond which it is not read."""
    max_bytes: Annotated[int, Field(gt=0)] = 4 * 1024**3
    """Bytes of one table, shapes included, beyond which it is not read."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        if (self.url_env is None) == (self.service is None):
            raise misfit(
                ((), Phrase("a database is given by 'url_env' or by 'service', one of them; the plan holds no address"))
            )
        return self


def database_of(
    databases: Mapping[str, DatabaseSection], name: str | None, *, url_env: str | None, service: str | None
) -> tuple[str, DatabaseSection]:
    """A database that a call names: one of a plan, its only one, or one of which no plan speaks.

    Examples
    --------
    >>> database_of({}, None, url_env="OFFICE_DATABASE", service=None)[0]
    'OFFICE_DATABASE'
    """
    given = {key: setting for key, setting in (("url_env", url_env), ("service", service)) if setting is not None}
    if given and name is None:
        return next(iter(given.values())), entry_of(DatabaseSection, given, Phrase("the database"))
    if given or (name is None and len(databases) != 1) or (name is not None and name not in databases):
        raise StudyError(
            Phrase(
                "which database is not clear: name one of the plan with --database{known}, or another one with "
                "--url-env or --service",
                known=Phrase(" ({names})", names=phrase_list(databases)) if databases else "",
            ),
            code="database",
        )
    chosen = next(iter(databases)) if name is None else name
    return chosen, databases[chosen]


class Extract(PosixPath):
    """A file that holds what was read of a table for one reading of a study, and then goes."""

    source: str = ""
    sha256: str = ""
    key: str = ""
    left_there: int = 0
