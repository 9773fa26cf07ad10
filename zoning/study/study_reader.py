"""Studies read from files: a plan, or a try of one, whose scenario is put into effect."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field

from layers.errors import SourceError, StudyError, ZoneplanError, at_key
from layers.phrases import Phrase
from layers.sources import Document, as_of, parse_document, read_document, read_sources, resolve_source
from zoning.study.scenarios import TryFile
from zoning.study.study_file import Study, with_scenario


def read_study(path: Path | str, folder: Path | str | None = None) -> Study:
    """The study that a file describes.

    Parameters
    ----------
    path : Path or str
        A ``plan.toml``; or a try, a file with ``[try]`` and one ``[[scenarios]]``.
    folder : Path or str, optional
        Where its sources are, and its rulebook; by default the folder of the file.

    Returns
    -------
    Study
        Its sources have not been looked at yet. Of a try that of the plan that it names, with the scenario put into
        effect.

    Raises
    ------
    StudyError
        The file is missing, is no TOML, or something in it is not what it should be; line and column are in the
        message, and several complaints come together as :class:`SeveralErrors`. Of a try: its plan is not there, or is
        not the plan that it was made from.

    Examples
    --------
    >>> import zoneplan as zp
    >>> study = zp.read_study(zp.builtin_study("us_mountain_west"))
    >>> study.name, study.rulebook, len(study.layers)
    ('Mountain West 2025', 'us_west', 14)
    >>> study.where("units", "id")  # doctest: +ELLIPSIS
    'plan.toml, line ..., column 6'
    """
    kind, document = read_document(path, _Kind)
    if kind.tried is None or kind.study is not None:
        study = read_sources(path, Study, folder)
        return as_of(study, study.date)
    return _put_into_effect(document, lambda found: _plan_of(found, folder))


def read_try(text: str, plan: Study, name: str) -> Study:
    """A plan with the scenario of a try of it put into effect, whose file need not be there yet."""
    return _put_into_effect(Document(plan.folder / name, text), lambda _found: plan)


def _put_into_effect(document: Document, plan_of: Callable[[TryFile], Study]) -> Study:
    """The plan of a try with its scenario; errors have their place in the file of the try."""
    found, document = parse_document(document, TryFile)
    found.stand_in(document)
    try:
        return _tried(found, plan_of(found))
    except ZoneplanError as error:
        for one in error.parts:
            one.args = (Phrase("{place}: {said}", place=found.where(*one.keys), said=one.said),)
            one.keys = ()
        raise


class _Kind(BaseModel):
    """What tells a try from a plan: it has no study of its own."""

    study: Any = None
    tried: Any = Field(default=None, alias="try")


def _plan_of(found: TryFile, folder: Path | str | None) -> Study:
    """The plan that a try names."""
    with at_key("try", "plan"):
        path = _plan_file(found)
    return read_sources(path, Study, path.parent if folder is None else folder)


def _tried(found: TryFile, plan: Study) -> Study:
    """A plan with the scenario of a try put into effect; keys of errors lead into the file of the try."""
    if plan.sha256 != found.tried.plan_sha256:
        raise StudyError(
            Phrase(
                "{plan} is not the plan that this is a try of: its sha256 is {own}, and the try is of {other}. Try it "
                "again in the map of the plan as it is now, or put the plan of that time beside the try",
                plan=found.tried.plan,
                own=plan.sha256,
                other=found.tried.plan_sha256,
            ),
            code="try_of_another_plan",
            keys=("try", "plan_sha256"),
        )
    if plan.tried is not None:
        raise StudyError(
            Phrase("{plan} is a try itself; name the plan that it was made from", plan=found.tried.plan),
            code="try_of_a_try",
            keys=("try", "plan"),
        )
    with at_key("scenarios", 0):
        varied = with_scenario(plan, found.scenarios[0])
    return varied.model_copy(update={"scenarios": found.scenarios}).tries(found.tried, found.document)


def _plan_file(found: TryFile) -> Path:
    try:
        return resolve_source(found.folder, found.tried.plan)
    except SourceError as error:
        message = error.said
        if error.code == "source_missing":
            message = Phrase(
                "{fault} (the file of a try stands beside its plan: put it into that folder)", fault=message
            )
        raise StudyError(message, code=error.code) from None
