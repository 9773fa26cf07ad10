"""The command from inside: what it prints, and which exit code stands for what went wrong."""

from __future__ import annotations

import errno
import json
import re
import shutil
from pathlib import Path

import pytest
from pyproj import Transformer

import zoneplan.cli.ask
import zoning.pipeline
from maps.telling.explanations.explanation_content import MATTERS
from maps.telling.reports.report_page import report
from tests.conftest import CASE
from tests.helpers import exit_code_of


def test_the_help_names_what_an_explanation_can_be_narrowed_to() -> None:
    assert zoneplan.cli.ask.MATTERS.split(", ") == [*MATTERS]


def test_check_of_a_rulebook_runs_its_cases(toy_folder: Path, capsys) -> None:
    cases = toy_folder / "rules" / "cases"
    cases.mkdir()
    (cases / "toy.toml").write_text(CASE, "utf-8")
    assert exit_code_of("check", toy_folder / "rules") == 0
    (cases / "toy.toml").write_text(CASE.replace("key_development", "general"), "utf-8")
    assert exit_code_of("check", toy_folder / "rules") == 2
    said = capsys.readouterr().out
    assert "a populous unit is for development" in said
    assert "key_development" in said


def test_check_of_a_study_folder_names_its_plan(toy_folder: Path, capsys) -> None:
    assert exit_code_of("check", toy_folder) == 2
    said = capsys.readouterr().out
    assert f"for the plan in it give the file itself: {toy_folder / 'plan.toml'}\n1 error," in said
    (toy_folder / "plan.toml").unlink()
    assert exit_code_of("check", toy_folder) == 2
    assert "this is no rulebook, for it has neither rulebook.toml nor zones.toml\n1 error," in capsys.readouterr().out


def test_check_tells_of_all_that_is_absent_in_one_note(toy_folder: Path, capsys) -> None:
    path = toy_folder / "plan.toml"
    path.write_text(path.read_text("utf-8").replace('rulebook = "rules"', 'rulebook = "brazil"'), "utf-8")
    exit_code_of("check", path, "--json")
    absent = [one for one in json.loads(capsys.readouterr().out)["findings"] if one["code"] == "absent"]
    assert len(absent) > 10
    exit_code_of("check", path)
    said = capsys.readouterr().out
    assert said.count("no layer or table gives") == 1
    assert f"note: no layer or table gives {len(absent)} measures\n  rulebook 'brazil' takes it as " in said
    assert all(one["features"][0] in said for one in absent)


def test_check_names_every_file_that_is_wrong(toy_folder: Path, capsys) -> None:
    text = (toy_folder / "plan.toml").read_text("utf-8")
    text = text.replace('"plants.csv"', '"plant.csv"').replace('"elevation.tif"', '"height.tif"')
    (toy_folder / "plan.toml").write_text(text, "utf-8")
    assert exit_code_of("check", toy_folder / "plan.toml", "--json") == 3
    found = json.loads(capsys.readouterr().out)["findings"]
    assert [one["level"] for one in found] == ["error", "error", "note", "note"]  # of what --keep-going would leave out
    assert "plant.csv" in found[0]["text"]
    assert "height.tif" in found[1]["text"]


