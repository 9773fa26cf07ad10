"""The workbook read back by openpyxl: what office people find in it, and that no text of a plan does anything."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest

from maps.drawing.palette import ink_on, zone_fills
from maps.errors import WriteError
from maps.exports import workbook, write_workbook
from maps.exports.streamed_sheet import Cell, StreamedSheet, Styled
from maps.exports.workbook_sheets import COLUMNS, sheets_of
from maps.telling.summaries.amount_shifts import quota_shifts
from maps.telling.summaries.firmness_words import count_firmness
from maps.telling.summaries.plan_headline import net_received
from maps.words import catalogue, languages, localize
from tests.conftest import SHIPPED_EDITIONS
from zoning.money import positions
from zoning.pipeline.flow import run
from zoning.plan import Plan
from zoning.study import Scenario
from zoning.tables import FLOWS, POLICIES, TABLES, tabulate
from zoning.zones import rule_tests

HOSTILE = {
    "a1": '=HYPERLINK("http://x")',
    "a2": "'); DROP TABLE units; --",
    "a3": '{{ 7*7 }}${x}<script>&"',
    "b1": "攀枝花\u202e",
    "b2": "0012",
    "b3": "https://example.org",
}
ELSEWHERE = {"claims": {"values"}, "policies": {"title"}, "industries": {"item", "verified"}}
"""JSON, which claims.parquet has; and what the columns of the policy and of the reading say."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "plan.xlsx"


@pytest.fixture
def opened(path: Path) -> Callable[..., openpyxl.Workbook]:
    """A function that writes a plan as a workbook and opens it."""

    def made(plan: Plan, language: str = "en") -> openpyxl.Workbook:
        write_workbook(plan, path, language)
        return openpyxl.load_workbook(path)

    return made


def table(book: openpyxl.Workbook, name: str) -> pd.DataFrame:
    header, *rows = book[name].iter_rows(values_only=True)
    return pd.DataFrame(rows, columns=list(header))


def texts(sheet: openpyxl.worksheet.worksheet.Worksheet) -> list[object]:
    return [cell for row in sheet.iter_rows(values_only=True) for cell in row if cell is not None]


def paid(**more: object) -> pd.DataFrame:
    """One payment, in part to a budget."""
    row = {"instrument": "river", "period": 2025, "payer": "a1", "receiver": "a2", "amount": Decimal(5), "unit": "CNY"}
    return tabulate(FLOWS, pd.DataFrame([{**row, "rule": "by agreement", "reference": "", **more}]))


def test_sheets_that_have_rows_stand_in_the_order_of_a_reader(toy_plan, opened) -> None:
    assert opened(toy_plan).sheetnames == [
        "Overview", "Zones", "Firmness", "Findings", "Land quotas", "Control lines", "Policies by unit",
        "Policy texts", "Parameters", "Measures", "Claims", "Repairs", "Sources", "Columns",
    ]  # fmt: skip


def test_every_table_of_a_run_has_a_sheet_with_all_its_columns() -> None:
    """Pieces excepted, which are GeoParquet."""
    assert set(COLUMNS) - {"policy_texts", "firmness", "findings", "parameters", "sources"} == set(TABLES) - {"pieces"}
    for key in set(TABLES) - {"pieces"}:
        said = (*COLUMNS[key], *(COLUMNS["policy_texts"] if key == "policies" else ()))
        held = {name.removeprefix("=") for name in said}
        assert set(TABLES[key].columns) - held == ELSEWHERE.get(key, set()), key


