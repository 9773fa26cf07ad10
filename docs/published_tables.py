# ruff: noqa: INP001  (a script, no package)
"""The page on published tables: for each, what comes out here, what is printed there, and the difference.

The tables lie in ``tests/data/published``, copied as facts with their sources; which test holds each table, and why
some have none, is said in ``tests/test_published.py``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from layers.conditions import parse_calculation
from tests.test_published import NOTHING_TO_REPRODUCE, PROVES, RATES, REPRODUCED
from zoning.indices import by_decisions, by_matrix, development_intensity, growth_contributions, shares
from zoning.measures import complete_measures
from zoning.money import complete_agreement, value_services
from zoning.money.vertical_transfers import TransferContext, pay_transfer
from zoning.rulebook import read_rulebook
from zoning.solver import gini
from zoning.study import Agreement, ServicesSection, Transfer, settle_agreement

PUBLISHED = Path(__file__).resolve().parent.parent / "tests" / "data" / "published"
DAY = date(2025, 1, 1)
INTRODUCTION = """\
Each table that was collected of the field stands here once. Of a **computed** one, printed inputs went through
zoneplan, by a function, a rulebook or its language of conditions, and what came out stands beside what is printed;
where zoneplan has no such function, the row says that the arithmetic is the page's own. The page is printed by the
code below `docs/`, and a test fails where a table has no row, or where a difference is larger than the last printed
place allows and nobody has said why.

A difference is that of the figure that is farthest off, in the unit of the table. **Place** is half of the last printed
place, of inputs as well where they are rounded: no difference below it says anything."""


class Figure(NamedTuple):
    """One printed figure.

    Attributes
    ----------
    what : str
        Of whom or of when.
    ours, theirs : float
        What comes out, and what is printed.
    place : float
        How far they may be apart by rounding alone.
    """

    what: str
    ours: float
    theirs: float
    place: float

    @property
    def difference(self) -> float:
        """Ours less theirs."""
        return self.ours - self.theirs

    @property
    def off(self) -> bool:
        """Whether rounding does not explain the difference."""
        return abs(self.difference) > self.place + 1e-9 * max(1.0, abs(self.theirs))


KNOWN = {
    ("cn_gdp_provinces", "northeast 2012"): "the speech of 2019 used another vintage of the output of 2012",
    ("cn_gdp_provinces", "north, fall 2012 to 2018"): "the speech of 2019 used another vintage of the output of 2012",
    ("crossprov_farmland_price", "Beijing, 2.5 t paddy"): (
        "the source counts 25 for the capacity of 2.5 tonnes, where its own rule of 2 for 100 kg gives 50"
    ),
    ("energy_11fyp_iepd", "Shanxi"): "the list has the first target of 25 %; the last one was about 22 %",
    ("energy_11fyp_iepd", "Inner Mongolia"): "the list has the first target of 25 %; the last one was about 22 %",
    ("horizontal_comp_events", "贵州 2023"): "85 % of what the rule says was paid; why is not printed",
    ("mfoz_v1_fan2015", "restricted_eco national, gdp_pct"): "15,730.09 of 443,947.57 are 3.543 %",
    ("mfoz_v1_fan2015", "restricted_eco provincial, pop_huji_pct"): "115.41 of 1,348.78 are 8.557 %, rounded down",
    ("quota_test_cases", "FR-6"): "the article has 12 % for 12.6",
    ("xinjiang_transfer_2019", "assessed secondary, share"): "a misprint: 179,291 of 407,734 is 44.0 %",
    ("xinjiang_transfer_2019", "assessed priority, share"): "a misprint: 105,593 of 407,734 is 25.9 %",
    ("xinjiang_transfer_2019", "assessed total, mean"): "a misprint: 407,734 for 59 counties is 6,910.7",
}
"""Figures that rounding does not explain, and what does."""


def printed(name: str) -> pd.DataFrame:
    """A table as it is printed: all cells are texts, none missing."""
    return pd.read_csv(PUBLISHED / f"{name}.csv", dtype=str, keep_default_na=False, comment="#")


def place_of(*texts: str) -> float:
    """Half of the last place of each number, in sum.

    Examples
    --------
    >>> place_of("38.5"), place_of("12", "0.25")
    (0.05, 0.505)
    """
    return sum(0.5 * 10.0 ** int(Decimal(text.replace(",", "")).as_tuple().exponent) for text in texts)


def compared(what: str, ours: float, theirs: str, more: float = 0.0) -> Figure:
    """A figure beside a printed one; `more` is what rounded inputs may add."""
    return Figure(what, float(ours), float(theirs.replace(",", "")), place_of(theirs) + more)


def calculated(text: str, table: pd.DataFrame, **parameters: float) -> pd.Series:
    """A calculation as rulebooks write it, of columns of numbers."""
    names = sorted(parse_calculation(text).names - parameters.keys())
    return parse_calculation(text).evaluate(table[names].astype(float), parameters)


def forest_quotas() -> Iterator[Figure]:
    """Area at the price that the rule of Chongqing has in parts: 1,000 yuan a mu, and 100 for each of 15 years."""
    rows = printed("chongqing_forest_quota_trades")
    ours = calculated("mu * (1000 + 100 * 15) / 10000", rows)
    for (_, row), found in zip(rows.iterrows(), ours, strict=True):
        money = str(row["wan_yuan"]).split(" ")[0]
        yield compared(
            f"{row['seller'].split(' ')[0]}, {row['mu']} mu", found, money, 50.0 if money == "10300" else 0.0
        )


def output_shares() -> Iterator[Figure]:
    """What part of the nation's output the north and the northeast have, beside the speech of 2019."""
    rows = printed("cn_gdp_provinces")
    output = rows[["gdp2012", "gdp2018_prelim"]].astype(float)
    north = shares(output, rows["north15"]).loc["1"] * 100
    northeast = shares(output, rows["bloc4"]).loc["northeast"] * 100
    yield compared("north 2018", north["gdp2018_prelim"], "38.5")
    yield compared("north, fall 2012 to 2018", north["gdp2012"] - north["gdp2018_prelim"], "4.3")
    yield compared("northeast 2012", northeast["gdp2012"], "8.7")
    yield compared("northeast 2018", northeast["gdp2018_prelim"], "6.2")


