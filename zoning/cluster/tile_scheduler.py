"""The tile scheduler: tiles go to a scheduler of ``distributed``, and faces come back in their order."""

from __future__ import annotations

import platform
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module, metadata
from typing import Any

import pyproj
import shapely

from layers.errors import LimitError, ZoneplanError
from layers.phrases import Phrase, phrase_list
from zoning.overlays import Faces, ForEach, Tile, cut_packed, pack_tile, unpack_faces

LIBRARIES = ("zoneplan", "geopandas", "shapely", "pyogrio", "rasterio", "numpy", "pandas", "pyarrow")
"""On whose versions the bytes of pieces may hang, besides Python, GEOS and PROJ."""
WAIT = "10s"
"""For a scheduler to answer, and for its first worker."""
AHEAD = 2
"""Tiles under way for each thread of the workers: enough that none waits, and no more in memory."""


def own_versions() -> dict[str, str]:
    """The versions of all that the bytes of pieces may hang on, here."""
    listed = {name: metadata.version(name) for name in LIBRARIES}
    engines = {"GEOS": shapely.geos_version_string, "PROJ": pyproj.proj_version_str}
    return {"Python": platform.python_version(), **listed, **engines}


def cut_elsewhere(packed: bytes, versions: Mapping[str, str]) -> bytes:
    """The faces of a packed tile, cut by a worker; one that joined with other versions refuses it."""
    ours = own_versions()
    if ours != versions:
        raise ValueError(_differing(ours, versions))
    return cut_packed(packed)


@contextmanager
def on_cluster(address: str) -> Iterator[ForEach]:
    """What cuts tiles on the workers of a cluster, for as long as the block lasts."""
    try:
        distributed = import_module("distributed")
    except ImportError:
        raise ZoneplanError(
            Phrase("--scheduler needs dask's distributed: pip install 'zoneplan[cluster]'"), code="cluster"
        ) from None
    try:
        client = distributed.Client(address, timeout=WAIT, set_as_default=False)
    except Exception as error:
        raise ZoneplanError(
            Phrase(
                "{address}: no scheduler answers there: {error}. Start one with 'dask scheduler', and give its "
                "address; for tls:// also the certificates, in the configuration distributed.comm.tls",
                address=address,
                error=" ".join(f"{type(error).__name__}: {error}".split())[:200],
            ),
            code="cluster",
        ) from error
    try:
        _require_versions(client, address)
        yield lambda _cut, tiles: _cut_all(client, tiles)
    finally:
        client.close()


def _require_versions(client: Any, address: str) -> None:
    try:
        client.wait_for_workers(1, timeout=WAIT)
    except Exception as error:
        raise ZoneplanError(
            Phrase("{address}: the scheduler has no worker; start some with 'dask worker {address}'", address=address),
            code="cluster",
        ) from error
    ours = own_versions()
    try:
        by_worker: dict[str, dict[str, str]] = client.run(own_versions)
    except Exception as error:
        raise ZoneplanError(
            Phrase(
                "{address}: a worker cannot load zoneplan: {error}. Install the same zoneplan there",
                address=address,
                error=" ".join(f"{type(error).__name__}: {error}".split())[:200],
            ),
            code="cluster",
        ) from error
    wrong = [f"{worker}: {_differing(theirs, ours)}" for worker, theirs in sorted(by_worker.items()) if theirs != ours]
    if wrong:
        raise ZoneplanError(
            Phrase(
                "{address}: {count} worker(s) have other versions, and might cut other pieces: {workers}. Install the "
                "same there",
                address=address,
                count=len(wrong),
                workers=phrase_list(wrong[:3]),
            ),
            code="versions",
        )


def _differing(theirs: Mapping[str, str], other: Mapping[str, str]) -> str:
    """Each version that differs: theirs, and ours."""
    return ", ".join(
        f"{name} {theirs.get(name)} ({other.get(name)})" for name in other if theirs.get(name) != other[name]
    )


def _cut_all(client: Any, tiles: Iterable[Tile]) -> Iterator[Faces]:
    """Faces in the order of the tiles, of which only some are under way at a time."""
    killed = import_module("distributed").KilledWorker
    threads = max(1, sum(client.nthreads().values()))
    versions, under_way = own_versions(), deque[Any]()

    def first() -> Faces:
        try:
            return unpack_faces(under_way.popleft().result())
        except killed as error:
            raise LimitError(
                Phrase(
                    "a tile of units ended the workers that cut it, one after the other, most likely for want of "
                    "memory: give workers more ({error})",
                    error=str(error).split(".")[0],
                ),
                code="worker",
            ) from error
        except ValueError as error:
            raise ZoneplanError(
                Phrase("a worker that joined has other versions: {error}", error=error), code="versions"
            ) from error

    for tile in tiles:
        if len(under_way) >= AHEAD * threads:
            yield first()
        under_way.append(client.submit(cut_elsewhere, pack_tile(tile), versions, pure=False))
    while under_way:
        yield first()