def test_zones_come_in_words_sorted_with_codes_beside_them(toy_plan, opened) -> None:
    zones = table(opened(toy_plan), "Zones")
    assert zones.columns.tolist() == [
        "Unit", "Id", "Jurisdiction", "Main function", "Overlay designations", "Area, ha", "Status", "Reason",
        "Rule (code)", "Main function (code)", "Overlay designations (code)",
    ]  # fmt: skip
    assert zones["Id"].tolist() == ["c4", "a3", "a4", "b3", "b4", "c3", "a1", "a2", "b1", "b2", "c1", "c2"]
    assert zones.iloc[0, :4].tolist() == ["Unit C4", "c4", "east", "Key development"]
    assert zones.set_index("Id").loc["a4", ["Overlay designations", "Overlay designations (code)"]].tolist() == [
        "Energy-rich", "energy_rich",
    ]  # fmt: skip
    assert zones["Area, ha"].tolist() == [100.0] * 12
    expected = toy_plan.zones.set_index("unit_id")["main"]
    assert zones.set_index("Id")["Main function (code)"].to_dict() == expected.to_dict()


def test_main_functions_have_the_colours_of_the_map(toy_plan, opened) -> None:
    sheet, fills = opened(toy_plan)["Zones"], zone_fills(toy_plan.rulebook)
    (found,) = sheet.conditional_formatting
    assert str(found.sqref) == "D2:D13"
    told = {rule.formula[0]: rule.dxf for rule in found.rules}
    assert list(told) == ['"Key development"', '"Ecologically fragile"', '"General"']
    assert [look.fill.bgColor.rgb[2:] for look in told.values()] == [fill[1:] for fill in fills.values()]
    assert [look.font.color.rgb[2:] for look in told.values()] == [ink_on(fill)[1:] for fill in fills.values()]


def test_a_title_with_quotes_is_a_text_in_its_condition(make_plan, opened) -> None:
    plan = make_plan()
    first, *others = plan.rulebook.zones
    wild = first.model_copy(update={"title": {"en": '"&HYPERLINK("http://x")&"'}})
    sheet = opened(plan.having(rulebook=replace(plan.rulebook, zones=(wild, *others))))["Zones"]
    (found,) = sheet.conditional_formatting
    assert found.rules[0].formula == ['"""&HYPERLINK(""http://x"")&"""']


def test_quotas_say_who_gets_less_than_by_weight_alone(plan_of, opened) -> None:
    plan = plan_of("us_mountain_west")
    rows = table(opened(plan), "Land quotas").set_index("Id")
    yuma, pinal = rows.loc["04027"], rows.loc["04021"]
    assert yuma["Main function"] == "Ecologically fragile area"
    assert yuma["Amount"] - yuma["By weight alone"] == pytest.approx(yuma["More or less than by weight alone"])
    assert yuma["Why more or less"] == "× 0.5, growth is steered away from fragile land"
    assert pinal["Why more or less"] == "no priority; others come first"
    state = rows[rows["Level"] == "State"]
    assert state[["Main function", "By weight alone", "Why more or less"]].isna().all(axis=None)


def test_what_policies_say_stands_once(toy_plan, opened) -> None:
    book = opened(toy_plan)
    policies, said = table(book, "Policies by unit"), table(book, "Policy texts")
    assert len(policies) == len(toy_plan.policies)
    assert set(policies["Policy"]) == set(said["Policy"])
    assert said["Policy (code)"].tolist() == sorted(set(toy_plan.policies["policy"]))
    told = dict(zip(said["Policy (code)"], said["How the text is known"], strict=True))
    assert told == {
        "energy-review": "no reading noted",
        "forest-payment": "no reading noted",
        "plan-first": "read in the official text (2024-12-01)",
    }
    assert said["Clause, in our words"].notna().all()
    assert not {"Clause, in our words", "Reference"} & set(policies.columns)


def test_settings_that_differ_from_unit_to_unit_stand_with_the_unit(make_plan, opened) -> None:
    plan = make_plan()
    rows, own = plan.policies.copy(), plan.policies["policy"] == "forest-payment"
    rows.loc[own, "parameters"] = [f'{{"rate": {place}}}' for place in range(own.sum())]
    book = opened(plan.having(policies=tabulate(POLICIES, rows)))
    policies, said = table(book, "Policies by unit"), table(book, "Policy texts").set_index("Policy (code)")
    title = said.loc["forest-payment", "Policy"]
    assert policies.loc[policies["Policy"] == title, "Terms"].tolist()[:3] == ["rate: 0", "rate: 1", "rate: 2"]
    assert "Terms" not in said  # no other policy has any


