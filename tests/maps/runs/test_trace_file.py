"""The trace of a run folder: a record for every row, no language, and the numbers of the tables in every reason."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from layers.conditions import Condition
from maps.runs import read_run, write_run
from maps.runs.trace_file import ROWS, TRACE, trace_of
from maps.telling.explanations.explanation_content import explain, trace
from maps.telling.explanations.records_in_words import content_of
from maps.words import localize
from zoning.pipeline.records.plan_records import OF_UNITS, row_records, unit_records
from zoning.reasons import Record
from zoning.study import builtin_studies
from zoning.tables import ASKED_TABLES, TABLES
from zoning.zones import conflicts, threshold_curves, unit_margins

LANGUAGES = {"us_mountain_west": "en", "china_provinces": "zh", "toy": "en"}
STUDIES = (*builtin_studies(), "toy")
IDS = {
    "claims": "rule", "zones": "rule", "policies": "policy", "lines": "line", "flows": "instrument",
    "sitings": "quota", "sites": "quota", "industries": "code",
}  # fmt: skip
"""The column of a table in which the id of the record stands."""
SIGNS = re.compile(r"[\u4e00-\u9fff]")
NUMBER = re.compile(r"(?<![\w.])-?\d[\d,]*(?:\.\d+)?(?![\w%])")


@pytest.fixture(scope="module", params=STUDIES)
def written(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    """A plan just made, its run folder, the tables that stand there, and the plan read back."""
    name = request.param
    made = request.getfixturevalue("toy_run") if name == "toy" else request.getfixturevalue("plan_of")(name)
    folder = write_run(made, tmp_path_factory.mktemp("traced") / "run", LANGUAGES[name])
    return SimpleNamespace(name=name, made=made, folder=folder, plan=read_run(folder), language=LANGUAGES[name])


def csv(folder: Path, name: str) -> list[dict[str, str]]:
    """A table as it stands in the folder, all of it text."""
    path = folder / f"{name}.csv"
    if not path.exists() and name in {table.name for table in ASKED_TABLES}:
        return []
    if not path.exists():
        return pd.read_parquet(folder / f"{name}.parquet").to_dict("records")
    return pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig").to_dict("records")


def walk(record: Record) -> Iterator[Record]:
    """A record and all below it."""
    yield record
    for below in record.links:
        yield from walk(below)


def numbers_in(text: str) -> Iterator[tuple[float, int]]:
    """The numbers in a text, each with its significant digits."""
    for found in NUMBER.findall(text):
        plain = found.replace(",", "")
        yield float(plain), len(plain.lstrip("-").replace(".", "").lstrip("0")) or 1


def is_that_of(number: float, digits: int, candidates: list[float]) -> bool:
    """Whether a number is one of some others as it is shown."""
    return any(math.isclose(number, one, rel_tol=10.0 ** (1 - digits), abs_tol=1e-12) for one in candidates)


def test_every_row_of_every_table_has_its_record(written: SimpleNamespace) -> None:
    content = json.loads((written.folder / TRACE).read_text("utf-8"))
    for name in ROWS:
        rows = csv(written.folder, name)
        assert len(content["rows"][name]) == len(rows), name
        for row, record in zip(rows, row_records(written.plan, name), strict=True):
            assert name not in IDS or record.id == row[IDS[name]]
    for matter in OF_UNITS:
        assert set(content["units"][matter]) <= set(written.made.units.index)


def test_what_is_read_back_is_what_was_made(written: SimpleNamespace) -> None:
    ids = written.made.units.index.tolist()
    for language in ("en", "zh") if written.name != "toy" else ("en",):
        assert trace(localize(written.plan, language), ids) == trace(localize(written.made, language), ids)
    assert trace_of(written.plan).keys() == trace_of(written.made).keys()


def test_there_is_no_language_in_it_and_each_thing_stands_once(written: SimpleNamespace) -> None:
    """Texts by language are the rulebook's own; all others are keys, codes and names."""
    text = (written.folder / TRACE).read_text("utf-8")
    content = json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    for form in content["forms"]:
        assert not SIGNS.search(json.dumps(_without_texts(form), ensure_ascii=False))
    for name in ("questions", "forms", "records"):
        told = [json.dumps(one, sort_keys=True) for one in content[name]]
        assert name == "records" or len(told) == len(set(told)), name