def people_of_the_northeast() -> Iterator[Figure]:
    """Change of residents from 2012 to 2018, in 10,000, beside the speech of 2019."""
    rows = printed("cn_pop_2010_2019_26prov").set_index("name_zh")
    bloc = printed("cn_gdp_provinces").set_index("name_zh")["bloc4"][rows.index]
    found = growth_contributions(rows["pop2012"].astype(float), rows["pop2018"].astype(float), bloc)
    yield compared("northeast", found.loc["northeast", "change"], "-137")


def built_up() -> Iterator[Figure]:
    """Development intensity of the nation in 2008, beside the plan of 2010."""
    rows = printed("cn_land_use_2008").set_index("region").loc[["NATIONAL"]]
    found = development_intensity(rows["construction"].astype(float), rows["area_survey"].astype(float))
    yield compared("nation", found["NATIONAL"], "3.48")


def price_of_farmland() -> Iterator[Figure]:
    """The example of the source, by its own rule: (base + capacity) x coefficient, in 10,000 yuan a mu."""
    inputs = pd.DataFrame({"base": [20.0], "capacity_kg": [2500.0], "coefficient": [2.0]})
    found = calculated("(base + capacity_kg / 100 * 2) * coefficient", inputs)
    yield compared("Beijing, 2.5 t paddy", found[0], "70")


def protection() -> Iterator[Figure]:
    """Each pair of importance and fragility."""
    rows = printed("dual_eval_eco_matrix").astype(float)
    service, fragile, result = rows.columns
    square = rows.pivot_table(index=service, columns=fragile, values=result)
    for (_, row), found in zip(rows.iterrows(), by_matrix(rows[service], rows[fragile], square), strict=True):
        yield compared(f"{row[service]:.0f} and {row[fragile]:.0f}", found, f"{row[result]:.0f}")


def suitability() -> Iterator[Figure]:
    """Each pair of grades of land and water, in each matrix."""
    for name, rows in printed("dual_eval_matrices").groupby("matrix", sort=False):
        square = rows.set_index("row_grade")[[f"col{one}" for one in range(1, 6)]]
        square = square.set_axis(range(1, 6), axis=1).set_axis([int(one) for one in square.index])
        square = square.loc[:, (square != "").all()].astype(float)
        yield from matrix_figures(f"{name} ", square)


def growth_boundary() -> Iterator[Figure]:
    """Each pair of restriction and suitability."""
    square = printed("urumqi_ugb_matrix").set_index("restriction").astype(float)
    yield from matrix_figures("", square)


