"""Connections: one transaction on a database that a plan names, and what went wrong without a word of its address.

What the client and the server say of a failure names host, user and database, and may quote the address with its
password. So nothing of it is passed on: what kind of failure it was is told in words of the house, and raised where the
client's own error is no longer at hand, so that no traceback has it either.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from layers.errors import LimitError, SourceError, ZoneplanError
from layers.phrases import Phrase
from layers.sources import DatabaseSection, TableName

if TYPE_CHECKING:
    import psycopg

Found = TypeVar("Found")
_CONNECT_S = 10
"""Seconds to wait for a server that does not answer, where the address says no other number."""
_LOCK = "10s"
_WRONG_USER = (
    "password", "authentication", "role ", "user ", "pg_hba", "permission denied for database", "no encryption",
)  # fmt: skip
_NO_DATABASE = ("does not exist",)
_NO_SERVER = (
    "refused", "translate", "timeout", "timed out", "unreachable", "no such file", "no route", "resolve", "not known",
    "starting up", "shutting down", "too many", "closed the connection",
)  # fmt: skip


def in_transaction(
    name: str,
    section: DatabaseSection,
    work: Callable[[psycopg.Connection[Any]], Found],
    *,
    writing: bool = False,
) -> Found:
    """What some work finds in one transaction on a database; it sees all tables as they stood at one moment."""
    connection = _opened(name, section)
    import psycopg  # noqa: PLC0415  (an extra, and there: it has opened the connection)

    try:
        with connection:
            connection.read_only = not writing
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            for setting, value in _settings(section):
                connection.execute("SELECT pg_catalog.set_config(%s, %s, true)", (setting, value))
            return work(connection)
    except psycopg.Error as error:
        refused = _of_query(Phrase("database '{name}'", name=name), name, section, error)
    raise refused


def at_savepoint(
    connection: psycopg.Connection[Any],
    named: TableName,
    section: DatabaseSection,
    layer: str,
    work: Callable[[psycopg.Connection[Any]], Found],
) -> Found:
    """What some work on one table finds; where it fails, the transaction goes on for the other tables."""
    import psycopg  # noqa: PLC0415  (an extra, and there: it has opened the connection)

    try:
        with connection.transaction():
            return work(connection)
    except psycopg.Error as error:
        if connection.closed:
            raise
        location = Phrase(
            "layer '{layer}' ({table} of database '{name}')", layer=layer, table=_dotted(named), name=named.database
        )
        refused = _of_query(location, named.database, section, error)
    refused.layer = layer
    raise refused


def _dotted(named: TableName) -> str:
    return f"{named.schema}.{named.table}"


def _settings(section: DatabaseSection) -> tuple[tuple[str, str], ...]:
    """What holds inside the transaction: limits, and how values look as text."""
    return (
        ("statement_timeout", f"{section.timeout_s}s"),
        ("lock_timeout", _LOCK),
        ("TimeZone", "UTC"),
        ("DateStyle", "ISO, YMD"),
    )


def _opened(name: str, section: DatabaseSection) -> psycopg.Connection[Any]:
    try:
        import psycopg  # noqa: PLC0415  (an extra)
        from psycopg import conninfo  # noqa: PLC0415  (as above)
    except ImportError:
        raise SourceError(
            Phrase(
                "database '{name}': reading tables of databases needs psycopg, which is not installed: pip install "
                "zoneplan[postgis]",
                name=name,
            ),
            code="database",
        ) from None
    address = _address(name, section)
    refused: SourceError
    try:
        known = conninfo.conninfo_to_dict(address)
        defaults: dict[str, Any] = {"connect_timeout": _CONNECT_S, "application_name": "zoneplan"}
        return psycopg.connect(conninfo.make_conninfo("", **defaults | known | {"client_encoding": "utf8"}))
    except (psycopg.ProgrammingError, UnicodeError, ValueError):
        refused = _refusal(
            name, section, Phrase("it cannot be understood; write it as postgresql://USER@HOST:PORT/DATABASE")
        )
    except psycopg.Error as error:
        refused = _refusal(name, section, _why_closed(str(error).lower()))
    raise refused


def _address(name: str, section: DatabaseSection) -> str:
    if section.service is not None:
        return f"service={section.service}"
    address = os.environ.get(section.url_env or "", "").strip()
    if not address:
        raise SourceError(
            Phrase(
                "database '{name}': the environment variable {variable} is not set, so nobody knows where the database "
                "is. Set it to the address, such as postgresql://USER@HOST:PORT/DATABASE, and run again.",
                name=name,
                variable=section.url_env,
            ),
            code="database",
        )
    return address


def _refusal(name: str, section: DatabaseSection, why: str) -> SourceError:
    location = (
        Phrase("the service '{service}' of pg_service.conf", service=section.service)
        if section.service is not None
        else Phrase("the address in the environment variable {variable}", variable=section.url_env)
    )
    return SourceError(
        Phrase("database '{name}' ({place}): {why}.", name=name, place=location, why=why), code="database"
    )


def _why_closed(message: str) -> str:
    """Why a connection was refused, told by what the client said, of which nothing is quoted."""
    if "service" in message and "not found" in message:
        return Phrase("there is no such section; write it, or name another service")
    if any(fragment in message for fragment in _WRONG_USER):
        return Phrase(
            "the server does not let this user in. Check user and password (a password may stand in ~/.pgpass), or ask "
            "whoever keeps the database"
        )
    if any(fragment in message for fragment in _NO_DATABASE):
        return Phrase("the server has no database of that name. Check its last part")
    if any(fragment in message for fragment in _NO_SERVER):
        return Phrase(
            "no server answers there. Check host and port, whether you are in the office's network, and whether the "
            "server runs"
        )
    return Phrase(
        "the connection failed. Check host, port, user, password and database with psql, and whether the server wants "
        "encryption (sslmode)"
    )


def _of_query(location: str, name: str, section: DatabaseSection, error: psycopg.Error) -> ZoneplanError:
    """What a failure inside the transaction was, without the server's words, which quote data and addresses."""
    from psycopg import errors  # noqa: PLC0415  (it has raised one)

    if isinstance(error, errors.QueryCanceled):
        return LimitError(
            Phrase(
                "{place}: a query took longer than {seconds} seconds and was given up. Raise timeout_s in "
                "[databases.{name}], or give the table an index on its shapes and its key.",
                place=location,
                name=name,
                seconds=section.timeout_s,
            ),
            code="time",
        )
    if isinstance(error, errors.LockNotAvailable):
        why: str = Phrase("somebody keeps the table locked. Wait until they have finished, and run again")
    elif isinstance(error, errors.InsufficientPrivilege):
        why = Phrase("the user has no right to what is asked. Ask whoever keeps the database for it")
    elif isinstance(error, errors.ReadOnlySqlTransaction):
        why = Phrase("the view changes something when it is read, and nothing may be changed here. Name a plain one")
    elif isinstance(error, errors.OperationalError) and error.sqlstate in {None, "57P01", "57P02", "57P03"}:
        why = Phrase("the connection broke. Check whether the server still runs, and run again")
    else:
        why = Phrase(
            "the server could not answer ({kind}, SQLSTATE {state}). Ask the table in psql, and mend it there",
            kind=type(error).__name__,
            state=error.sqlstate or "-",
        )
    return SourceError(Phrase("{place}: {why}.", place=location, why=why), code="database")
