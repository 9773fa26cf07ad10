"""Steps that are kept between runs: the same plan with and without, whatever was changed, and no damage is used."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from layers.errors import ZoneplanError
from tests.changes import changed, found, paths_of, variants
from tests.zoning.whatif.test_variants import different
from zoning.pipeline.flow import run
from zoning.pipeline.plan_steps import KeptResults, Step, Steps
from zoning.plan import Plan
from zoning.study import Study, read_study

COSTLY = {"overlay", "measure", "site"}


class Shelf(dict[str, dict[str, bytes]]):
    """A store in memory."""

    def find(self, key: str) -> dict[str, bytes] | None:
        return self.get(key)

    def keep(self, key: str, files: Mapping[str, bytes]) -> bool:
        self[key] = dict(files)
        return True


def outcome(study: Study, kept: KeptResults | None) -> Plan | tuple[type, str]:
    try:
        return run(study, kept=kept)
    except ZoneplanError as refused:
        return type(refused), str(refused)


@pytest.fixture(scope="module")
def kept() -> KeptResults:
    return KeptResults(Shelf(), "a program")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None)
@given(data=st.data())
def test_whatever_a_plan_says_its_run_is_the_same_with_what_is_kept(
    toy_run: Plan, kept: KeptResults, data: st.DataObject
) -> None:
    """Each run takes what the ones before it kept, of plans that differ in one value or in nothing."""
    study = toy_run.study
    if data.draw(st.booleans(), label="other"):
        path = data.draw(st.sampled_from(sorted(paths_of(study), key=str)))
        study = changed(study, path, data.draw(variants(found(study, path))))
    one, other = outcome(study, kept), outcome(study, None)
    if isinstance(one, Plan) and isinstance(other, Plan):
        assert different(one, other) == []
    else:
        assert one == other


def test_only_what_reads_other_bytes_is_done_again(toy_folder: Path) -> None:
    kept, file = KeptResults(Shelf(), "a program"), toy_folder / "plan.toml"

    def done() -> set[str]:
        study = read_study(file)
        plan = run(study, kept=kept)
        assert different(plan, run(study)) == []
        return COSTLY & set(plan.steps.done)

    assert done() == COSTLY
    assert done() == {"site"}  # which begins from what it was
    decision = '[[decisions]]\nunit = "a4"\nmain = "key_development"\nreason = "a port"\nby = "x"\ndate = 2024-12-02\n'
    file.write_text(f"{file.read_text('utf-8')}\n{decision}", "utf-8")
    assert done() == {"site"}
    rules = toy_folder / read_study(file).study.rulebook / "parameters.toml"
    text = rules.read_text("utf-8")
    assert "value = " in text
    rules.write_text(text.replace("value = ", "value = 1", 1), "utf-8")
    assert "overlay" not in done()
    layer = read_study(file).layers[0]
    file.write_text(file.read_text("utf-8").replace(f'name = "{layer.name}"', 'name = "otherwise"', 1), "utf-8")
    assert "overlay" in done()


def test_a_study_that_was_moved_is_known_and_another_program_is_not(toy_folder: Path, tmp_path: Path) -> None:
    shelf = Shelf()
    run(read_study(toy_folder / "plan.toml"), kept=KeptResults(shelf, "a program"))
    moved = tmp_path / "elsewhere"
    shutil.copytree(toy_folder, moved)
    shutil.rmtree(toy_folder)
    again = run(read_study(moved / "plan.toml"), kept=KeptResults(shelf, "a program"))
    assert not {"overlay", "measure"} & set(again.steps.done)
    assert different(again, run(read_study(moved / "plan.toml"))) == []
    newer = run(read_study(moved / "plan.toml"), kept=KeptResults(shelf, "the next version"))
    assert {"overlay", "measure"} <= set(newer.steps.done)


@pytest.mark.parametrize("damage", ["cut", "other", "raises", "foreign"])
def test_what_is_damaged_is_said_once_a_step_and_not_used(toy_run: Plan, damage: str) -> None:
    shelf, said = Shelf(), []
    run(toy_run.study, kept=KeptResults(shelf, "a program"))
    for files in shelf.values():
        for name, content in files.items():
            files[name] = {"cut": content[: len(content) // 2], "other": b"x" + content[1:]}.get(damage, content)
        if damage == "foreign":
            files.clear()

    class Broken(Shelf):
        def find(self, key: str) -> dict[str, bytes] | None:
            if damage == "raises":
                raise ValueError("not as it was written")
            return super().find(key)

    plan = run(toy_run.study, kept=KeptResults(Broken(shelf), "a program", said.append))
    assert different(plan, toy_run) == []
    assert set(said) == {"a step that was kept in the cache is damaged, and is done again"}
    assert set(plan.steps.done) >= COSTLY


def test_a_run_that_is_refused_keeps_only_steps_whose_sources_were_confirmed(toy_folder: Path) -> None:
    shelf, file = Shelf(), toy_folder / "plan.toml"
    study = read_study(file)
    source = study.locate(study.tables[0].source if study.tables else study.units.source)

    def edited(step: str) -> None:
        if step == "overlay":
            source.write_bytes(source.read_bytes() + b"\n")

    with pytest.raises(ZoneplanError, match="changed while the plan was being made"):
        run(study, edited, kept=KeptResults(shelf, "p"))
    assert len(shelf) == 1, "what was read, and confirmed before the file changed"
    again = run(study, kept=KeptResults(shelf, "p"))
    assert {"overlay", "measure"} <= set(again.steps.done)
    assert different(again, run(study)) == []


def test_a_step_of_tables_that_no_step_made_is_not_kept() -> None:
    shelf = Shelf()
    steps = Steps(kept_results=KeptResults(shelf, "a program"))
    table = pd.DataFrame({"a": [1.0]})
    assert steps.do_kept(Step("double", lambda rows: rows * 2), table)["a"].tolist() == [2.0]
    assert steps.do_kept(Step("three", lambda number: pd.DataFrame({"a": [number]})), 3)["a"].tolist() == [3]
    steps.keep()
    assert len(shelf) == 1
    again = Steps(kept_results=KeptResults(shelf, "a program"))
    assert again.do_kept(Step("three", lambda _: pd.DataFrame()), 3)["a"].tolist() == [3]
    assert again.do_kept(Step("three too", lambda _: pd.DataFrame()), 3).empty
    assert again.done == ["three too"]