def test_measures_have_titles_and_units(toy_plan, opened) -> None:
    measures = table(opened(toy_plan), "Measures").set_index("Id")
    titled = measures.columns[1:].tolist()
    terms = localize(toy_plan).renderer.terms
    assert titled == [terms.measure_text(name) for name in toy_plan.measures.columns if name != "name"]
    assert measures[terms.measure_text("plant_mw")].to_dict() == toy_plan.measures["plant_mw"].to_dict()


def test_numbers_look_as_their_kind(toy_plan, opened) -> None:
    book = opened(toy_plan)
    looks = {
        cell.value: book[sheet].cell(2, cell.column).number_format
        for sheet in ("Zones", "Land quotas", "Measures")
        for cell in book[sheet][1]
    }
    assert looks["Area, ha"] == "#,##0"
    assert looks["Period"] == "0"
    shares = [name for name in looks if "share of" in name.casefold()]
    assert shares
    assert {looks[name] for name in shares} == {"0.0%"}


def as_shown(value: float, look: str) -> float:
    """The number that people read in a cell of this format."""
    decimals = look.partition(".")[2].count("0")
    return round(100 * value, decimals) / 100 if look.endswith("%") else round(value, decimals)


@pytest.mark.parametrize(("study", "language"), SHIPPED_EDITIONS)
def test_every_number_is_read_as_it_is(study: str, language: str, plan_of, opened) -> None:
    """Exact amounts with all their decimals, other numbers in three digits or more, parts of a whole in per cent."""
    plan = plan_of(study)
    book, seen = opened(plan, language), 0
    for sheet in sheets_of(localize(plan, language)):
        codes = {one.name: one.cells for one in sheet.columns if one.kind == "code"}
        for place, column in enumerate(sheet.columns, start=1):
            for row, value in enumerate(column.cells, start=2):
                if isinstance(value, bool | str) or value is None or not np.isfinite(float(value)):
                    continue
                cell, told = book[sheet.title].cell(row, place), float(value)
                where = (sheet.key, column.name, row, cell.number_format)
                if isinstance(cell.value, str):
                    assert Decimal(cell.value) == value, where
                    continue
                seen += 1
                assert cell.value == pytest.approx(told, rel=1e-12), where
                error = 1e-12 if isinstance(value, Decimal) else 0.005
                assert abs(as_shown(told, cell.number_format) - told) <= error * abs(told) + 1e-9, where
                if (sheet.key, column.name) in {("firmness", "flip_value"), ("parameters", "value")}:
                    name = codes["parameter"][row - 2]
                    is_part = plan.rulebook.parameters[name].unit == "1" and ("share" in name or "intensity" in name)
                    assert cell.number_format.endswith("%") == is_part, (where, name)
    assert seen > 100


def test_the_cover_says_what_the_plan_is_and_links_to_every_sheet(toy_plan, opened) -> None:
    book = opened(toy_plan)
    cover = book["Overview"]
    assert cover["B2"].value == "Toy province"
    assert cover["B3"].value.startswith("As of 2025-01-01. Rulebook: ")
    figures = [(cover.cell(5, place).value, cover.cell(6, place).value) for place in range(2, 6)]
    assert figures[:2] == [(12, "units"), (1200, "hectares in all")]
    assert len([value for value, label in figures if isinstance(value, int | float) and label]) == 4
    links = {cell.value: cell.hyperlink.location for row in cover.iter_rows() for cell in row if cell.hyperlink}
    assert list(links) == book.sheetnames[1:]
    assert list(links.values()) == [f"'{name}'!A1" for name in book.sheetnames[1:]]
    assert "claims.parquet" in " ".join(map(str, texts(cover)))


