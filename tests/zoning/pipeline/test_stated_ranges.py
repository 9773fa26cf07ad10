"""What a plan says that columns of its tables and its indices can have: a unit with another value is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from layers.errors import SourceError, StudyError, UnknownNameError, ZoneplanError
from zoning.pipeline.flow import run
from zoning.plan import Plan
from zoning.study import Study, read_study

INDEX = '\n[[indices]]\nname = "fit"\nof = ["income", "population"]\nnormalise = "none"\n'


@pytest.fixture
def write(toy_folder: Path) -> Callable[..., Study]:
    """The toy plan with a range of its table, and more at its end."""

    def write(of_table: str = "", more: str = "") -> Study:
        plan = toy_folder / "plan.toml"
        text = plan.read_text("utf-8").replace('source = "stats.csv"', f'source = "stats.csv"\n{of_table}')
        plan.write_text(text + more, "utf-8")
        return read_study(plan)

    return write


def refused(study: Study, kind: type[ZoneplanError], said: str) -> ZoneplanError:
    with pytest.raises(kind, match=said) as caught:
        run(study)
    return caught.value


def test_a_column_outside_its_range_is_refused_with_ids_and_place(write: Callable[..., Study], toy_run: Plan) -> None:
    study, income = write("valid_range = { income = [0, 35] }"), toy_run.measures["income"]
    error = refused(study, SourceError, r"column 'income' is .* for .*, but the plan says numbers from 0 to 35")
    assert str(error).startswith(study.where("tables", 0, "valid_range", "income"))
    assert error.ids == tuple(sorted(income.index[income > 35])) != ()
    assert (error.code, error.exit_code) == ("range", 3)


def test_what_lies_inside_changes_nothing(write: Callable[..., Study], toy_run: Plan) -> None:
    assert run(write("valid_range = { income = [0, 1000] }")).measures.equals(toy_run.measures)


def test_a_column_that_is_not_of_the_table_is_refused(write: Callable[..., Study]) -> None:
    refused(write("valid_range = { incom = [0, 1] }"), UnknownNameError, "no column of numbers 'incom'.* 'income'")


def test_a_range_begins_with_the_least(write: Callable[..., Study]) -> None:
    with pytest.raises(StudyError, match=r"write the least value before the greatest, such as \[0, 100\]"):
        write("valid_range = { income = [1, 0] }")


def test_an_index_outside_its_range_is_refused(write: Callable[..., Study]) -> None:
    study = write(more=INDEX + "valid_range = [0, 1]\n")
    error = refused(study, SourceError, r"index 'fit' is .* but the plan says numbers from 0 to 1")
    assert str(error).startswith(study.where("indices", 0, "valid_range"))


def test_an_index_inside_its_range_is_taken(write: Callable[..., Study]) -> None:
    study = write(more=INDEX.replace("none", "minmax") + "valid_range = [0, 1]\n")
    assert run(study).measures["fit"].between(0, 1).all()
