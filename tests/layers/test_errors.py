"""Errors: several at once, ids shown and counted, and texts that cannot steer a terminal."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.errors import (
    LimitError,
    SeveralErrors,
    SourceError,
    StudyError,
    escape_hidden,
    naming_the_layer,
    raise_all,
    shown,
)

PLAIN = (
    "攀枝花市",
    "Doña Ana",
    "Кызыл",
    "القاهرة",
    "{{ 7*7 }}",
    "${alert(1)}",
    "</script><b>",
    "=1+1",
    "{# no #}",
    "a`b\\c%d",
)
HIDDEN = {
    "a\nb": "a\\u000ab",
    "a\x1b[31mb": "a\\u001b[31mb",
    "gpj.\u202eexe": "gpj.\\u202eexe",
    "\u2066x\u2069": "\\u2066x\\u2069",
    "zero\u200bwidth": "zero\\u200bwidth",
    "tag\U000e0041": "tag\\U000e0041",
    "half\ud800": "half\\ud800",
    "end\ufffe": "end\\ufffe",
}


def test_names_of_every_script_stand_as_they_are_and_what_hides_or_reorders_as_its_code():
    assert [escape_hidden(name) for name in PLAIN] == list(PLAIN)
    assert {name: escape_hidden(name) for name in HIDDEN} == HIDDEN


@given(st.text())
def test_nothing_hidden_is_left_and_nothing_visible_changes(text):
    shown = escape_hidden(text)
    assert not {unicodedata.category(char) for char in shown} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert escape_hidden(shown) == shown
    shown.encode("utf-8")


def test_ids_are_shown_so_that_none_can_pass_for_a_line_of_its_own():
    assert shown(["a\nzoneplan: all is well", "\u202eb"]) == "'a\\nzoneplan: all is well', '\\u202eb'"


def test_of_many_ids_five_are_shown_and_all_counted():
    error = SourceError("...", features=map(str, range(7)))
    assert (error.features, error.count) == (("0", "1", "2", "3", "4"), 7)
    assert shown(error.features) == "'0', '1', '2', '3', '4'"


def test_one_error_is_itself_and_several_come_together_with_the_lowest_code():
    raise_all([])
    with pytest.raises(LimitError):
        raise_all([LimitError("big")])
    with pytest.raises(SeveralErrors, match="big\n\nbad") as caught:
        raise_all([LimitError("big"), StudyError("bad"), SourceError("gone")])
    assert caught.value.exit_code == 2
    assert [finding.code for finding in caught.value.findings] == ["limit", "plan", "source"]


def test_a_place_is_told_of_each_of_several():
    with pytest.raises(SeveralErrors) as caught, naming_the_layer("plan.toml, line 3", "forests"):
        raise_all([StudyError("bad"), SourceError("gone", layer="woods")])
    assert str(caught.value) == "plan.toml, line 3: bad\n\nplan.toml, line 3: gone"
    assert [finding.text for finding in caught.value.findings] == ["plan.toml, line 3: bad", "plan.toml, line 3: gone"]
    assert [finding.layer for finding in caught.value.findings] == ["forests", "woods"]
