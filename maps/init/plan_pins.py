"""Pins in a plan file: what each source of a checked plan holds is written beside it, and nothing else changed."""

from __future__ import annotations

import json
import os
from pathlib import Path

from layers.errors import StudyError
from layers.inputs import Inputs
from layers.outputs import unchanged, write_text
from layers.phrases import Phrase
from layers.read import confirm_sources, read_pins
from layers.sources import Document, Pin, parse_document, set_beside
from maps.errors import WriteError
from zoning.study import Study, is_builtin


def write_pins(study: Study, inputs: Inputs) -> int:
    """Pin every source of a plan in its file."""
    if is_builtin(study.path):
        raise WriteError(
            Phrase(
                "{path} is part of zoneplan and is not written to. Copy the study with zoneplan demo, and pin the copy",
                path=study.path,
            )
        )
    pins = read_pins(study)
    confirm_sources(inputs, study)
    text = set_beside(study.document, "pin", "source", {keys: _toml(pin) for keys, pin in pins.items()})
    found, _ = parse_document(Document(study.path, text), Study)
    if found != study.with_pins(pins):
        raise StudyError(
            Phrase("{path}: the pins cannot be written into it; it is as it was", path=study.path), code="pin"
        )
    place = Path(os.path.realpath(study.path))
    try:
        before = place.read_bytes()
    except OSError as error:
        raise WriteError(
            Phrase("{path}: cannot be read again ({cause})", path=study.path, cause=error.strerror)
        ) from error
    if before.decode("utf-8", "replace") != study.document.text:
        raise WriteError(
            Phrase("{path} was changed while it was being checked; it is left as it is. Pin it again", path=study.path)
        )
    write_text(place, text, unchanged(before))
    return len(pins)


def _toml(pin: Pin) -> str:
    """In one line; JSON writes these numbers, texts and lists as TOML does."""
    said = {key: value for key in Pin.model_fields if (value := getattr(pin, key)) is not None}
    return f"{{ {', '.join(f'{key} = {json.dumps(value)}' for key, value in said.items())} }}"
