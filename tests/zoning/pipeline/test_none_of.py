"""What a planner says does not exist is a fact; a name that means nothing, or contradicts the study, is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from layers.errors import ZoneplanError
from layers.read.reading_step import read_inputs
from zoning.pipeline.column_sources import none_of_faults, provided
from zoning.pipeline.flow import check, run
from zoning.pipeline.study_checks import known_roles
from zoning.rulebook import read_rulebook
from zoning.study import builtin_study, read_study


def with_none_of(folder: Path, *names: str) -> Path:
    path = folder / "plan.toml"
    listed = ", ".join(f'"{name}"' for name in names)
    path.write_text(path.read_text("utf-8").replace("[study]\n", f"[study]\nnone_of = [{listed}]\n", 1), "utf-8")
    return path


def refusal(path: Path) -> str:
    with pytest.raises(ZoneplanError) as refused:
        run(read_study(path))
    return str(refused.value)


def test_a_role_that_does_not_exist_is_0_and_no_assumption(toy_folder: Path) -> None:
    plan = run(read_study(with_none_of(toy_folder, "protected")))
    assert (plan.measures[["protected_share", "protected_ha"]] == 0).all(axis=None)
    assert "protected" not in {one.name for one in plan.assumptions}
    study = read_study(toy_folder / "plan.toml")
    found = check(study, read_rulebook(study.rulebook, study.date), read_inputs(study))
    assert "absent" not in {finding.code for finding in found}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("protcted", ["none_of", "no role or indicator 'protcted'", "mean 'protected'"]),
        ("energy_rich", ["there is no 'energy_rich'", "is the role of layer"]),
        ("population", ["there is no 'population'", "take one of the two out"]),
        ("elevation", ["no role or indicator 'elevation'"]),
    ],
)
def test_a_name_that_means_nothing_or_is_there_is_refused_with_its_place(
    toy_folder: Path, name: str, words: list[str]
) -> None:
    said = refusal(with_none_of(toy_folder, name))
    assert said.startswith("plan.toml, line 2, column")
    assert all(word in said for word in words), said


def test_with_all_that_is_absent_named_nothing_of_a_built_in_study_is_assumed() -> None:
    """Each indicator and role that the rulebook reads and the study lacks can be said not to exist."""
    study = read_study(builtin_study("china_provinces"))
    book, inputs = read_rulebook(study.rulebook, study.date), read_inputs(study)
    absent = {one.name for one in run(study).assumptions if one.kind in {"role", "indicator"}}
    told = study.model_copy(update={"study": study.study.model_copy(update={"none_of": tuple(sorted(absent))})})
    assert list(none_of_faults(told, book, inputs, known_roles(book))) == []
    plan = run(told)
    assert not set(plan.zones["status"]) & {"assumed"}
    assert set(plan.zones["assumed"]) == {""}
    assert {one.kind for one in plan.assumptions} <= {"deduction", "parameter"}
    assert {f"{name}_share" for name in ("marine", "border")} <= provided(told, inputs, book)