def test_two_charts_draw_the_tables_of_the_cover(toy_plan, opened) -> None:
    cover = opened(toy_plan)["Overview"]
    assert len(cover._charts) == 2
    drawn = [re.findall(r"\$(\w+)\$(\d+)", chart.series[0].val.numRef.f) for chart in cover._charts]
    (land, first), (_, last) = drawn[0]
    shares = [cover[f"{land}{row}"].value for row in range(int(first), int(last) + 1)]
    areas = toy_plan.zones.groupby("main")["area_ha"].sum() / 1200
    assert shares == [areas[code] for code in zone_fills(toy_plan.rulebook)]
    (amount, first), (_, last) = drawn[1]
    amounts = [cover[f"{amount}{row}"].value for row in range(int(first), int(last) + 1)]
    assert sum(amounts) == toy_plan.study.quotas[0].total
    assert amounts == sorted(amounts, reverse=True)


def test_money_is_a_key_figure_that_counts_each_payment_once(make_plan, opened) -> None:
    flows = tabulate(FLOWS, pd.concat([paid(receiver="(pool)"), paid(payer="(pool)")]))
    plan = make_plan(flows=flows, positions=positions(flows, {"a1": "unit", "a2": "unit"}))
    cover = opened(plan)["Overview"]
    figures = {cover.cell(6, place).value: cover.cell(5, place).value for place in range(2, 6)}
    assert figures["CNY of net payments"] == 5
    assert net_received(localize(plan, "en")) == (5, "CNY"), "as the headline of map and report has it"


@pytest.mark.parametrize("study", ["us_mountain_west", "china_provinces"])
def test_numbers_of_the_workbook_are_those_of_report_and_map(study: str, plan_of, opened) -> None:
    """How many are firm, how many get less of the quota, and what a jurisdiction gets with and without its reserve."""
    plan = plan_of(study)
    told, book = localize(plan, "en"), opened(plan)
    counts = count_firmness(rule_tests(plan))
    firm, words = table(book, "Firmness")["How sure"].value_counts(), catalogue("firmness", "en")
    assert {kind: firm.get(words[f"name_{kind}"], 0) for kind in counts} == counts
    (shifts,) = [quota_shifts(told, quota) for quota in plan.study.quotas]
    assert shifts is not None
    quotas = table(book, "Land quotas")
    moved = quotas["More or less than by weight alone"].dropna()
    assert (moved < 0).sum() == sum(len(group.units) for group in shifts.losers)
    assert (moved > 0).sum() == sum(len(group.units) for group in shifts.groups if not group.loses)
    states = quotas[quotas["Id"].isna() & (quotas["Level"] != "unit")]
    if len(states):
        units = quotas[quotas["Id"].notna() & (quotas["Id"] != "(reserve)")].groupby("Jurisdiction")["Amount"].sum()
        whole = states.set_index("County")
        assert (whole["Amount"] - whole["Of it kept in reserve"]).to_dict() == units.to_dict()
    assert len(table(book, "Parameters")) == len(plan.rulebook.parameters)


def test_what_the_run_found_stands_in_words(plan_of, opened) -> None:
    plan = plan_of("china_provinces")
    found = table(opened(plan, "zh"), "检查结果")
    assert found["类别"].tolist() == ["警告", "警告", *["说明"] * 10]  # a text is missing, or a layer
    assert found["省份"].tolist()[0] == "河北省、辽宁省"
    assert found["编号"].tolist()[0] == "130000, 210000"


def test_an_amount_with_more_digits_than_a_number_holds_is_a_text(make_plan, opened) -> None:
    exact = Decimal("12345678901234567.25")
    flows = tabulate(FLOWS, pd.concat([paid(amount=exact), paid(payer="a3", amount=Decimal("0.10"))]))
    amounts = table(opened(make_plan(flows=flows)), "Payments")["Amount"].tolist()
    assert amounts == [str(exact), 0.1]


