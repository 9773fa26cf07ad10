"""Phrases in languages: every template has its entry with the same fields, no entry is idle, no error is plain text."""

from __future__ import annotations

import ast
import builtins
import re
import string
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest
from typer.main import get_command

import layers.errors
import maps.errors
import zoning.errors
from layers.errors import ZoneplanError
from layers.ledger import finding_word
from layers.phrases import AND, OR, Phrase, Reworded, phrase_list, word
from maps.runs import read_run
from maps.words import Renderer, languages, localize, phrase_in, render
from maps.words.rendering import PHRASES, phrase_templates
from zoneplan.cli.commands import app
from zoneplan.cli.exit_codes import texts_of_help
from zoning.plan import Plan

ROOT = Path(__file__).resolve().parents[3]
PACKAGES = ("layers", "zoning", "maps", "zoneplan")
FILES = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
OTHERS = [language for language in languages() if language != "en"]
MAKERS = ("Phrase", "template")
ERRORS = {
    name
    for module in (layers.errors, zoning.errors, maps.errors)
    for name, one in vars(module).items()
    if isinstance(one, type) and issubclass(one, ZoneplanError) and name not in ("SeveralErrors", "DraftError")
}
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def is_sign(text: str) -> bool:
    """Whether a template has no word of its own, so that languages may leave it as it is."""
    return re.search(r"[^\W\d_]", re.sub(r"\{[^}]*\}", "", text)) is None


@cache
def helps() -> frozenset[str]:
    """What the help of the command prints."""
    return frozenset(texts_of_help(get_command(app)))


@pytest.fixture(scope="module", autouse=True)
def forgotten() -> Iterator[None]:
    """Trees of all modules take 40 MB, which no other test needs."""
    yield
    calls.cache_clear()


@cache
def calls() -> tuple[tuple[str, ast.Call], ...]:
    return tuple(
        (f"{path.relative_to(ROOT)}:{one.lineno}", one)
        for path in FILES
        for one in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(one, ast.Call) and isinstance(one.func, ast.Name)
    )