def matrix_figures(name: str, square: pd.DataFrame) -> Iterator[Figure]:
    """All cells of a matrix, each asked by its labels."""
    pairs = list(product(square.index, square.columns))
    rows, columns = (pd.Series(one) for one in zip(*pairs, strict=True))
    for (row, column), found in zip(pairs, by_matrix(rows, columns, square), strict=True):
        yield compared(f"{name}{row}, {column}", found, f"{square.loc[row, column]:.0f}")


def areas_of_urumqi() -> Iterator[Figure]:
    """Per cent of each class."""
    rows = printed("urumqi_ugb_areas").set_index("class")
    found = shares(rows["area_km2"].astype(float), pd.Series(rows.index, index=rows.index)) * 100
    for name, row in rows.iterrows():
        yield compared(str(name), found[name], row["pct"])


def branches_of_zengcheng() -> Iterator[Figure]:
    """One for each branch whose zone comes out; no thresholds are printed, those here only stand in order."""
    rows = printed("zengcheng_zone_decision")
    cuts = {"b1": -0.2, "b2": 0.3, "bSED": 0.5, "bESP": 0.4, "bREC1": 0.6, "bREC2": 0.7}

    def fitting(test: str) -> float:
        ends = [cuts[one] for one in test.lstrip("<>=").split("..")]
        return sum(ends) / len(ends) + (0.05 if test[0] == ">" else -0.05 if test[0] == "<" else 0.0)

    units = rows[["sed_minus_esp", "sed", "esp", "rec"]].map(fitting)
    for place, (found, zone) in enumerate(zip(by_decisions(units, rows, cuts), rows["zone"], strict=True), start=1):
        yield Figure(f"branch {place}, {zone}", float(found == zone), 1.0, 0.0)


def overfulfilled() -> Iterator[Figure]:
    """Points beyond the target, of 20 % (that of Hubei is implied), in per cent of it."""
    rows = printed("energy_11fyp_overfulfilment")
    rows = rows[rows["exceeded_by_pp"] != ""]
    ours = calculated("exceeded_by_pp / 20 * 100", rows)
    for (_, row), found in zip(rows.iterrows(), ours, strict=True):
        yield compared(row["region"], found, row["overfulfilled_pct_of_target"])


def overfulfilled_by_the_list() -> Iterator[Figure]:
    """What was achieved beyond the target, in per cent of it, beside what was announced."""
    told = printed("energy_11fyp_overfulfilment").set_index("region")["overfulfilled_pct_of_target"]
    rows = printed("energy_11fyp_iepd").set_index("province")
    ours = calculated("(achieved_pct - target_pct) / target_pct * 100", rows)
    names = {"Beijing": "北京", "Tianjin": "天津", "Shanxi": "山西", "Inner Mongolia": "内蒙古"}
    for name, region in names.items():
        rounded = 100 * place_of(rows.loc[name, "achieved_pct"]) / float(rows.loc[name, "target_pct"])
        yield compared(name, ours[name], told[region], rounded)


def progress_of_intensity() -> Iterator[Figure]:
    """Progress in per cent, log(1 - fall) / log(1 - target): arithmetic of this page."""
    for _, row in printed("energy_progress_checks").iterrows():
        fall, target = float(row["fall_pct"]) / 100, float(row["target_pct"]) / 100
        rounded = 100 * place_of(row["fall_pct"]) / 100 / (1 - fall) / -math.log(1 - target)
        found = 100 * math.log(1 - fall) / math.log(1 - target)
        yield compared(row["region"], found, row["printed_progress_pct"], rounded)


def years_of_shenzhen() -> Iterator[Figure]:
    """The fall a year that makes a fall in five years, in per cent: arithmetic of this page."""
    for _, row in printed("energy_shenzhen_12fyp").iterrows():
        if row["total_cut_pct"] and row["annual_pct"]:
            cut = float(row["total_cut_pct"]) / 100
            found = 100 * (1 - (1 - cut) ** 0.2)
            rounded = 20 * place_of(row["total_cut_pct"]) / 100 * (1 - cut) ** -0.8
            yield compared(row["district"], found, row["annual_pct"], rounded)


