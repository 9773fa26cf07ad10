"""``explain`` and ``at`` for people: the verdict first, the tests as a table, plain where nothing shows colours."""

from __future__ import annotations

import re

import pytest

from maps.telling.explanations.explanation_content import explain
from maps.telling.summaries.unit_verdicts import verdicts
from maps.words import localize
from zoneplan.cli.plan_displays import show_unit

CODE = re.compile(r"\w+_\w+|[<>]=|\b\w+\.toml\b|\x1b")


def test_the_verdict_comes_first_and_no_codes(command, toy_result, toy_run) -> None:
    said = verdicts(localize(toy_run, "en"))["a1"]
    lines = command("explain", toy_result, "a1").out.splitlines()
    assert lines[1] == said.sentence
    assert all(line == line.rstrip() for line in lines)
    assert not CODE.search("\n".join(lines))
    table = lines[lines.index(next(line for line in lines if line.startswith("Test "))) :]
    assert next(one for one in said.gauges if one.decided).title in table[1]
    assert table[1].endswith(", decides")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_whole_chain_is_one_option_away(command, toy_result, toy_run, language: str) -> None:
    told = command("explain", toy_result, "a1", "--long", "--lang", language).out
    assert told == explain(toy_run, "a1", language).text() + "\n"
    *_, last = command("explain", toy_result, "a1", "--of", "quotas", "--lang", language).out.splitlines()
    assert last in told


def test_at_answers_with_the_verdict_of_the_unit(command, toy_result, toy_run) -> None:
    said = verdicts(localize(toy_run, "en"))["a1"]
    short, whole = (command("at", toy_result, "a1", *more).out for more in ((), ("--long",)))
    assert said.sentence in short
    assert said.sentence not in whole
    assert "toml" not in short


def test_colours_show_on_terminals_alone_and_not_where_they_are_unwanted(toy_run, monkeypatch, capsys) -> None:
    plan = localize(toy_run, "en")

    def shown() -> str:
        show_unit(plan, "a1")
        return capsys.readouterr().out

    monkeypatch.delenv("NO_COLOR", raising=False)
    plain = shown()
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    coloured = shown()
    monkeypatch.setenv("NO_COLOR", "1")
    unwanted = shown()
    assert "\x1b[" in coloured
    assert "\x1b" not in plain + unwanted


def test_names_cannot_steer_the_terminal(make_plan, capsys) -> None:
    show_unit(localize(make_plan({"a1": "A\x1b[2J[red]b"}), "en"), "a1")
    told = capsys.readouterr().out
    assert "\x1b" not in told
    assert "[red]b is " in told


def test_an_amount_says_why_it_is_less_than_by_weight_alone(plan_of, capsys) -> None:
    show_unit(localize(plan_of("us_mountain_west"), "en"), "04027")
    lines = capsys.readouterr().out.splitlines()
    place = lines.index("Construction land 2025: 43 ha")
    assert lines[place + 1] == "  71 ha less than by weight alone: × 0.5, growth is steered away from fragile land"