def test_run_prints_where_everything_is(toy_folder: Path, tmp_path: Path, capsys) -> None:
    assert exit_code_of("run", toy_folder / "plan.toml", "--out", tmp_path / "result", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert Path(told["map"]).is_file()
    assert Path(told["report"]).is_file()
    assert told["main_functions"]["ecologically_fragile"] == {"units": 6, "area_ha": 600.0}


def test_run_in_chinese_is_chinese_in_the_terminal(toy_folder: Path, tmp_path: Path, capsys) -> None:
    path = toy_folder / "plan.toml"
    path.write_text(path.read_text("utf-8").replace('"rules"', '"main_functional_areas"'), "utf-8")
    assert exit_code_of("run", path, "--out", tmp_path / "result", "--lang", "zh") == 0
    said = capsys.readouterr().out
    assert f"地图：{tmp_path / 'result' / 'map.html'}" in said
    for heading, english in (
        ("主体功能", "Main function"),
        ("单元数", "Units"),
        ("公顷", "Hectares"),
        ("占比", "Share"),
    ):
        assert heading in said
        assert english not in said


def test_compare_says_what_moved_and_why(toy_folder: Path, tmp_path: Path, capsys) -> None:
    plan = toy_folder / "plan.toml"
    assert exit_code_of("run", plan, "--out", toy_folder / "runs" / "first") == 0
    assert exit_code_of("compare", toy_folder / "runs" / "first", plan) == 0
    assert "Nothing differs." in capsys.readouterr().out
    rules = toy_folder / "rules" / "parameters.toml"
    rules.write_text(rules.read_text("utf-8").replace("value = 0.5", "value = 0.6"), "utf-8")
    assert exit_code_of("compare", toy_folder / "runs" / "first", plan, "--json", "--out", tmp_path / "tables") == 1
    told = json.loads(capsys.readouterr().out)
    main = [one for one in told["moved"] if one["what"] == "main"]
    assert [one["unit_id"] for one in main] == ["a2", "b2", "c2"]
    assert main[0] == {
        "unit_id": "a2", "what": "main", "item": "", "from": "ecologically_fragile", "to": "general",
        "cause": {"kind": "parameter", "id": "fragile_min"},
    }  # fmt: skip
    assert told["totals"]["main_ha"] == {"changed": 300.0}
    assert (tmp_path / "tables" / "differences.csv").read_text("utf-8").splitlines()[
        1
    ] == "parameter,fragile_min,0.5,0.6"
    assert exit_code_of("compare", toy_folder / "runs" / "first", plan, "--lang", "zh") == 1
    assert "fragile_min：由 50%" in capsys.readouterr().out


def test_robustness_says_what_many_draws_came_to(toy_folder: Path, tmp_path: Path, capsys) -> None:
    plan, out = toy_folder / "plan.toml", tmp_path / "draws"
    drawn = ("--within", "fragile_min=0.2:0.8", "--draws", "40", "--seed", "3")
    assert exit_code_of("robustness", plan, *drawn, "--out", out) == 0
    said = capsys.readouterr().out
    assert "units keep their main function in at least 95 % of 40 draws (seed 3)." in said
    assert "map.html#by=draws_kept_share" in said
    assert sorted(path.name for path in out.iterdir()) == [
        "amounts.csv", "draws.csv", "manifest.json", "map.html", "report.html", "units.csv",
    ]  # fmt: skip
    page = (out / "report.html").read_text("utf-8")
    assert "What was drawn" in page
    assert "<script" not in page
    assert exit_code_of("robustness", plan, *drawn, "--out", out, "--json", "--lang", "zh") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["draws"], told["seed"], told["within"]) == (40, 3, {"fragile_min": [0.2, 0.8]})
    assert {"unit_id", "main", "share", "other", "other_share"} == set(told["units"][0])
    assert "保持主体功能" in (out / "report.html").read_text("utf-8")
    assert exit_code_of("robustness", plan, "--within", "fragile_min=0.2") == 2
    assert "is no range" in capsys.readouterr().err


def test_curve_says_how_firmly_a_plan_stands(toy_folder: Path, capsys) -> None:
    assert exit_code_of("curve", toy_folder / "plan.toml", "fragile_min") == 0
    said = capsys.readouterr().out
    assert "fragile_min is 50\u00a0%; no unit changes between" in said
    assert re.search(r"\n *0\s% +50\s% .*as the plan has it", said)
    assert re.search(r"\n *50\s% +100\s% .*Unit A2, Unit B2, Unit C2 → General", said)
    assert exit_code_of("curve", toy_folder / "plan.toml", "fragile_min", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["adopted"], told["stable"]) == (0.5, [0.0, 0.5])
    assert (told["steps"][0]["from"], told["steps"][-1]["to"]) == (None, None)
    assert [one["unit_id"] for one in told["changes"] if one["value"] == 0.5] == ["a2", "b2", "c2"]
    assert told["changes"][0].keys() == {"unit_id", "value", "after", "from", "to"}
    assert exit_code_of("curve", toy_folder / "plan.toml", "fragil_mn") == 2
    assert "did you mean 'fragile_min'?" in capsys.readouterr().err