def ceilings(people: Iterable[float]) -> pd.Series:
    """Ceilings of payments in lieu of taxes by the rulebook, before prices, in dollars."""
    counted = list(people)
    given = {"pilt_population": counted, "pilt_price_factor": 1.0, "pilt_receipts_usd": 0.0, "entitlement_acres": 0.0}
    units = pd.DataFrame({"metro": False, "pop_2020": 1.0, "area_km2": 1.0, **given})
    units.index = pd.Index([str(one) for one in range(len(units))], name="unit_id")
    return complete_measures(units, read_rulebook("us_west", DAY)).table["pilt_ceiling_usd"]


def quota_cases() -> Iterator[Figure]:
    """Each case with its formula, or by the rulebook; without a published value beside what pencil gives."""
    for _, row in printed("quota_test_cases").iterrows():
        theirs, tolerance = row["published_value"] or row["expected"], float(row["tolerance"] or 0)
        rounded = tolerance if tolerance <= 0.02 * float(theirs) else 0.0  # of FR-6 it hides what the article has
        if row["input_name"] == "population":
            found = float(ceilings([5400.0 if "5400" in row["input_value"] else float(row["input_value"])]).iloc[0])
        else:
            inputs = pd.DataFrame({row["input_name"]: [row["input_value"]]})
            found = float(calculated(row["formula"], inputs).iloc[0])
        yield Figure(row["case"], found, float(theirs), max(rounded, place_of(theirs)))


def france() -> Iterator[Figure]:
    """What the chain of France prints with a formula of numbers alone: hectares, and a rate in per cent."""
    rows = printed("fr_zan_chain").set_index("quantity")
    consumed = float(rows.loc["consumption 2011-2021 implied", "value"])
    inputs = pd.DataFrame({"C": [consumed], "B": [18000.0], "reserve": [1138.0]})
    for what, formula in (
        ("ceiling for all regions, outside PENE", "C / 2 - 10000"),
        ("regional reduction rate after equalisation", "100 * (1 - (C / 2 - 10000) / C)"),
        ("regional envelope 2021-2031", "B / 2"),
        ("shared among SCoT", "B / 2 - reserve"),
    ):
        yield compared(what, calculated(formula, inputs)[0], rows.loc[what, "value"])


def sixteen_areas() -> Iterator[Figure]:
    """Gini of resources among people."""
    rows = printed("gini_1994")
    found = gini(rows["resource"].to_numpy(float), rows["population"].to_numpy(float))
    yield compared("16 areas", found, "0.1216807")


def nets(rows: Iterable[dict[str, object]]) -> dict[str, float]:
    """What each party has on balance."""
    found: dict[str, float] = {}
    for row in rows:
        for party, sign in ((row["payer"], -1), (row["receiver"], 1)):
            found[str(party)] = found.get(str(party), 0.0) + sign * float(str(row["amount"]))
    return found


def chishui() -> Iterator[Figure]:
    """What a province pays on balance in a year, in 10,000 yuan."""
    names = {"云南": "yunnan", "贵州": "guizhou", "四川": "sichuan"}
    law = read_rulebook("main_functional_areas", DAY)
    rows = printed("horizontal_comp_events")
    for _, row in rows[rows["river"] == "赤水河"].iterrows():
        year = int(row["obligation_year"])
        round_ = "chishui-1" if year < 2021 else "chishui-2"
        agreement = Agreement.model_validate({"name": round_, "period": year, "like": round_})
        paid = -nets(settle_agreement(complete_agreement(agreement, law)))[names[row["payer"]]]
        yield compared(f"{row['payer']} {year}", paid / 10_000, row["wan_yuan"])


def classes_of_2010() -> Iterator[Figure]:
    """Shares of the eight classes in per cent, and output for each person in 10,000 yuan."""
    rows = printed("plan_of_2010_classes")
    rows.index = pd.Index(rows["zone"] + " " + rows["level"])
    own = pd.Series(rows.index, index=rows.index)
    for amount, share in (
        ("counties", "counties_pct"),
        ("area_wan_km2", "area_pct"),
        ("pop_resident_mn", "pop_resident_pct"),
        ("pop_huji_mn", "pop_huji_pct"),
        ("gdp_yi", "gdp_pct"),
    ):
        found = shares(rows[amount].astype(float), own) * 100
        whole = rows[amount].astype(float).sum()
        for name, row in rows.iterrows():
            yield compared(f"{name}, {share}", found[name], row[share], 100 * place_of(row[amount]) / whole)
    for people in ("resident", "huji"):
        found = calculated(f"gdp_yi / pop_{people}_mn / 100", rows)
        for name, row in rows.iterrows():
            rounded = found[name] * place_of(row[f"pop_{people}_mn"]) / float(row[f"pop_{people}_mn"])
            yield compared(f"{name}, gdppc_{people}_wan", found[name], row[f"gdppc_{people}_wan"], rounded)


