"""A PostgreSQL server with PostGIS of one's own: in a temporary folder, on a free port, gone after the tests."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

PROGRAMS = "/usr/lib/postgresql/*/bin"
OWNER = "postgres"
CANARY = "swordfish-%s-canary"
"""Passwords of the tests, which must turn up nowhere."""


def programs() -> Path | None:
    """The programs of the newest version that is here with PostGIS."""
    found = sorted(Path("/").glob(PROGRAMS[1:]), key=lambda one: float(one.parent.name), reverse=True)
    share = Path("/usr/share/postgresql")
    return next((one for one in found if (share / one.parent.name / "extension/postgis.control").exists()), None)


def missing() -> str:
    """Why no server can be started here; "" where one can."""
    if programs() is None:
        return "PostgreSQL with PostGIS is missing (Debian packages postgresql and postgresql-NN-postgis-3)"
    try:
        import psycopg  # noqa: F401
    except ImportError:
        return "psycopg is missing (pip install zoneplan[postgis])"
    if os.getuid() == 0 and not (shutil.which("setpriv") and _account()):
        return "the server refuses to run as root, and there is no user postgres to run it"
    return ""


def _account() -> bool:
    import pwd

    return any(one.pw_name == OWNER for one in pwd.getpwall())


class Server:
    """A running server: an owner ``planner`` of the database ``gis``, and a ``reader`` who may read what is granted."""

    def __init__(self, port: int, log: Path) -> None:
        self.port, self.log = port, log

    def url(self, user: str = "planner", password: str | None = None, database: str = "gis") -> str:
        secret = CANARY % user if password is None else password
        return f"postgresql://{user}:{secret}@127.0.0.1:{self.port}/{database}"

    def do(self, *statements: str, user: str = "planner") -> None:
        import psycopg

        with psycopg.connect(self.url(user), autocommit=True) as connection:
            for one in statements:
                connection.execute(one)

    def ask(self, query: str, user: str = "planner") -> list[tuple[Any, ...]]:
        import psycopg

        with psycopg.connect(self.url(user)) as connection:
            return connection.execute(query).fetchall()

    def load(self, frame: gpd.GeoDataFrame | pd.DataFrame, table: str, key: str | None = None, srid: int = 0) -> None:
        """A frame as a table: texts, numbers and truths as what they are, shapes in ``geom``."""
        from psycopg import connect, sql

        shapes = isinstance(frame, gpd.GeoDataFrame)
        plain = pd.DataFrame(frame.drop(columns=frame.geometry.name)) if shapes else frame
        types = {"i": "bigint", "f": "double precision", "b": "boolean"}
        told = [f'"{name}" {types.get(plain[name].dtype.kind, "text")}' for name in plain]
        told += [f"geom geometry(Geometry, {srid})"] if shapes else []
        told += [f'PRIMARY KEY ("{key}")'] if key else []
        schema, _, name = table.rpartition(".")
        place = sql.Identifier(schema or "public", name)
        cells = plain.astype(object).where(plain.notna(), None)
        rows = list(cells.itertuples(index=False, name=None))
        if shapes:
            blobs = shapely.to_wkb(shapely.set_srid(frame.geometry.to_numpy(), srid), include_srid=True)
            rows = [(*row, blob) for row, blob in zip(rows, blobs, strict=True)]
        with connect(self.url()) as connection:
            connection.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(schema or "public")))
            connection.execute(sql.SQL("DROP TABLE IF EXISTS {} CASCADE").format(place))
            connection.execute(sql.SQL("CREATE TABLE {} ({})").format(place, sql.SQL(", ".join(told))))
            marks = sql.SQL(", ").join([sql.Placeholder()] * len(told[: len(plain.columns) + shapes]))
            connection.cursor().executemany(sql.SQL("INSERT INTO {} VALUES ({})").format(place, marks), rows)


@contextmanager
def running(folder: Path) -> Iterator[Server]:
    """A server in a folder of one's own that its user can reach, which is stopped at the end of the block."""
    found = programs()
    assert found is not None
    as_owner = ["setpriv", f"--reuid={OWNER}", f"--regid={OWNER}", "--clear-groups"] if os.getuid() == 0 else []
    home, secret = folder / "data", folder / "password"
    secret.write_text(CANARY % "postgres")
    if as_owner:
        for one in (folder, secret):
            shutil.chown(one, OWNER, OWNER)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder}
    made = [found / "initdb", "-D", home, "-U", "postgres", "-A", "scram-sha-256", f"--pwfile={secret}", "-E", "UTF8"]
    subprocess.run([*as_owner, *made, "--locale=C", "--no-sync"], check=True, **quiet)
    told = {"listen_addresses": "127.0.0.1", "port": port, "unix_socket_directories": folder, "fsync": "off"}
    told |= {"max_connections": 20, "shared_buffers": "32MB", "log_statement": "all", "logging_collector": "off"}
    server = [
        found / "postgres",
        "-D",
        home,
        *(part for key, value in told.items() for part in ("-c", f"{key}={value}")),
    ]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([*as_owner, *server], stdout=log, stderr=log, cwd=folder)
        try:
            yield _settled(Server(port, folder / "log"))
        finally:
            process.send_signal(signal.SIGINT)  # it ends connections and stops
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _settled(server: Server) -> Server:
    """The server once it answers, with its database and users."""
    import psycopg

    as_root = server.url("postgres", database="postgres")
    for _ in range(200):
        try:
            connection = psycopg.connect(as_root, autocommit=True)
            break
        except psycopg.OperationalError:
            time.sleep(0.05)
    else:
        raise TimeoutError("the server does not answer")
    with connection:
        for user in ("planner", "reader"):
            connection.execute(f"CREATE ROLE {user} LOGIN PASSWORD '{CANARY % user}'")
        connection.execute("CREATE DATABASE gis OWNER planner")
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute("CREATE EXTENSION postgis")
    return server