def test_no_cell_is_a_formula_and_no_id_a_number(make_plan, opened) -> None:
    book = opened(make_plan(HOSTILE))
    for sheet in book:
        header = [cell.value for cell in sheet[1]]
        for row in sheet.iter_rows(min_row=2):
            assert not any(cell.data_type == "f" for cell in row)
            ids = [cell for cell, name in zip(row, header, strict=True) if name in {"Id", "Feature"}]
            assert all(cell.value is None or isinstance(cell.value, str) for cell in ids)
            assert all(cell.number_format == "@" for cell in ids if cell.value)


def test_texts_stay_texts(make_plan, opened) -> None:
    sheet = opened(make_plan(HOSTILE))["Zones"]
    cells = {row[1].value: row[0] for row in sheet.iter_rows(min_row=2)}
    assert {unit: cells[unit].value for unit in HOSTILE} == HOSTILE
    assert {cells[unit].data_type for unit in HOSTILE} <= {"s", "inlineStr"}
    assert not any(cell.hyperlink for cell in cells.values())


def test_headers_and_names_stay_in_view_and_tables_have_filters(toy_plan, opened) -> None:
    for sheet in list(opened(toy_plan))[1:]:
        assert sheet.freeze_panes == "B2"
        assert sheet.auto_filter.ref == sheet.dimensions
        assert sheet["A1"].font.bold
        assert sheet["A1"].alignment.wrap_text
        widths = [one.width for one in sheet.column_dimensions.values()]
        assert 8 < min(widths) <= max(widths) < 60


def test_no_cell_holds_json_or_shapes(toy_plan, opened) -> None:
    held = [cell for sheet in opened(toy_plan) for cell in texts(sheet) if isinstance(cell, str)]
    assert not [text for text in held if text.startswith(("{", "[", "POLYGON", "MULTI"))]


def test_columns_without_a_value_are_left_out_and_listed(toy_plan, opened) -> None:
    book = opened(toy_plan)
    assert "What bound it" in table(book, "Land quotas") or toy_plan.quotas["binding"].eq("").all()
    assert "Price of one more" not in table(book, "Land quotas")
    listed = table(book, "Columns").set_index(["File of the run", "Name in the file"])["Column"]
    assert listed["quotas.csv", "shadow_price"] == "no value"
    assert listed["zones.csv", "main"].tolist() == ["Main function", "Main function (code)", "Main function"]
    assert listed["plan.xlsx", "cause"] == "Why more or less"
    assert not {"Carried over", "Transferred"} & {*table(book, "Land quotas")}  # nothing but 0
    assert listed["claims.parquet", "reason"] == "Reason"


def test_all_kinds_of_cells(make_plan, opened) -> None:
    plan = make_plan()
    odd = [True, np.nan, np.inf, None, 3, "x" * 40_000, "a\ud800b\x07", np.float32(0.5), pd.NA, 0.1, -2.5, ""]
    measures = plan.measures.assign(odd=pd.Series(odd, index=plan.measures.index, dtype=object))
    cells = table(opened(make_plan(measures=measures)), "Measures")["Odd"].tolist()
    assert cells[:5] == [True, None, "inf", None, 3]
    assert (len(cells[5]), cells[5][-1]) == (32_767, "…")
    assert cells[6].startswith("a\\ud800b")
    assert cells[7:11] == [0.5, None, 0.1, -2.5]


def test_more_rows_than_a_sheet_holds_go_on_in_the_next(toy_plan, opened, monkeypatch) -> None:
    monkeypatch.setattr(workbook, "SHEET_ROWS", 5)
    book, whole = opened(toy_plan), ["c4", "a3", "a4", "b3", "b4", "c3", "a1", "a2", "b1", "b2", "c1", "c2"]
    parts = [table(book, name) for name in ("Zones", "Zones (2)", "Zones (3)")]
    assert pd.concat(parts)["Id"].tolist() == whole
    assert [len(part) for part in parts] == [5, 5, 2]