def pensions() -> Iterator[Figure]:
    """Shares and growth of the central adjustment, in per cent; printed beside the amounts."""
    rows = printed("pension_central_adjustment").set_index(["year", "item"])["value_yi"].astype(float)
    amounts = pd.DataFrame(
        {
            "part": [rows["2020", "Guangdong net contribution"], rows["2022", "Guangdong"]],
            "whole": [rows["2020", "net contributors total (7)"], rows["2022", "fund total"]],
        }
    )
    found = calculated("part / whole * 100", amounts)
    yield compared("Guangdong 2020", found[0], "36.5")
    yield compared("Guangdong 2022", found[1], "40.7")
    pool, more = rows["2020", "fund total"], rows["2020", "increase over 2019"]
    grown = calculated("more / (pool - more) * 100", pd.DataFrame({"pool": [pool], "more": [more]}))
    yield compared("pool 2020 over 2019", grown[0], "17.4")


def prices_of_2003() -> Iterator[Figure]:
    """One factor moves both amounts of the statute: dollars for an acre by alternative B in 2003."""
    rows = printed("pilt_rates").set_index("fiscal_year").drop(columns=["source", "confidence"]).astype(float)
    a, b = rows.columns
    inputs = pd.DataFrame({"a": [rows.loc["2003", a]], "a_law": [rows.loc["1999", a]], "b_law": [rows.loc["1999", b]]})
    rounded = 0.005 / rows.loc["1999", a] * rows.loc["1999", b]
    yield compared("2003, alternative B", calculated("a / a_law * b_law", inputs)[0], "0.27", rounded)


def table_of_ceilings() -> Iterator[Figure]:
    """Dollars for a person at each thousand, by the rulebook."""
    rows = printed("pilt_population_ceiling")
    people = rows["population_rounded"].astype(float)
    for (_, row), found, count in zip(rows.iterrows(), ceilings(people), people, strict=True):
        yield compared(row["population_rounded"], found / count, row["dollars_per_person_base"])


def services_of_xinjiang() -> Iterator[Figure]:
    """Total value of each county, in 100 million yuan: areas and coefficients are not printed, values go in."""
    rows = printed("xinjiang_esv_2018").set_index("county")
    land = rows.rename(columns={"market_value_yi": "market_ha", "nonmarket_value_yi": "rest_ha"}).astype(float)
    values = {"market": {"goods": 1, "others": 0}, "rest": {"goods": 0, "others": 1}}
    section = ServicesSection.model_validate({"unit": "yi", "values": values, "market": ["goods"]})
    found = value_services(land, section)["services_value_yi"]
    for county, row in rows.iterrows():
        yield compared(str(county), found[county], row["total_yi"], 0.01)


def transfers_of_xinjiang() -> Iterator[Figure]:
    """Funds of each level by mean and number of counties, means and shares by funds; 10,000 yuan and per cent."""
    for group, rows in printed("xinjiang_transfer_2019").groupby("group", sort=False):
        levels = rows.set_index("level")
        numbers = levels[["counties", "funds_wan", "mean_wan"]].astype(float)
        whole = int(numbers.loc["total", "funds_wan"])
        terms = {"name": "funds", "period": 2019, "unit": "CNY", "by": "amount", "budget": whole}
        transfer = Transfer.model_validate({**terms, "amount": "mean_wan", "per": "counties"})
        got = nets(pay_transfer(transfer, TransferContext(numbers.drop(index="total"), {})))
        mean = calculated("funds_wan / counties", numbers)
        share = calculated("funds_wan / whole * 100", numbers, whole=float(whole))
        for level, row in levels.iterrows():
            if level != "total":
                rounded = 2 * float(row["counties"]) * place_of(row["mean_wan"])
                yield compared(f"{group} {level}, funds", got[str(level)], row["funds_wan"], rounded)
                yield compared(f"{group} {level}, share", share[level], row["share_pct"], 0.02)
            yield compared(f"{group} {level}, mean", mean[level], row["mean_wan"], 0.02)