def test_weights_says_in_one_line_on_which_indices_no_zone_hangs(toy_folder: Path, capsys) -> None:
    index = '\n[[indices]]\nname = "{name}"\ntitle = "{title}"\nof = ["population", "height_mean_m", "plant_mw"]\n'
    plan = toy_folder / "plan.toml"
    more = "".join(index.format(name=name, title=title) for name, title in (("fit", "Fitness"), ("calm", "Calm")))
    plan.write_text(plan.read_text("utf-8") + more, "utf-8")
    assert exit_code_of("weights", plan) == 0
    assert "No zone hangs on the weights of: Fitness; Calm" in capsys.readouterr().out


def test_curve_takes_a_parameter_by_what_it_is_called(toy_folder: Path, capsys) -> None:
    for name in ("fragile", "fragile_m", "FRAGILE_MIN"):
        assert exit_code_of("curve", toy_folder / "plan.toml", name) == 0, name
        assert "fragile_min is 50\u00a0%" in capsys.readouterr().out
    assert exit_code_of("curve", toy_folder / "plan.toml", " ") == 2
    assert "there is no parameter" in capsys.readouterr().err
    assert exit_code_of("curve", toy_folder / "plan.toml", "p") == 2
    assert "several parameters are called so, 'p':" in capsys.readouterr().err


def test_a_map_file_in_place_of_a_plan_is_told_from_one(toy_folder: Path, capsys) -> None:
    assert exit_code_of("run", toy_folder / "toy.gpkg") == 2
    said = capsys.readouterr().err
    assert "toy.gpkg: this is a GeoPackage by its name, and a .toml file is wanted" in said


def test_run_names_the_files_that_it_keeps(toy_folder: Path, tmp_path: Path, capsys) -> None:
    assert exit_code_of("run", toy_folder / "plan.toml", "--out", tmp_path / "result") == 0
    (tmp_path / "result" / "notes.md").write_text("mine")
    assert exit_code_of("run", toy_folder / "plan.toml", "--out", tmp_path / "result") == 0
    assert f"are kept in {tmp_path / 'result.kept-1'}: notes.md" in capsys.readouterr().err


def test_a_dossier_overwrites_no_file_unless_forced(toy_result: Path, tmp_path: Path, capsys) -> None:
    page = tmp_path / "plan.toml"
    page.write_text("mine")
    assert exit_code_of("explain", toy_result, "a1", "--html", page) == 5
    assert "plan.toml is there already: nothing is overwritten without --force" in capsys.readouterr().err
    assert page.read_text() == "mine"
    assert exit_code_of("explain", toy_result, "a1", "--html", page, "--force") == 5
    assert "is no file that zoneplan wrote there" in capsys.readouterr().err
    assert page.read_text() == "mine"
    page.unlink()
    for force in ((), ("--force",)):
        assert exit_code_of("explain", toy_result, "a1", "--html", page, *force) == 0
        assert page.read_text("utf-8").startswith("<!DOCTYPE html>")


def test_a_run_is_not_written_to_the_root(toy_folder: Path, capsys) -> None:
    assert exit_code_of("run", toy_folder / "plan.toml", "--out", "/") == 5
    assert "/: cannot hold a run: it is no folder of its own." in capsys.readouterr().err


def test_demo_names_the_studies_there_are(tmp_path: Path, capsys) -> None:
    assert exit_code_of("demo", tmp_path / "x", "--study", "us_mountain_wset") == 2
    assert "us_mountain_west" in capsys.readouterr().err


def test_demo_overwrites_nothing_that_was_changed(tmp_path: Path, capsys) -> None:
    (tmp_path / "plan.toml").write_text("# mine\n", "utf-8")
    assert exit_code_of("demo", tmp_path) == 5
    assert "plan.toml" in capsys.readouterr().err
    assert (tmp_path / "plan.toml").read_text("utf-8") == "# mine\n"


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (MemoryError(), 6, "out of memory"),
        (RuntimeError("std::bad_alloc"), 6, "out of memory"),
        (OSError(errno.ENOSPC, "No space left on device"), 5, "cannot write"),
        (KeyboardInterrupt(), 130, "interrupted: no run folder"),
        (SystemExit(143), 143, "stopped: no run folder"),
        (ZeroDivisionError("division by zero"), 70, "something unforeseen: ZeroDivisionError"),
    ],
)
def test_whatever_happens_a_planner_sees_one_line(error, code, words, monkeypatch, capsys, toy_folder: Path) -> None:
    def fail(*_args, **_kwargs):
        raise error

    monkeypatch.setattr(zoning.pipeline, "run", fail)
    assert exit_code_of("run", toy_folder / "plan.toml") == code
    said = capsys.readouterr().err
    assert words in said
    assert "Traceback" not in said