def _without_texts(form: object) -> object:
    """A form without the texts of rulebook and plan."""
    if isinstance(form, list):
        return [_without_texts(one) for one in form]
    if isinstance(form, dict):
        return {key: _without_texts(one) for key, one in form.items() if key != "texts"}
    return form


def test_reasons_of_the_tables_are_those_of_the_records(written: SimpleNamespace) -> None:
    renderer = localize(written.plan, written.language).renderer
    for name, column in (("claims", "reason"), ("zones", "reason"), ("energy", "reason"), ("flows", "rule")):
        for row, record in zip(csv(written.folder, name), row_records(written.plan, name), strict=True):
            if name != "zones" or row["status"] in ("decided", "by_decision"):
                assert row[column].startswith(renderer.render(record.reason)), name
    for row, record in zip(csv(written.folder, "industries"), row_records(written.plan, "industries"), strict=True):
        content = content_of(record, renderer)
        assert [content[name] for name in ("reason", "reference", "note", "treatment")] == [
            row[name] for name in ("conditions", "reference", "note", "treatment")
        ]


def test_amounts_are_those_of_the_tables(written: SimpleNamespace) -> None:
    """Exact amounts to the last digit, hectares as floats."""
    renderer = localize(written.plan, written.language).renderer
    for row, record in zip(csv(written.folder, "quotas"), row_records(written.plan, "quotas"), strict=True):
        content = content_of(record, renderer)
        assert (content["amount"], content["unit"]) == (row["amount"], row["unit"])
        for name in ("floor", "ceiling", "carried", "transferred") if content["kind"] == "quota" else ():
            assert (content[name] or "") == row[name]
        if content["kind"] == "quota":
            assert content["weight"] == (float(row["weight"]) if row["weight"] else None)
        shown = [*numbers_in(content["reason"])] if content["kind"] == "level" else []
        assert not shown or any(is_that_of(*one, [float(row["amount"])]) for one in shown)
    for row, record in zip(csv(written.folder, "flows"), row_records(written.plan, "flows"), strict=True):
        content = content_of(record, renderer)
        assert [content[name] for name in ("amount", "payer", "receiver")] == [
            row[name] for name in ("amount", "payer", "receiver")
        ]
    hectares = {"lines": "settled_ha", "sites": "area_ha", "sitings": "placed_ha"}
    for name, column in hectares.items():
        for row, record in zip(csv(written.folder, name), row_records(written.plan, name), strict=True):
            assert (record.amount, record.unit) == (float(row[column]), "ha")


def test_numbers_in_clauses_are_those_of_measures_and_parameters(written: SimpleNamespace) -> None:
    """Of claims and policies: what a clause read stands in the tables, and what its sentence shows is one of that."""
    renderer = localize(written.plan, written.language).renderer
    measures = {row["unit_id"]: row for row in csv(written.folder, "measures")}
    parameters = json.loads((written.folder / "provenance.json").read_text("utf-8"))["parameters"]
    seen = 0
    for name in ("claims", "policies"):
        for row, record in zip(csv(written.folder, name), row_records(written.plan, name), strict=True):
            own = measures[row["unit_id"]] if not row["inherited_from"] else {}
            for clause in (one for link in walk(record) for one in link.evidence.clauses):
                for key, value in clause.values.items():
                    if key in own and isinstance(value, int | float) and not isinstance(value, bool):
                        assert float(own[key]) == value, (row["unit_id"], key)
                        seen += 1
                for key, value in clause.thresholds.items():
                    assert parameters[key]["value"] == value
                read = (*clause.values.values(), *clause.thresholds.values(), *clause.sides)
                told = [float(one) for one in read if isinstance(one, int | float) and not isinstance(one, bool)]
                told += [float(one.replace(",", "")) for one in NUMBER.findall(clause.text)]
                told += [float(one) for one in read if isinstance(one, str) and one.isdecimal()]
                told.append(clause.text.count(",") + 1)  # so many values may be named
                told += [100 * number for number in told]  # shares are told in per cent
                titles = "; ".join(renderer.terms.names.get(key, key) for key in (*clause.values, *clause.thresholds))
                for number, digits in numbers_in(renderer.clause(clause)):
                    named = number in [shown for shown, _ in numbers_in(titles)]
                    assert named or is_that_of(number, digits, told), renderer.clause(clause)
    assert seen