def sums(name: str, text: str, total: str, label: str, place: float = 0.0) -> Iterator[Figure]:
    """Rows of a table whose parts are all printed, summed."""
    rows = printed(name)
    needed = sorted({*parse_calculation(text).names, total})
    cells = rows[needed].apply(lambda one: one.str.replace(" (M)", "", regex=False))
    full = cells[(cells != "").all(axis=1)]
    for row, found in calculated(text, full).items():
        yield compared(str(rows.loc[row, label]), found, full.loc[row, total], place)


def editions() -> Iterator[Figure]:
    """Forbidden and licensed items make all."""
    return sums("market_access_editions", "forbidden + licensed", "items", "edition")


def exhausted_cities() -> Iterator[Figure]:
    """Paid in advance and paid now make the whole, in 100 million yuan."""
    return sums("transfer_exhausted_cities_2020", "in_advance + now", "total", "region")


def ecological_areas() -> Iterator[Figure]:
    """Issued before and issued now make the whole, in 100 million yuan."""
    return sums("transfer_eco_function_2020", "issued_before + issued_now", "total", "region")


def contributors() -> Iterator[Figure]:
    """Staff and retirees make all contributors, in 10,000."""
    return sums("pension_by_region_2010", "staff_wan + retirees_wan", "contributors_total_wan", "region", 0.1)


def counties_of_arizona() -> Iterator[Figure]:
    """The payments of fifteen counties make the printed sum, in dollars."""
    yield compared("Arizona 2021", printed("pilt_payments_az_fy2021")["dollars"].astype(float).sum(), "40192865")


def resource_cities() -> Iterator[Figure]:
    """Stages and resources each count the same 116 cities."""
    rows = printed("resource_city_population_2010_2020")
    for by, cities in rows.groupby("by", sort=False):
        counted = cities.drop(columns=["by", "type"]).astype(float).to_numpy().sum()
        yield compared(f"by {by}", counted, "116")


Figures = Callable[[], Iterator[Figure]]
COMPARED: dict[str, tuple[str, Figures]] = {
    "chongqing_forest_quota_trades": ("contracts of districts of Chongqing, copies of the press", forest_quotas),
    "cn_gdp_provinces": ("China Statistical Yearbooks 2013 and 2019; speech of 26 August 2019", output_shares),
    "cn_pop_2010_2019_26prov": ("yearbooks of the provinces; speech of 26 August 2019", people_of_the_northeast),
    "cn_land_use_2008": ("China Statistical Yearbook 2009; plan of 2010", built_up),
    "crossprov_farmland_price": ("caicheng86.com, 22 September 2025", price_of_farmland),
    "dual_eval_eco_matrix": ("draft guide of 2019, by CUGGISRS/spj", protection),
    "dual_eval_matrices": ("draft guide of 2019, by CUGGISRS/spj", suitability),
    "energy_11fyp_iepd": ("Industrial Efficiency Policy Database; announcement of 2011", overfulfilled_by_the_list),
    "energy_11fyp_overfulfilment": ("announcement of 2011, cnfina.com", overfulfilled),
    "energy_progress_checks": ("Henan, Tianjin and Guangdong, copies", progress_of_intensity),
    "energy_shenzhen_12fyp": ("Shenzhen, Sina, 5 December 2011", years_of_shenzhen),
    "fr_zan_chain": ("arrêté of 31 May 2024; SRADDET Bretagne", france),
    "gini_oracle_cran": ("R package Gini, gini.1994", sixteen_areas),
    "horizontal_comp_events": ("accounts of provinces and the Ministry of Finance", chishui),
    "mfoz_v1_fan2015": ("Fan 2015, Acta Geographica Sinica 70(2), tables 2 and 3", classes_of_2010),
    "pension_central_adjustment": ("Ministry of Finance, copies", pensions),
    "pilt_population_ceiling": ("31 U.S.C. 6903(c)(2), before prices", table_of_ceilings),
    "pilt_rates": ("31 U.S.C. 6903(b)(1); amounts of 2003 from a page of questions", prices_of_2003),
    "quota_test_cases": ("France and the United States, formulas with values", quota_cases),
    "urumqi_ugb_areas": ("Zhu 2019, Arid Land Geography", areas_of_urumqi),
    "urumqi_ugb_matrix": ("Zhu 2019, Arid Land Geography", growth_boundary),
    "xinjiang_esv_2018": ("Sun 2021, ChinaXiv 202104.00049", services_of_xinjiang),
    "xinjiang_transfer_2019": ("Sun 2021, ChinaXiv 202104.00049", transfers_of_xinjiang),
    "zengcheng_zone_decision": ("Xu 2017, Acta Ecologica Sinica", branches_of_zengcheng),
}
"""Tables with inputs and outputs: source, and what gives their figures."""
SUMMED: dict[str, tuple[str, Figures]] = {
    "market_access_editions": ("editions of the negative list, copies", editions),
    "pension_by_region_2010": ("China Statistical Yearbook 2011, 21-40", contributors),
    "pilt_payments_az_fy2021": ("Department of the Interior, by abc15.com", counties_of_arizona),
    "resource_city_population_2010_2020": ("Wu 2023, Journal of Natural Resources 38(1), table 1", resource_cities),
    "transfer_eco_function_2020": ("Caiyu [2020] 49, a copy that breaks off", ecological_areas),
    "transfer_exhausted_cities_2020": ("Caiyu [2020] 71, a copy that breaks off", exhausted_cities),
}
"""Tables whose parts make their printed sums, and of which no more follows."""