@pytest.mark.parametrize("arguments", [["walk"], ["run"], ["run", "plan.toml", "--fast"], ["explain", "x"]])
def test_a_wrong_call_is_exit_code_2(arguments, capsys) -> None:
    assert exit_code_of(*arguments) == 2
    assert "zoneplan" in capsys.readouterr().err


def test_no_call_shows_help(capsys) -> None:
    assert exit_code_of() == 2
    said = capsys.readouterr()
    assert "demo" in said.out + said.err
    assert "zoneplan: " not in said.err


def test_at_says_what_applies_at_a_place(toy_result: Path, capsys) -> None:
    lon, lat = Transformer.from_crs("EPSG:3035", "EPSG:4326", always_xy=True).transform(4_000_500, 3_000_500)
    assert exit_code_of("at", toy_result, lon, lat) == 0
    text = capsys.readouterr().out
    assert "in Unit A1 (a1), west" in text
    assert exit_code_of("at", toy_result, lon, lat, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["inside"], told["unit"]["unit_id"], told["industry"]) == (True, "a1", None)
    assert exit_code_of("at", toy_result, lon, lat, "--lang", "zh") == 0
    assert "位于 Unit A1（a1），west" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["unit z1"], "the plan has no unit 'unit z1'; similar names: '"),
        (["a1/1"], "it is a piece of unit 'a1': explain that, or ask for a place in the piece with 'zoneplan at'"),
        (["a1", "--of", "polices"], "has no 'polices'; did you mean 'policies'? It tells of zones, "),
        (["a1", "--of", "x"], "has no 'x'. It tells of zones, "),
    ],
)
def test_explain_says_what_may_have_been_meant(toy_result: Path, arguments, words, capsys) -> None:
    assert exit_code_of("explain", toy_result, *arguments) == 2
    assert words in capsys.readouterr().err


def test_explain_says_that_there_is_nothing(toy_result: Path, capsys) -> None:
    assert exit_code_of("explain", toy_result, "a1", "--of", "energy") == 0
    assert capsys.readouterr().out.rstrip().endswith("There is nothing of this kind here.")


def test_at_outside_the_plan_is_no_failure(toy_result: Path, capsys) -> None:
    assert exit_code_of("at", toy_result, "-104.99", "39.74", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert not told["inside"]
    assert told["nearest"]["distance_km"] > 1000


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["39.74", "-104.99"], 2, "Longitude comes first: did you mean -104.99 39.74?"),
        (["-104.99", "39.74", "--state", "old"], 2, "state 'old': write existing or planned"),
        (["-104.99", "north"], 2, "'-104.99 north' is no place: give longitude and latitude"),
        (["-104.99"], 2, "'-104.99' is no place: give longitude and latitude"),
        (["-104.99", "39.74", "--lang", "xx"], 2, "no language 'xx'"),
    ],
)
def test_at_refuses_what_is_no_place_or_no_question(toy_result: Path, arguments, code, message, capsys) -> None:
    assert exit_code_of("at", toy_result, *arguments) == code
    said = capsys.readouterr().err
    assert message in said or "valid number" in said


def test_verify_speaks_the_language_of_the_run_or_the_one_asked_for(toy_folder: Path, capsys) -> None:
    path = toy_folder / "plan.toml"
    path.write_text(path.read_text("utf-8").replace('"rules"', '"main_functional_areas"'), "utf-8")
    assert exit_code_of("run", path, "--lang", "zh") == 0
    for asked, said in (((), "完整"), (("--lang", "pt"), "completa")):
        capsys.readouterr()
        assert exit_code_of("verify", toy_folder / "runs" / "plan", *asked) == 0
        assert said in capsys.readouterr().out


