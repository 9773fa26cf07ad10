"""The page's model: what is written into the page is what the scripts' types promise."""

from __future__ import annotations

import json
import types
import typing
from decimal import Decimal
from string import Formatter
from typing import Any

import pandas as pd
import pytest

from maps.web.map_payload import words_of
from maps.web.page_model import Arrow, Columns, Groups, Page, Setting, as_json
from maps.web.plan_model import Cql2, PlanModel, plan_model
from maps.words import languages, localize
from zoning.tables import FLOWS, tabulate


def fits(value: Any, kind: Any) -> bool:
    """Whether a value is of a type, whole numbers standing for others where these are meant."""
    origin, parts = typing.get_origin(kind), typing.get_args(kind)
    known = {
        typing.Annotated: lambda: fits(value, parts[0]),
        typing.Literal: lambda: value in parts,
        typing.Union: lambda: any(fits(value, part) for part in parts),
        types.UnionType: lambda: any(fits(value, part) for part in parts),
        tuple: lambda: type(value) is tuple and all(fits(one, parts[0]) for one in value),
        dict: lambda: all(fits(key, parts[0]) and fits(one, parts[1]) for key, one in value.items()),
        Columns: lambda: value.kind is parts[0] and all(fits(row, parts[0]) for row in value.rows),
        Groups: lambda: value.kind is parts[0] and all(fits(row, parts[0]) for rows in value.groups for row in rows),
    }
    if origin in known:
        return known[origin]()
    if kind is Cql2:
        return json.loads(json.dumps(value)) == value
    if not hasattr(kind, "_fields"):
        return type(value) in ({int, float} if kind is float else {kind})
    if type(value) is not kind:
        return False
    hints = typing.get_type_hints(kind, include_extras=True)
    wrong = {name: getattr(value, name) for name, hint in hints.items() if not fits(getattr(value, name), hint)}
    assert not wrong, f"{kind.__name__}: {wrong}"
    return True


def test_each_field_of_a_page_is_of_its_type(map_page, toy_plan) -> None:
    told = {"instrument": "river", "amount": Decimal(5), "rule": "pays", "payer": "east", "receiver": "a1"}
    flows = tabulate(FLOWS, pd.DataFrame([told]).assign(period=2025, unit="CNY", reference="Act 7"))
    for plan in (toy_plan, toy_plan.having(flows=flows)):
        assert fits(map_page(plan), Page)
        assert fits(plan_model(localize(plan, "en")).model, PlanModel)


@pytest.mark.parametrize("study", ["us_mountain_west", "china_provinces"])
def test_each_field_of_the_page_of_a_built_in_study_is_of_its_type(map_page, plan_of, study: str) -> None:
    assert fits(map_page(plan_of(study)), Page)
    assert fits(plan_model(localize(plan_of(study), "en")).model, PlanModel)


def test_a_table_goes_a_column_at_a_time_and_has_its_columns_without_rows() -> None:
    assert json.loads(as_json(Columns(Arrow, [Arrow(0, 1, 2.5), Arrow(3, 4, 0.5)]))) == {
        "payer": [0, 3],
        "receiver": [1, 4],
        "amount": [2.5, 0.5],
    }
    assert json.loads(as_json(Columns(Arrow, []))) == {"payer": [], "receiver": [], "amount": []}


def test_groups_say_how_many_rows_each_has() -> None:
    groups = Groups(Setting, [[Setting("a", "1"), Setting("b", "2")], [], [Setting("c", "3")]])
    assert json.loads(as_json(groups)) == {
        "counts": [2, 0, 1],
        "columns": {"name": ["a", "b", "c"], "value": ["1", "2", "3"]},
    }


def test_a_number_that_json_does_not_know_is_refused() -> None:
    with pytest.raises(ValueError, match="JSON"):
        as_json(Columns(Arrow, [Arrow(0, 1, float("nan"))]))


def test_records_are_frozen_and_hold_nothing_that_changes(map_page, toy_plan) -> None:
    page = map_page(toy_plan)
    with pytest.raises(AttributeError):
        page.language = "zh"
    assert isinstance(page.zones, tuple)


@pytest.mark.parametrize("language", languages())
def test_the_page_can_fill_every_template_that_it_is_given(language: str) -> None:
    """It puts a value where a name stands in braces, and knows nothing of how Python would write it."""
    words, counted = words_of(language)
    templates = {(key, text) for key, text in words.items()} | {(key, form) for key in counted for form in counted[key]}
    fields = {(key, field) for key, text in templates for field in Formatter().parse(text) if field[1] is not None}
    assert fields
    unknown = [
        (key, name) for key, (_, name, spec, how) in fields if spec or how or not name or not name.isidentifier()
    ]
    assert unknown == []