def page() -> str:
    """The whole page."""
    return "\n\n".join(["# Published tables", NOTE, *page_parts()]) + "\n"


NOTE = "<!-- Written by docs/generate.py from the code; change it there. -->"


def page_parts() -> Iterator[str]:
    """The page below its heading."""
    figures = {name: list(found()) for name, (_, found) in (COMPARED | SUMMED).items()}
    count = sum(len(figures[name]) for name in COMPARED)
    apart = sum(one.off for name in COMPARED for one in figures[name])
    yield INTRODUCTION
    yield f"{len(COMPARED)} tables are computed, {count:,} figures of them; {apart} differ by more than rounding."
    yield "## Computed"
    yield from _rows(COMPARED, figures)
    yield "## Where rounding does not explain it"
    yield _table(
        ("table", "figure", "ours", "theirs", "why"),
        [
            (
                f"`{name}`",
                one.what,
                _number(one.ours),
                _number(one.theirs),
                KNOWN.get((name, one.what), "**not known**"),
            )
            for name in COMPARED
            for one in figures[name]
            if one.off
        ],
    )
    yield "## Sums that agree"
    yield "Parts and a whole are printed, and nothing else follows from them."
    yield from _rows(SUMMED, figures)
    yield "## Rules and rates that are used as printed"
    yield "A test puts the printed numbers into the engine; no outcome is printed beside them."
    rest = [name for name in REPRODUCED if name not in COMPARED and name not in SUMMED]
    rules = [name for name in rest if name in PROVES[RATES]]
    yield _table(("table", "test"), [(f"`{name}`", f"`{REPRODUCED[name]}`") for name in rules])
    yield "## Figures that agree with each other"
    yield "Some of the figures went in, or inputs were made up that deserve them: this proves no method."
    others = [name for name in rest if name not in rules]
    yield _table(("table", "test"), [(f"`{name}`", f"`{REPRODUCED[name]}`") for name in others])
    yield "## Inputs, and why nothing is computed"
    left = sorted(NOTHING_TO_REPRODUCE.items())
    yield _table(("table", "of what, or why not"), [(f"`{name}`", why) for name, why in left])


def _rows(tables: dict[str, tuple[str, Figures]], figures: dict[str, list[Figure]]) -> Iterator[str]:
    rows = []
    for name, (source, found) in tables.items():
        inside = [one for one in figures[name] if not one.off] or figures[name]
        far = max(inside, key=lambda one: abs(one.difference) / (one.place or 1.0))
        what = (found.__doc__ or "").strip().split("\n")[0]
        numbers = [_number(one, far.place) for one in (far.ours, far.theirs, far.difference, far.place)]
        rows.append((f"`{name}`", what, source, str(len(figures[name])), far.what, *numbers))
    yield _table(("table", "what", "source", "figures", "farthest off", "ours", "theirs", "difference", "place"), rows)


def _number(value: float, place: float = 0.005) -> str:
    """A number with two digits more than its last place tells, and none of what floating point adds."""
    digits = max(0, 2 - math.floor(math.log10(place))) if place else 0
    text = f"{value:,.{digits}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def _table(headings: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([f"| {' | '.join(headings)} |", f"|{'---|' * len(headings)}", *lines])
