"""The command speaks the language of the plan, the one asked for, or the user's own; exit codes know none."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.main import get_command

import zoneplan.cli.exit_codes
import zoneplan.cli.spoken_language
from maps.words import languages
from tests.helpers import exit_code_of
from zoneplan.cli.commands import app
from zoneplan.cli.spoken_language import in_words, language_of, language_of_plan, own_language, speak, spoken

CHINESE = re.compile(r"[\u4e00-\u9fff]")
ENGLISH = re.compile(
    r"\b(the|is|are|was|not|has|have|there|which|with|write|give|must|of|and|or|for|its|it|holds|needs|reads|error|"
    r"errors|warnings?|notes?|line|file)\b"
)
"""Words of which English sentences are made; none is a word of Portuguese, or a key of a plan."""
FRENCH_TOO = re.compile(r"\b(notes?)\b")
"""Those of them that are French as well."""
OTHERS = [language for language in languages() if language != "en"]

Edit = Callable[[Path], None]


def english_in(text: str, language: str) -> re.Match[str] | None:
    """The first English word of a text, but for those of its language."""
    return ENGLISH.search(FRENCH_TOO.sub("", text) if language == "fr" else text)


def swap(old: str, new: str, name: str = "plan.toml") -> Edit:
    def edit(folder: Path) -> None:
        path = folder / name
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), "utf-8")

    return edit


def spoil(folder: Path) -> None:
    (folder / "plants.csv").write_text("name,x,y,mw\nA,1,2\n", "utf-8")


BROKEN: dict[str, tuple[Edit, int]] = {
    "layers.sources: the syntax of TOML": (swap("date = 2025-01-01", "date = 2025-01-01 ]"), 2),
    "layers.sources: an unknown key": (swap("[units]", "[units]\ncolour = 1"), 2),
    "layers.sources: a wrong kind of value": (swap("total = 120", 'total = "120"'), 2),
    "layers.formats: no such file": (swap('"plants.csv"', '"plant.csv"'), 3),
    "layers.formats: a damaged table": (spoil, 3),
    "layers.conditions: a condition": (swap("kind = 'forest'", "kind == 'forest'"), 2),
    "layers.crs: no such reference system": (swap('crs = "EPSG:3035"', 'crs = "EPSG:1"'), 2),
    "layers.read.units: a column that is not there": (swap('jurisdiction = "county"', 'jurisdiction = "kounty"'), 3),
    "zoning.rulebook: a rule of no zone": (swap('zone = "', 'zone = "x', "rules/rules.toml"), 2),
    "zoning.study: no multiple of the step": (swap("total = 120", "total = 120.005"), 2),
    "zoning.zones: a decision on no unit": (swap('unit = "c4"', 'unit = "c9"'), 2),
    "zoning.pipeline: a role that nothing reads": (swap('"energy_rich"', '"energy_reich"'), 2),
    "zoning.quotas: more than the ceilings": (swap("total = 120", "total = 120000"), 4),
}


def foreign(text: str, folder: Path) -> str:
    """What is said without what stands in quotes or codes, and paths."""
    plain = text.replace(str(folder), "")
    return re.sub(r"'[^'\n]*'|\"[^\"\n]*\"|“[^”\n]*”|\[\[?\w+\]?\]|\w+\.(toml|csv|tif|gpkg)", " ", plain)


@pytest.mark.whole
@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_plan_is_refused_in_each_language(fault: str, toy_folder: Path, capsys) -> None:
    edit, code = BROKEN[fault]
    edit(toy_folder)
    assert exit_code_of("check", toy_folder / "plan.toml", "--json") == code
    english = json.loads(capsys.readouterr().out)["findings"][0]["text"]
    plan_text = (toy_folder / "plan.toml").read_text("utf-8")
    for language in OTHERS:
        (toy_folder / "plan.toml").write_text(plan_text, "utf-8")
        swap("[study]\n", f'[study]\nlanguage = "{language}"\n')(toy_folder)
        assert exit_code_of("check", toy_folder / "plan.toml") == code
        checked = capsys.readouterr().out
        assert exit_code_of("run", toy_folder / "plan.toml") == code
        refused = capsys.readouterr().err
        for message in (checked, refused):
            assert english not in message
            assert not english_in(foreign(message, toy_folder), language), message
            assert bool(CHINESE.search(message)) == (language == "zh")


def test_the_language_asked_for_stands_above_that_of_the_plan(toy_folder: Path, capsys) -> None:
    swap("[study]\n", '[study]\nlanguage = "zh"\n')(toy_folder)
    swap("total = 120", "total = 120000")(toy_folder)
    assert exit_code_of("run", toy_folder / "plan.toml", "--lang", "pt") == 4
    assert "os tetos somam" in capsys.readouterr().err
    assert exit_code_of("run", toy_folder / "plan.toml", "--lang", "xx") == 2
    assert "没有语言“xx”" in capsys.readouterr().err


def test_json_stays_english(toy_folder: Path, capsys) -> None:
    swap("[study]\n", '[study]\nlanguage = "zh"\n')(toy_folder)
    swap('"plants.csv"', '"plant.csv"')(toy_folder)
    assert exit_code_of("check", toy_folder / "plan.toml", "--json") == 3
    assert "no file plant.csv" in json.loads(capsys.readouterr().out)["findings"][0]["text"]


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "pt_BR.UTF-8", "LC_ALL": ""}, "pt"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "en_GB", "LC_MESSAGES": "pt"}, "pt"),
        ({"LANG": "xx_XX.UTF-8"}, "en"),
        ({}, "en"),
    ],
)
def test_the_users_language_is_that_of_the_environment(
    environment: dict[str, str], language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert own_language() == language


def test_a_wrong_call_speaks_the_users_language(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert exit_code_of("run", tmp_path / "plan.toml") == 2
    assert "没有这个文件" in capsys.readouterr().err
    monkeypatch.setenv("LC_ALL", "C")
    assert exit_code_of("run", tmp_path / "plan.toml") == 2
    assert "no such file" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ('[study]\nname = "x"\nlanguage = "zh"\n', "zh"),
        ("[study]\n  language='pt-BR'\n[units", "pt-BR"),
        ('[study]\nname = "x"\n\n[units]\nlanguage = "zh"\n', None),
        ('[[cases]]\nlanguage = "zh"\n', None),
        ('# [study]\nlanguage = "zh"\n', None),
        ("", None),
    ],
)
def test_a_plan_says_its_language_even_where_it_is_broken(text: str, language: str | None, tmp_path: Path) -> None:
    path = tmp_path / "plan.toml"
    path.write_text(text, "utf-8")
    assert language_of_plan(path) == language
    assert language_of_plan(tmp_path / "none.toml") is None
    assert language_of_plan(tmp_path) is None


def test_a_language_without_a_catalogue_changes_nothing() -> None:
    speak("pt")
    speak("xx")
    assert spoken() == "pt"
    assert in_words("as it is") == "as it is"
    speak("en")
    assert spoken() == "en"


def test_english_needs_no_catalogue() -> None:
    """Messages and progress of an English run load nothing for their words."""
    program = (
        "import sys; from zoneplan.cli.exit_codes import say; from layers.phrases import Phrase; "
        "say(Phrase('no run folder was written')); print('maps.words' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("False\n", "zoneplan: no run folder was written\n")
    assert zoneplan.cli.spoken_language.ENGLISH == "en"


COMMANDS = ("", *sorted(get_command(app).commands))
HELP_WORDS = {
    "zh": ("用法：", "显示本说明后退出"),
    "pt": ("Uso:", "Mostra esta ajuda e sai"),
    "fr": ("Utilisation\u00a0:", "Afficher ce message et quitter"),
}


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("command", COMMANDS)
def test_help_speaks_the_language_asked_for_and_english_afterwards(capsys, monkeypatch, language, command) -> None:
    monkeypatch.setenv("LC_ALL", f"{language}_XX.UTF-8")
    asked = [command, "--help"] if command else ["--help"]
    assert exit_code_of(*asked) == 0
    said = re.sub(r"\s*[│\n]\s*", " ", capsys.readouterr().out)
    usage, leave = HELP_WORDS[language]
    assert usage in said
    assert leave in said
    words = re.sub(r"zones, lines,.*?industries|<[^>]*>|--?[\w-]+|[\w.]+\.\w+|\w+/", "", said)
    assert not english_in(words, language), said
    monkeypatch.setenv("LC_ALL", "C")
    assert exit_code_of(*asked) == 0
    assert "Show this message and exit." in capsys.readouterr().out


def test_help_of_a_language_without_phrases_stays_english() -> None:
    text = "Show this message and exit."
    assert zoneplan.cli.exit_codes._catalogue("xx").gettext(text) == text


def test_help_speaks_the_language_of_lang_or_of_the_plan(capsys, monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("LC_ALL", "C")
    plan = tmp_path / "plan.toml"
    plan.write_text('[study]\nname = "x"\nlanguage = "pt"\n', encoding="utf-8")
    for arguments, words in (
        (("run", "--lang", "zh", "--help"), "用法："),
        (("run", plan, "--help"), "Uso:"),
        (("run", plan, "--lang=zh", "--help"), "用法："),
        (("run", "--lang", "xx", "--help"), "Usage:"),
    ):
        assert exit_code_of(*arguments) == 0
        assert words in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "chinese"),
    [
        (("run",), "缺少参数 'PLAN'。"),
        (("init", "there"), "缺少选项 '--units'。"),
        (("run", "--foo"), "没有选项 --foo"),
        (("rnu",), "没有命令 'rnu'"),
        (("run", "a", "b"), "多出的参数（b）"),
        (("run", "a", "--out"), "选项 '--out' 需要一个值。"),
        (("serve", "a", "--port", "b"), "'--port' 的值无效：需要一个整数"),
    ],
)
def test_wrong_calls_are_told_in_the_language(capsys, monkeypatch, arguments, chinese) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert exit_code_of(*arguments) == 2
    said = capsys.readouterr().err
    assert chinese in said
    assert re.search(r"请试 'zoneplan( run| init| serve)? --help'。", said)
    assert not ENGLISH.search(said), said


@pytest.mark.parametrize("language", OTHERS)
def test_the_doctor_speaks_the_language(capsys, monkeypatch, language) -> None:
    monkeypatch.setenv("LC_ALL", "C")
    assert exit_code_of("doctor", "--lang", language) in (0, 2)
    said = capsys.readouterr().out
    assert not re.search(r"^(ok|note|problem):", said, re.MULTILINE)
    words = re.sub(r"^.*pip install.*$|/\S+", "", said, flags=re.MULTILINE)
    assert not english_in(words, language), said
    assert exit_code_of("doctor", "--lang", "xx") == 2


def test_help_loads_no_engine() -> None:
    """In any language it answers at once: neither tables nor geometry are loaded for it."""
    script = (
        "import sys; from zoneplan.cli.commands import main\n"
        "try: main(['run', '--lang', 'zh', '--help'])\n"
        "except SystemExit: print(*sorted({'numpy', 'pandas', 'shapely', 'zoning', 'maps.words'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", script], capture_output=True, text=True, encoding="utf-8", check=True
    )
    assert "用法：" in done.stdout
    assert done.stdout.splitlines()[-1] == ""


def test_a_run_and_a_try_speak_the_language_of_their_plan(tmp_path: Path) -> None:
    """A folder that is damaged, and a try of a plan that is gone, say nothing."""
    plan, tried, run = tmp_path / "plan.toml", tmp_path / "ana.toml", tmp_path / "run"
    plan.write_text('[study]\nname = "x"\nlanguage = "pt"\n', "utf-8")
    tried.write_text('[try]\nby = "Ana"\nplan = "plan.toml"\n', "utf-8")
    run.mkdir()
    assert language_of(plan) == language_of(tried) == "pt"
    assert language_of(run) is None
    for content, language in (('{"language": "zh"}', "zh"), ("{", None), ("[1]", None), ('{"language": 3}', None)):
        (run / "provenance.json").write_text(content, "utf-8")
        assert language_of(run) == language
    plan.unlink()
    assert language_of(tried) is None