def test_rows_are_those_of_xlsxwriter(make_plan, path, monkeypatch) -> None:
    """Each cell by its own writer gives the same bytes, in texts with signs of XML, controls and blanks, too."""
    plan = make_plan()
    odd = [True, False, np.inf, "<r>b</r>", 3, "a&b", "_x0041_", " blank", 'a "b"', "line\nline", "a\x07b", ""]
    measures = plan.measures.assign(odd=pd.Series(odd, index=plan.measures.index, dtype=object), empty=np.nan)
    plan = make_plan(measures=measures)
    write_workbook(plan, path)
    streamed = path.read_bytes()

    def write_rows(page: StreamedSheet, first: int, rows: Iterable[Sequence[Cell]]) -> None:
        write = {str: page.write_string, bool: page.write_boolean}
        for number, row in enumerate(rows, start=first):
            for place, cell in enumerate(row):
                if cell is not None:
                    parts = cell if isinstance(cell, Styled) else (cell,)
                    write.get(type(cell), page.write_number)(number, place, *parts)

    monkeypatch.setattr(StreamedSheet, "write_rows", write_rows)
    write_workbook(plan, path)
    assert path.read_bytes() == streamed


@pytest.mark.parametrize("language", languages())
def test_titles_of_sheets_fit_in_every_language(language: str) -> None:
    words = catalogue("workbook", language)
    titles = [title for key, title in words.items() if key.startswith("sheet_")]
    assert len({title.casefold() for title in titles}) == len(titles) == len(COLUMNS) + 2
    assert not [title for title in titles if len(title) > 25 or re.search(r"[][:*?/\\']", title)]


def test_a_plan_in_chinese_has_chinese_titles(toy_plan) -> None:
    sheets = sheets_of(localize(toy_plan, "zh"))
    latin = [
        one.title
        for sheet in sheets
        if sheet.key != "measures"
        for one in sheet.columns
        if re.match(r"[A-Za-z]", one.title)
    ]
    assert latin == []


def test_the_bytes_depend_on_the_plan_alone(toy_plan, path, tmp_path) -> None:
    write_workbook(toy_plan, path)
    write_workbook(toy_plan, tmp_path / "other.xlsx")
    assert path.read_bytes() == (tmp_path / "other.xlsx").read_bytes()
    assert openpyxl.load_workbook(path).properties.created == datetime(2025, 1, 1)  # noqa: DTZ001  (as the file has it)
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["other.xlsx", "plan.xlsx"]


def test_a_folder_that_is_not_there(toy_plan, tmp_path) -> None:
    with pytest.raises(WriteError, match="nowhere"):
        write_workbook(toy_plan, tmp_path / "nowhere" / "plan.xlsx")


def test_scenarios_have_sheets_with_their_titles(toy_run, opened) -> None:
    said = {"name": "=less", "title": {"en": "Less", "zh": "从紧"}, "set": {"quotas.construction_land.total": 60}}
    plan = run(toy_run.study.model_copy(update={"scenarios": (Scenario(**said),)}))
    book = opened(plan, "zh")
    amounts = table(book, "情景指标")
    assert set(amounts["情景"]) == {"从紧"}
    assert sum(amounts["数量"]) == sum(plan.scenario_quotas["amount"])
    zones = table(book, "情景")
    assert zones["情景（代码）"].unique().tolist() == ["=less"]
    assert zones["主体功能（代码）"].tolist() == plan.scenarios["main"].tolist()


def test_parts_that_shift_are_told_in_points_of_the_language(plan_of, opened) -> None:
    units = table(opened(plan_of("china_provinces"), "zh"), "区域差距")["计量单位"]
    assert "百分点" in set(units)
    assert "points" not in set(units)