def test_verify_runs_a_plan_again(toy_folder: Path, capsys) -> None:
    folder = toy_folder / "runs" / "plan"
    assert exit_code_of("run", toy_folder / "plan.toml") == 0
    assert exit_code_of("verify", folder, "--rerun") == 0
    assert "run again: the same" in capsys.readouterr().out
    assert exit_code_of("verify", folder, "--study", toy_folder) == 2
    (toy_folder / "stats.csv").unlink()
    assert exit_code_of("verify", folder, "--rerun", "--json") == 3
    assert "stats.csv" in capsys.readouterr().err
    (folder / "thesis.txt").write_text("x")
    assert exit_code_of("verify", folder, "--rerun") == 1
    assert "thesis.txt: does not belong into a run" in capsys.readouterr().out


@pytest.mark.parametrize("words", [("at", "-104.99", "39.74"), ("explain", "08031")])
def test_a_folder_that_is_no_run_is_a_wrong_call(tmp_path: Path, words, capsys) -> None:
    """1 is kept for what `verify` finds."""
    assert exit_code_of(words[0], tmp_path, *words[1:]) == 2
    assert "is not a run" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("rules", "working through case 1 of 1"),
        ("plan.toml", "reading and check"),
    ],
)
def test_check_shows_on_a_terminal_how_far_it_is(
    target: str, words: str, toy_folder: Path, monkeypatch, capsys
) -> None:
    (toy_folder / "rules" / "cases").mkdir()
    (toy_folder / "rules" / "cases" / "toy.toml").write_text(CASE, "utf-8")
    checked = toy_folder / target
    assert exit_code_of("check", checked) == 0
    assert capsys.readouterr().err == "", "silent when piped"
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert exit_code_of("check", checked) == 0
    assert words in capsys.readouterr().err


def test_the_report_of_a_run_is_written_again_in_another_language(plan_of, run_of, tmp_path: Path, capsys) -> None:
    """Beside the run, which is sealed and stays whole; nothing is overwritten, and no language guessed."""
    folder, own = Path(shutil.copytree(run_of("china_provinces"), tmp_path / "plan")), tmp_path / "own.html"
    assert exit_code_of("report", folder, "--lang", "zh") == 0
    page = tmp_path / "plan-report-zh.html"
    assert f"报告：{page}" in capsys.readouterr().out
    assert page.read_text("utf-8") == report(plan_of("china_provinces"), "zh")
    assert exit_code_of("report", folder, "--lang", "zh") == 5
    own.write_text("of somebody else", "utf-8")
    assert exit_code_of("report", folder, "--out", own) == 5
    assert exit_code_of("report", folder, "--out", own, "--force") == 5
    assert own.read_text("utf-8") == "of somebody else"
    own.unlink()
    assert exit_code_of("report", folder, "--out", own) == 0
    assert exit_code_of("report", folder, "--out", own, "--force") == 0
    assert own.read_text("utf-8") == (folder / "report.html").read_text("utf-8")
    capsys.readouterr()
    assert exit_code_of("report", folder, "--lang", "pt") == 2
    assert "o livro de regras 'main_functional_areas' fala en, zh" in capsys.readouterr().err
    assert exit_code_of("verify", folder) == 0


def test_what_is_there_in_place_of_a_run_is_named(command, toy_folder: Path, tmp_path: Path) -> None:
    gone = command("explain", tmp_path / "runs" / "plan", "a1")
    assert (gone.code, gone.err.strip()) == (2, f"zoneplan: {tmp_path / 'runs' / 'plan'}: there is no such folder")
    plan = command("explain", toy_folder / "plan.toml", "a1")
    assert plan.code == 2
    assert f"is a plan and not its run; give the run folder, such as {toy_folder / 'runs' / 'plan'}" in plan.err


@pytest.mark.parametrize("name", ["compare", "curve", "robustness", "explain"])
def test_a_language_that_there_is_not_is_refused_before_anything_is_done(command, name: str, tmp_path: Path) -> None:
    """It was passed over, and the answer came in English with exit code 0."""
    others = {"compare": [tmp_path], "curve": ["fragile_min"], "explain": ["a1"]}.get(name, ["--within", "a=1:2"])
    found = command(name, tmp_path, *others, "--lang", "xx")
    assert found.code == 2
    assert "no language 'xx': zoneplan speaks en" in found.err


def test_a_wrong_call_names_the_help_of_its_command(command) -> None:
    assert command("check", "--bogus", "plan.toml").err.strip().endswith("Try 'zoneplan check --help'.")
