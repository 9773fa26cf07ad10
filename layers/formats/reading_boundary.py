"""The boundary around all reading: whatever a library makes of a file, the layer is named and the exit code is 3."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from layers.errors import SourceError, ZoneplanError, is_out_of_memory, session_limit
from layers.phrases import Phrase
from layers.sandbox import ChildFault, limit_reached, source_at_work

_LONGEST = 300
"""Characters of what a library says."""


@contextmanager
def reading(layer: str, file: str = "it") -> Iterator[None]:
    """Turn whatever is raised inside into an error that names the layer.

    No list of what the readers, GDAL, Arrow, GEOS and PROJ may raise of a broken file would be complete, and none is
    kept. What the house refuses itself, with better words, passes; so does an end of memory.

    Examples
    --------
    >>> with reading("forests", "forests.gpkg"):  # doctest: +NORMALIZE_WHITESPACE
    ...     raise KeyError("geometry_columns")
    Traceback (most recent call last):
    ...
    layers.errors.SourceError: layer 'forests': forests.gpkg cannot be read: KeyError: 'geometry_columns'. It may be
    damaged or cut short, or not yours to read: get it anew.
    """
    with source_at_work(layer):
        try:
            yield
        except ZoneplanError:
            raise
        except Exception as error:
            if is_out_of_memory(error):
                raise
            raise limit_reached(error, layer) or session_limit(error) or _unforeseen(error, layer, file) from error


def damaged(path: Path, name: str, error: Exception | str, code: str = "damaged") -> SourceError:
    """The complaint that a file cannot be read, with what a reader of our own or a library found."""
    return SourceError(
        Phrase(
            "layer '{layer}': {file} cannot be read: {error}. It may be damaged or cut short: get it anew.",
            layer=name,
            file=path.name,
            error=error,
        ),
        code=code,
        layer=name,
    )


def _unforeseen(error: Exception, layer: str, file: str) -> SourceError:
    kind = error.kind if isinstance(error, ChildFault) else type(error).__name__
    message = " ".join(f"{kind}: {error}".split())[:_LONGEST].rstrip(".")
    return SourceError(
        Phrase(
            "layer '{layer}': {file} cannot be read: {said}. It may be damaged or cut short, or not yours to "
            "read: get it anew.",
            layer=layer,
            file=file,
            said=message,
        ),
        code="damaged",
        layer=layer,
    )