def constants(node: ast.expr) -> list[str]:
    """The texts that an argument can be: one, or those between which a condition chooses; none where it is no text."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    return constants(node.body) + constants(node.orelse) if isinstance(node, ast.IfExp) else []


def templates() -> Iterator[tuple[str, str, set[str]]]:
    """Where a template stands, the template, and the fields that are given there."""
    for place, call in calls():
        if call.func.id in MAKERS and call.args:
            given = {one.arg for one in call.keywords if one.arg}
            yield from ((place, text, given) for text in constants(call.args[0]))


def test_the_source_has_hundreds_of_templates() -> None:
    assert len({text for _, text, _ in templates()}) > 800


@pytest.mark.parametrize("language", OTHERS)
def test_every_template_has_an_entry_and_no_entry_is_idle(language: str) -> None:
    written, known = {*helps(), *(text for _, text, _ in templates())}, set(phrase_templates(language))
    assert sorted(text for text in written - known if not is_sign(text)) == []
    assert sorted(known - written) == []


@pytest.mark.parametrize("language", OTHERS)
def test_every_entry_has_the_fields_of_its_template(language: str) -> None:
    known = phrase_templates(language)
    assert {text: one for text, one in known.items() if fields(one) != fields(text)} == {}
    assert [text for text, one in known.items() if not one.strip()] == []


def test_every_field_of_a_template_is_given_where_it_stands() -> None:
    assert [(place, text) for place, text, given in templates() if given and not fields(text) <= given] == []


def test_no_error_is_made_of_a_plain_text() -> None:
    """What an error says can be put into any language: it is a phrase, or what another error says."""
    plain = (ast.Constant, ast.JoinedStr, ast.BinOp)
    wrong = [
        place for place, call in calls() if call.func.id in ERRORS and call.args and isinstance(call.args[0], plain)
    ]
    assert wrong == []


@pytest.mark.parametrize(("maker", "place_of_text"), [("Finding", 5), ("entries", 3)])
def test_no_finding_and_no_repair_is_a_plain_text(maker: str, place_of_text: int) -> None:
    wrong = []
    for place, call in calls():
        if call.func.id == maker and len(call.args) > place_of_text:
            text = call.args[place_of_text]
            wrong += [place] if isinstance(text, ast.JoinedStr | ast.BinOp) or any(constants(text)) else []
    assert wrong == []


def test_every_error_class_is_looked_at() -> None:
    assert {"SourceError", "RulebookError", "WriteError", "InfeasibleError"} <= ERRORS
    assert not ERRORS & set(vars(builtins))


@pytest.mark.parametrize("language", OTHERS)
def test_entries_are_in_their_own_script(language: str) -> None:
    known = phrase_templates(language)
    chinese = {text for text, one in known.items() if CHINESE.search(one)}
    if language != "zh":
        assert chinese == set()
        return
    worded = {one for text, one in known.items() if not is_sign(text) and text not in chinese}
    assert sorted(one for one in worded if not is_code(one)) == []


def is_code(text: str) -> bool:
    """Whether a text has nothing but names of keys and formats between its fields."""
    return re.search(r"[a-z]{2,} [a-z]{2,}", re.sub(r"\{[^}]*\}", "", text)) is None


@pytest.mark.parametrize("language", OTHERS)
def test_the_catalogue_is_sorted_and_says_nothing_twice(language: str) -> None:
    keys = re.findall(r'^msgid "(.+)"$', (PHRASES / f"{language}.po").read_text("utf-8"), re.MULTILINE)
    plain = [re.sub(r"\\(.)", lambda sign: "\n" if sign[1] == "n" else sign[1], key) for key in keys]
    assert len(set(keys)) == len(keys)
    assert plain == sorted(plain)


def test_a_phrase_is_put_into_words_with_all_that_is_in_it() -> None:
    said = Phrase(
        "{place}: {said}",
        place=Phrase("layer '{layer}'", layer="forests"),
        said=Phrase("there are {names}", names=phrase_list(["'a'", "'b'", "'c'"], OR)),
    )
    assert phrase_in(said, "en") == "layer 'forests': there are 'a' or 'b' or 'c'"
    assert phrase_in(said, "zh") == "图层“forests”：可用 'a' 或 'b' 或 'c'"
    assert phrase_in(said, "pt") == "camada 'forests': existem 'a' ou 'b' ou 'c'"
    assert render(said, "pt") == Renderer("pt").render(said) == phrase_in(said, "pt")


def test_numbers_follow_the_signs_of_the_language() -> None:
    said = Phrase("layer '{layer}': {file} has more than {most:,} rows. Cut it to the study area first.",
                  layer="a", file="a.csv", most=1_000_000)  # fmt: skip
    assert "1,000,000" in phrase_in(said, "en")
    assert "1.000.000 linhas" in phrase_in(said, "pt")
    exact = Phrase("the total of {total} is below 0", total=Decimal("-1.5"))
    assert phrase_in(exact, "pt") == "o total de -1,5 está abaixo de 0"
    odd = Phrase("{value!r} is not a number", value=0.5)
    assert [phrase_in(odd, language) for language in ("en", "pt")] == ["0.5 is not a number", "0,5 não é um número"]


def test_texts_by_language_and_of_libraries() -> None:
    said = Phrase("transfer {place} ({reason})", place=1, reason={"en": "a swap", "zh": "互换"})
    assert phrase_in(said, "zh") == "调剂 1（互换）"
    assert phrase_in(said, "pt") == "transferência 1 (a swap (en))"
    assert phrase_in("No such file", "zh") == "No such file"
    strange = Phrase("never said anywhere: {names}", names=phrase_list(["a", "b"], AND))
    assert phrase_in(strange, "zh") == "never said anywhere: a 和 b"


def test_what_is_said_of_a_table_as_of_a_layer_is_reworded_in_each_language() -> None:
    of_layer = Phrase(
        "layer '{layer}': {file} has changed while it was being used. Run again.", layer="t", file="t.csv"
    )
    swap = Phrase("layer '{layer}'", layer="t"), Phrase("table '{table}'", table="t")
    assert phrase_in(Reworded(of_layer, *swap), "en").startswith("table 't': t.csv has changed")
    assert phrase_in(Reworded(of_layer, *swap), "zh").startswith("表“t”：t.csv ")
    assert phrase_in(Reworded(of_layer, *swap), "pt").startswith("tabela 't': t.csv ")


@pytest.mark.parametrize("language", OTHERS)
def test_words_of_kinds_and_repairs_have_their_own(language: str) -> None:
    assert phrase_in(word("lines"), language) != "lines"
    assert phrase_in(finding_word("overlap"), language) != "overlap"


def test_the_ledger_comes_in_the_language_that_is_chosen_and_is_kept_without_one(
    toy_run: Plan, toy_result: Path
) -> None:
    """In memory and read back from a run folder, whose file has the words of its own language."""
    again = read_run(toy_result)
    assert again.ledger["action"].tolist() == toy_run.ledger["action"].tolist()
    for plan in (toy_run, again):
        assert all(isinstance(one, Phrase) for one in plan.ledger["action"])
        (said,) = localize(plan, "pt").ledger["action"]
        assert said == "tomada como ETRS89-extended / LAEA Europe, como diz o plano: o arquivo não tem nenhum"
    written = (toy_result / "ledger.csv").read_text("utf-8-sig")
    assert "taken as ETRS89-extended / LAEA Europe as the plan says: the file has none" in written
