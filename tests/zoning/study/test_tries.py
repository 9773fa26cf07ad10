"""Tries: a scenario in a file of its own, put into effect on the plan that it names, and on no other."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from layers.errors import StudyError, UnknownNameError, ZoneplanError
from zoning.errors import InfeasibleError
from zoning.pipeline.flow import run
from zoning.study import read_study

DECISION = '{ unit = "a4", main = "key_development", reason = "a port", by = "Ana", date = 2025-01-01 }'


def write_try(folder: Path, sets: str = "", decisions: str = "", **head: str) -> Path:
    """A try of the plan in a folder, with the sha256 of it as it is."""
    plan = folder / "plan.toml"
    own = {"plan": "plan.toml", "plan_sha256": hashlib.sha256(plan.read_bytes()).hexdigest(), "by": "Ana"} | head
    lines = [f"{key} = '{value}'" for key, value in own.items()]
    text = "\n".join(["[try]", *lines, "", "[[scenarios]]", 'name = "ana"', f"set = {{ {sets} }}"])
    path = folder / "ana.toml"
    path.write_text(f"{text}\ndecisions = [{decisions}]\n", "utf-8")
    return path


def test_a_try_is_its_plan_with_the_scenario_in_effect(toy_folder: Path) -> None:
    path = write_try(toy_folder, '"parameters.fragile_min" = 0.6, "quotas.construction_land.total" = 100', DECISION)
    plan = run(read_study(toy_folder / "plan.toml"))
    tried = run(read_study(path))
    decision = {"unit": "a4", "main": "key_development", "reason": "a port", "by": "Ana", "date": plan.study.date}
    varied = plan.vary(parameters={"fragile_min": 0.6}, quotas={"construction_land": 100}, decisions=[decision])
    assert tried.zones.equals(varied.zones)
    assert tried.quotas.equals(varied.quotas)
    assert tried.policies.equals(varied.policies)
    assert not tried.zones.equals(plan.zones)
    assert (tried.study.name, tried.study.path) == (plan.study.name, plan.study.path)
    assert tried.study.tried is not None
    assert (tried.study.tried.by, tried.study.scenarios[0].name) == ("Ana", "ana")
    assert len(tried.scenarios) == 0, "its scenario is the plan itself"


@pytest.mark.parametrize("ending", ["\r\n", "\n"])
def test_the_plan_counts_byte_by_byte(toy_folder: Path, ending: str) -> None:
    plan = toy_folder / "plan.toml"
    plan.write_bytes(b"\xef\xbb\xbf" + plan.read_bytes().replace(b"\n", ending.encode()))
    path = write_try(toy_folder)
    assert read_study(path).tried is not None
    plan.write_bytes(plan.read_bytes() + b" ")
    with pytest.raises(
        StudyError, match=r"^ana.toml, line 3, column 15: plan.toml is not the plan that this is a try of"
    ):
        read_study(path)


@pytest.mark.parametrize(
    ("head", "said"),
    [
        (
            {"plan": "plans.toml"},
            "ana.toml, line 2, column 8: no file plans.toml in .*; did you mean plan.toml",
        ),
        ({"plan": "plans.toml"}, "the file of a try stands beside its plan"),
        ({"plan": "../toy/plan.toml"}, "is no path inside the study's folder: it leads upwards"),
        ({"plan": "/etc/passwd"}, "is no path inside the study's folder: it is absolute"),
        ({"plan": "rules"}, "rules in .* is a folder"),
        ({"plan": "ana.toml"}, "key 'study' is missing"),
        ({"plan_sha256": "A" * 64}, "does not fit the pattern"),
        ({"plan_sha256": ""}, "does not fit the pattern"),
        ({"by": ""}, "'by' must not be empty"),
        ({"who": "Ana"}, "unknown key 'who'"),
    ],
)
def test_a_try_that_names_no_plan_is_a_wrong_file(toy_folder: Path, head: dict[str, str], said: str) -> None:
    path = write_try(toy_folder, **head)
    with pytest.raises(ZoneplanError, match=said) as found:
        read_study(path)
    assert found.value.exit_code == 2


def test_a_plan_that_a_link_leads_to_outside_is_refused(toy_folder: Path, tmp_path: Path) -> None:
    path = write_try(toy_folder, plan="linked.toml")
    (tmp_path / "secret.toml").write_text("secret = 1\n")
    (toy_folder / "linked.toml").symlink_to(tmp_path / "secret.toml")
    with pytest.raises(StudyError, match="leads out of the study's folder by a link"):
        read_study(path)


def test_a_try_has_one_scenario(toy_folder: Path) -> None:
    path = write_try(toy_folder)
    text = path.read_text("utf-8")
    path.write_text(f'{text}\n[[scenarios]]\nname = "b"\n', "utf-8")
    with pytest.raises(StudyError, match=r"a try has one \[\[scenarios\]\], and this one has 2"):
        read_study(path)
    path.write_text(text.partition("[[")[0], "utf-8")
    with pytest.raises(StudyError, match=r"a try has one \[\[scenarios\]\], and this one has 0"):
        read_study(path)


def test_what_is_wrong_in_the_scenario_has_its_place_in_the_try(toy_folder: Path) -> None:
    with pytest.raises(UnknownNameError, match=r"^ana.toml, line 8, column 38: there is no quota 'building'"):
        read_study(write_try(toy_folder, '"quotas.building.total" = 3'.rjust(27 + 3)))
    with pytest.raises(UnknownNameError, match=r"^ana.toml, line 8, column 34: there is no parameter 'fragile_m'; did"):
        run(read_study(write_try(toy_folder, '"parameters.fragile_m" = 1')))
    with pytest.raises(UnknownNameError, match=r"^ana.toml, line 9, column 14: decision 2: there is no unit 'a9'"):
        run(read_study(write_try(toy_folder, "", DECISION.replace("a4", "a9"))))
    with pytest.raises(InfeasibleError, match=r"^ana.toml, line 8, column 44: quota 'construction_land'"):
        run(read_study(write_try(toy_folder, '"quotas.construction_land.total" = 5000')))


def test_a_try_is_of_a_plan_and_of_no_other_try(toy_folder: Path) -> None:
    first = write_try(toy_folder, '"parameters.fragile_min" = 0.6')
    (toy_folder / "second.toml").write_text(read_study(first).text, "utf-8")
    path = write_try(toy_folder)
    digest = hashlib.sha256((toy_folder / "second.toml").read_bytes()).hexdigest()
    own = hashlib.sha256((toy_folder / "plan.toml").read_bytes()).hexdigest()
    text = path.read_text("utf-8").replace("plan.toml", "second.toml").replace(own, digest)
    path.write_text(text, "utf-8")
    with pytest.raises(StudyError, match=r"second.toml is a try itself"):
        read_study(path)


def test_what_ran_is_written_and_read_back_the_same(toy_folder: Path) -> None:
    tried = read_study(write_try(toy_folder, '"quotas.construction_land.total" = 100', DECISION))
    (toy_folder / "again.toml").write_text(tried.text, "utf-8")
    again = read_study(toy_folder / "again.toml")
    assert again == tried
    assert again.quotas[0].total == 100
    assert [one.unit for one in again.decisions] == ["c4", "a4"]
    assert run(again).zones.equals(run(tried).zones)