def test_settings_of_policies_are_those_of_the_table(written: SimpleNamespace) -> None:
    said = localize(written.plan, written.language)
    rows = said.policies.astype(str).to_dict("records")
    for row, record in zip(rows, row_records(written.plan, "policies"), strict=True):
        content = content_of(record, said.renderer)
        assert content["settings"] == json.loads(row["parameters"])
        assert [content[name] for name in ("since", "until", "overruled_by", "zone")] == [
            row[name] for name in ("since", "until", "overruled_by", "zone")
        ]
        assert str(content["strictness"]) == row["strictness"]


def test_every_message_of_the_tables_is_in_it(written: SimpleNamespace) -> None:
    for table in TABLES.values():
        for column in (name for name, kind in table.columns.items() if kind == "message"):
            before, after = (getattr(plan, table.name)[column].tolist() for plan in (written.made, written.plan))
            assert before == after, f"{table.name}.{column}"


def test_units_share_records(toy_run: object) -> None:
    """A policy on all of the province is one record; what is in no unit has none."""
    records = row_records(toy_run, "policies")
    assert len({id(one) for one in records}) < len(records)
    assert unit_records(toy_run, "norms", ["a1"]) == {"a1": []}


def test_margins_are_those_that_the_run_found(written: SimpleNamespace) -> None:
    """They are read back as they were, and a computation of its own gives the same of every unit."""
    made, units = written.made, written.made.units.index.tolist()
    found = unit_margins(made, units)
    assert len(found)
    pd.testing.assert_frame_equal(unit_margins(written.plan, units), found)
    pd.testing.assert_frame_equal(conflicts(made.claims, made.measures, made.rulebook, units), found)
    renderer = localize(written.plan, written.language).renderer
    names = {*renderer.terms.names.values(), *found["clause"]}
    for row in found.to_dict("records"):
        told = [abs(row[name]) for name in ("value", "threshold", "margin", "flip_value")]
        told = [one for one in told if not math.isnan(one)]
        told += [100 * number for number in told]  # shares are told in per cent
        share = [abs(row["change_pct"])]  # with three digits
        titles = "; ".join(one for one in names if one in renderer.render(row["reason"]))
        named = [number for number, _ in numbers_in(titles)]
        for number, digits in numbers_in(renderer.render(row["reason"])):
            close = is_that_of(abs(number), digits, told) or is_that_of(abs(number), min(digits, 3), share)
            assert abs(number) in named or close, renderer.render(row["reason"])


def test_explaining_asks_no_rule_again(written: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    """All that is told was found by the steps, also where a run is read back."""
    monkeypatch.setattr(Condition, "evaluate", lambda one, *_: pytest.fail(f"{one.text} is asked again"))
    for plan in (written.made, written.plan):
        for unit in plan.units.index[:5]:
            assert explain(plan, unit, written.language).text()


def test_writing_asks_rules_only_what_another_limit_or_fact_would_change(
    written: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Whatever is asked while map, report and tables are written has a parameter or a fact that is not the plan's.

    But for the tables by which measures are derived, of which there is a handful, the limits of each rule, which a
    finding reads off the first unit, and rules with a threshold that changes nothing, which the report gives a reason.
    """
    plan, asked, evaluate = written.made, [], Condition.evaluate
    limits = set(plan.rulebook.parameters)
    derived = {str(band.when) for one in plan.rulebook.derived for band in one.table}

    still = {threshold.parameter for threshold in threshold_curves(plan).still}

    def noted(one: Condition, table: pd.DataFrame, *parameters: object) -> object:
        if one.text in derived or len(table) == 1 or one.names & still:
            return evaluate(one, table, *parameters)
        read = sorted(one.names & set(table.columns) & set(plan.measures.columns))
        same = table[read].equals(plan.measures[read].reindex(table.index))
        asked.append(not same or bool(one.names & limits & set(table.columns)))
        return evaluate(one, table, *parameters)

    monkeypatch.setattr(Condition, "evaluate", noted)
    write_run(plan, tmp_path / "again", written.language, workers=1)
    assert all(asked)
