"""Templates: fields filled as a language writes them, plurals chosen by a count."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction
from string import Formatter

import pytest
from babel.messages.pofile import read_po

from layers.errors import ZoneplanError
from maps.words import UnitNoun, catalogue, languages, number_style
from maps.words.messages import CATALOGUES, NumberStyle, Template, templates, unit_noun

POLISH = NumberStyle(
    lambda n: 0 if n == 1 else 1 if n % 10 in {2, 3, 4} and n % 100 not in {12, 13, 14} else 2, "\u00a0", ","
)


def test_a_count_chooses_its_plural_and_is_written_as_the_language_does() -> None:
    units = Template(("{n:,} jednostka", "{n:,} jednostki", "{n:,} jednostek"), POLISH)
    told = [units.format(n=count) for count in (1, 3, 5, 1002)]
    assert told == ["1 jednostka", "3 jednostki", "5 jednostek", "1\u00a0002 jednostki"]


def test_a_count_may_be_called_count() -> None:
    found = Template(("{count} finding", "{count} findings"), number_style("en"))
    assert (found.format(count=1), found.format(count=0)) == ("1 finding", "0 findings")


@pytest.mark.parametrize("fields", [{}, {"n": "3"}, {"n": 2.5}])
def test_a_plural_without_a_whole_number_is_a_fault(fields: dict[str, object]) -> None:
    with pytest.raises(KeyError, match="n or count"):
        catalogue("report", "en")["n_units"].format(**fields)


@pytest.mark.parametrize(
    ("text", "value", "shown"),
    [
        ("{x}", 1234, "1234"),
        ("{x:,}", 1234, "1\u00a0234"),
        ("{x:,.2f}", Decimal("1234.5"), "1\u00a0234,50"),
        ("{x:.4g}", 0.5, "0,5"),
        ("{x}", Fraction(27, 10), "2,7"),
        ("{x:,.2f}", Fraction(10**6, 3), "333\u00a0333,33"),
        ("{x:.3g}", Fraction(1, 3), "0,333"),
        ("{x:digits}", 812.4321987, "812,432"),
        ("{x:digits}", 1e-7, "0,0000001"),
        ("{x:plain}", 1234.0, "1\u00a0234"),
        ("{x:long}", 1234.56789012, "1\u00a0234,56789012"),
        ("{x:money}", Decimal("1234.5"), "1\u00a0234,50"),
        ("{x:money}", 1234.0, "1\u00a0234"),
        ("{x:change}", -1234.5, "-1\u00a0230"),
        ("{x:change}", 0.25, "+0,25"),
        ("{x}", "1,234.5 as it stands", "1,234.5 as it stands"),
        ("{x}", True, "True"),
        ("{x}", None, "None"),
        ("{x}", date(2025, 1, 31), "2025-01-31"),
        ("{x:%d/%m/%Y}", date(2025, 1, 31), "31/01/2025"),
    ],
)
def test_a_field_is_written_as_the_language_does(text: str, value: object, shown: str) -> None:
    assert Template((text,), POLISH).format(x=value) == shown


@pytest.mark.parametrize("language", languages())
def test_catalogues_ask_for_numbers_only_as_they_can_be_written(language: str) -> None:
    """A form that nobody knows would be found by the first reader whose plan needs it."""
    asked = {spec for text in templates(language).values() for _, _, spec, _ in Formatter().parse(text) if spec}
    assert {"long", "money"} <= asked
    for spec in asked:
        assert Template((f"{{x:{spec}}}",), number_style(language)).format(x=date(2025, 1, 31) if "%" in spec else 1)


def test_values_are_no_templates() -> None:
    assert Template(("{a} {b}",), POLISH).format(a="{b}", b="{0}") == "{b} {0}"


def test_a_template_is_a_text_wherever_one_is_read() -> None:
    told = catalogue("report", "en")
    assert json.dumps(told["zones"]) == '"Zones"'
    assert f"{told['zones']}: {told['n_units']}" == "Zones: {n:,} units"


def test_a_chapter_has_what_the_catalogue_has_under_its_name() -> None:
    assert catalogue("light", "en") == {"green": "green", "red": "red", "yellow": "yellow"}
    assert catalogue("weather", "en") == {}
    with pytest.raises(ZoneplanError, match="no language 'xx'"):
        catalogue("report", "xx")


def test_a_template_survives_a_copy_of_what_holds_it() -> None:
    units = copy.deepcopy({"units": catalogue("report", "en")["n_units"]})["units"]
    assert units.format(n=1) == "1 unit"


@pytest.mark.parametrize("language", languages())
def test_every_mark_of_a_noun_is_filled(language: str) -> None:
    told = [one for template in templates(language).values() for one in template.forms]
    assert not any("‹" in text or "›" in text for text in told)
    assert all(catalogue("noun", language).values())


def test_a_plan_says_units_in_its_own_word() -> None:
    counties = UnitNoun("county", "counties")
    assert catalogue("page", "en", counties)["units"] == "Counties"
    assert catalogue("page", "zh", UnitNoun("县", "县"))["card_units"].format(n=2) == "2 个县"
    assert catalogue("page", "en", UnitNoun("{n}", "{n}"))["card_units"].format(n=2) == "2 {n}"


@pytest.mark.parametrize(
    ("language", "called", "claims", "overlay", "open_units"),
    [
        ("fr", ("une commune", "communes"), "la commune", "Une commune peut", "Communes contestées"),
        ("fr", ("un département", "départements"), "le département", "Un département peut", "Départements contestés"),
        ("fr", ("un îlot", "îlots"), "l’îlot", "Un îlot peut", "Îlots contestés"),
        ("fr", None, "l’unité", "Une unité peut", "Unités contestées"),
        ("pt", ("um município", "municípios"), "o município", "Um município pode", "Municípios em disputa"),
        ("pt", ("uma comarca", "comarcas"), "a comarca", "Uma comarca pode", "Comarcas em disputa"),
        ("pt", None, "a unidade", "Uma unidade pode", "Unidades em disputa"),
    ],
)
def test_words_beside_a_noun_agree_with_it(
    language: str, called: tuple[str, str] | None, claims: str, overlay: str, open_units: str
) -> None:
    said = catalogue("report", language, unit_noun(called and {language: called}, language))
    assert claims in said["unclaimed"]
    assert said["overlay_note"].startswith(overlay)
    assert said["open_units"].startswith(open_units)


def test_without_a_gender_words_that_would_agree_stand_beside_the_own_noun() -> None:
    counties = unit_noun({"fr": ("comté", "comtés")}, "fr")
    assert (counties.singular, counties.many, counties.gender) == ("comté", "comtés", "")
    said = catalogue("report", "fr", counties)
    assert said["unclaimed"].endswith("ne revendique l’unité.")
    assert said["units"] == "Comtés"


def test_the_four_forms_of_a_demonstrative() -> None:
    nouns = [("une commune", "communes"), ("un canton", "cantons"), ("une île", "îles"), ("un îlot", "îlots")]
    said = [catalogue("map", "fr", unit_noun({"fr": noun}, "fr"))["try_decide"] for noun in nouns]
    assert [text.removeprefix("Dans cet essai, faire de ") for text in said] == [
        "cette commune ...",
        "ce canton ...",
        "cette île ...",
        "cet îlot ...",
    ]


def test_only_languages_with_genders_have_words_that_agree() -> None:
    agreeing = {language for language in languages() for text in texts_of(language) if "|" in marks_of(text)}
    assert agreeing == {"fr", "pt"}


def texts_of(language: str) -> Iterator[str]:
    """All texts of a catalogue as they are written."""
    with (CATALOGUES / f"{language}.po").open("rb") as file:
        for message in read_po(file):
            yield from (message.string,) if isinstance(message.string, str) else message.string or ()


def marks_of(text: str) -> str:
    """What stands in the marks of a text."""
    return " ".join(re.findall("‹([^›]*)›", text))
