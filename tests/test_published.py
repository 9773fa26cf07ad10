"""Published tables of the field: for each, the test that reproduces it and what that proves, or why there is none."""

from __future__ import annotations

import ast
import os
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SHARED = Path(os.environ.get("ZONEPLAN_SHARED") or ROOT.parent / "shared")
LAND = "tests/zoning/measures/test_derived_values.py::"
MONEY = "tests/zoning/money/test_published_money.py::"
LAND_TAKE = "tests/zoning/test_net_zero_land_take.py::"
EVALUATION = "tests/zoning/indices/test_decision_tables.py::"
PAGE = "tests/test_published_page.py::test_no_figure_is_farther_off_than_rounding_allows"
REPRODUCED = {
    "chongqing_forest_quota_trades": PAGE,
    "cn_gdp_provinces": "tests/zoning/indices/test_inequality.py::test_shares_of_the_north_as_printed",
    "cn_land_use_2008": PAGE,
    "cn_pop_2010_2019_26prov": "tests/zoning/indices/test_inequality.py::test_people_of_the_northeast_as_printed",
    "crossprov_farmland_price": (f"{LAND}test_the_price_of_farmland_from_other_provinces_and_the_wrong_example"),
    "dual_eval_eco_matrix": f"{EVALUATION}test_protection_is_what_either_service_or_sensitivity_asks_for",
    "dual_eval_matrices": f"{EVALUATION}test_matrices_of_the_draft_guide_as_printed",
    "dual_eval_thresholds": f"{EVALUATION}test_thresholds_of_the_draft_guide_are_read_as_printed",
    "eco_comp_schemes": f"{MONEY}test_the_jiuzhou_asks_for_more_months_each_year_and_the_dongjiang_is_a_bet",
    "energy_11fyp_iepd": PAGE,
    "energy_11fyp_overfulfilment": PAGE,
    "energy_progress_checks": PAGE,
    "energy_shenzhen_12fyp": PAGE,
    "energy_intensity_nbs_2018_2020": (
        "tests/zoning/money/test_dual_control.py::test_intensity_of_2020_follows_from_the_growth_of_use_and_output"
    ),
    "energy_traffic_light": (
        "tests/zoning/money/test_dual_control.py::test_published_lights_follow_from_inputs_that_deserve_them"
    ),
    "eu_cohesion_berlin": f"{MONEY}test_the_berlin_method_in_both_periods",
    "farmland_occupation_tax": f"{LAND}test_the_published_rates_of_the_farmland_occupation_tax",
    "fiscal_difficulty_2019": f"{MONEY}test_fiscal_difficulty_is_a_coefficient_from_20_to_90",
    "gb50137_partial": f"{LAND}test_the_published_ranges_of_land_for_each_resident",
    "fr_hauts_de_france_objectives": f"{LAND_TAKE}test_objectives_of_the_46_territories_of_hauts_de_france",
    "fr_zan_chain": PAGE,
    "german_certificate_key": f"{MONEY}test_land_certificates_go_to_all_municipalities_by_people",
    "gini_oracle_cran": "tests/zoning/solver/test_gini_optimum.py::test_the_published_coefficient",
    "grain_county_reward_2005": f"{MONEY}test_grain_counties_of_2005_by_the_complete_rule",
    "horizontal_comp_events": f"{MONEY}test_payments_on_the_chishui_follow_from_its_rule_but_one",
    "human_land_linkage": f"{LAND}test_the_published_steps_of_land_for_settlers",
    "icms_parana": f"{MONEY}test_parana_before_and_after_it_paid_for_nature",
    "india_fc15_weights": f"{MONEY}test_states_of_india_by_six_criteria",
    "mainstem_compensation_2025_rule": f"{MONEY}test_the_mainstems_of_2025_weigh_three_pollutants",
    "market_access_editions": PAGE,
    "mfoz_v1_fan2015": "tests/zoning/test_plan_of_2010.py::test_amounts_of_each_class",
    "mfoz_v1_fan2015_table4": (
        "tests/zoning/test_plan_of_2010.py::test_the_national_classes_stand_in_one_order_in_everything"
    ),
    "national_constants": f"{MONEY}test_constants_of_the_nation_agree_with_each_other",
    "negative_list_counts": (
        "tests/zoning/policies/test_negative_lists.py::test_lists_are_counted_as_counties_count_them"
    ),
    "pension_by_region_2010": f"{MONEY}test_pensions_of_25_regions_are_pooled_and_net_to_zero",
    "pension_central_adjustment": f"{MONEY}test_the_central_adjustment_of_pensions_as_it_was_printed",
    "pilt_payments_az_fy2021": PAGE,
    "pilt_population_ceiling": PAGE,
    "pilt_rates": PAGE,
    "resource_city_population_2010_2020": PAGE,
    "transfer_eco_function_2020": PAGE,
    "transfer_exhausted_cities_2020": PAGE,
    "provincial_three_lines_2035": (
        "tests/zoning/zones/test_coverage_targets.py::test_the_published_quotas_of_provinces"
    ),
    "quota_test_cases": PAGE,
    "stock_increment_linkage": f"{LAND}test_the_published_steps_of_stock_and_increment",
    "urumqi_ugb_areas": f"{EVALUATION}test_the_five_areas_of_urumqi_as_printed",
    "urumqi_ugb_matrix": f"{EVALUATION}test_the_matrix_of_urumqi_as_printed",
    "xinanjiang_rounds": f"{MONEY}test_the_rounds_of_the_xinanjiang_put_in_what_is_printed",
    "xinjiang_esv_2018": f"{MONEY}test_values_of_services_in_xinjiang_add_up",
    "xinjiang_transfer_2019": f"{MONEY}test_transfers_in_xinjiang_and_the_misprint_of_their_source",
    "yangtze_water_compensation_ma2025": f"{MONEY}test_who_pays_and_who_receives_on_the_yangtze",
    "zengcheng_zone_decision": f"{EVALUATION}test_the_eight_branches_of_zengcheng_as_printed",
    "zhenjiang_contribution_pct": f"{MONEY}test_districts_of_zhenjiang_pay_by_their_shares",
}
"""Where each table is reproduced, or contradicted and the difference named."""
BY_THE_PAGE = {table for table, place in REPRODUCED.items() if place == PAGE} | {
    "crossprov_farmland_price",
    "mfoz_v1_fan2015",
}
"""Tables whose outcomes docs/published_tables.py alone computes; the tests of the last two put in rates or amounts."""
COMPUTED, RATES, CONSISTENCY = "computed", "rates only", "consistency only"
"""What a test proves: printed inputs go into public functions and the printed outputs come out; the printed rates are
those that are used; or the printed figures, some of which may have gone in, agree with each other."""
PROVES = {
    COMPUTED: (
        "chongqing_forest_quota_trades",
        "cn_gdp_provinces",
        "cn_land_use_2008",
        "cn_pop_2010_2019_26prov",
        "crossprov_farmland_price",
        "dual_eval_eco_matrix",
        "dual_eval_matrices",
        "energy_11fyp_iepd",
        "energy_11fyp_overfulfilment",
        "energy_progress_checks",
        "energy_shenzhen_12fyp",
        "fr_zan_chain",
        "gini_oracle_cran",
        "horizontal_comp_events",
        "mfoz_v1_fan2015",
        "pension_central_adjustment",
        "pilt_population_ceiling",
        "pilt_rates",
        "quota_test_cases",
        "urumqi_ugb_areas",
        "urumqi_ugb_matrix",
        "xinjiang_esv_2018",
        "xinjiang_transfer_2019",
        "zengcheng_zone_decision",
    ),
    RATES: (
        "dual_eval_thresholds",
        "eco_comp_schemes",
        "eu_cohesion_berlin",
        "farmland_occupation_tax",
        "fr_hauts_de_france_objectives",
        "gb50137_partial",
        "german_certificate_key",
        "grain_county_reward_2005",
        "human_land_linkage",
        "icms_parana",
        "india_fc15_weights",
        "mainstem_compensation_2025_rule",
        "stock_increment_linkage",
        "xinanjiang_rounds",
        "zhenjiang_contribution_pct",
    ),
    CONSISTENCY: (
        "energy_intensity_nbs_2018_2020",  # growth of output is what the two printed changes imply
        "energy_traffic_light",  # inputs were made up so that they deserve the printed lights
        "fiscal_difficulty_2019",  # the printed coefficients went in
        "market_access_editions",
        "mfoz_v1_fan2015_table4",
        "national_constants",
        "negative_list_counts",  # as many items as are printed were made up
        "pension_by_region_2010",
        "pilt_payments_az_fy2021",
        "provincial_three_lines_2035",
        "resource_city_population_2010_2020",
        "transfer_eco_function_2020",
        "transfer_exhausted_cities_2020",
        "yangtze_water_compensation_ma2025",
    ),
}
NOTHING_TO_REPRODUCE = {
    "c_factor_vegetation": "not used: soil loss is a layer or a measure that a study brings",
    "construct_suitability_jia2017": "not used: the paper prints no weights and no inputs by place",
    "de_quota_rules": "not used: rules and targets of Germany without a worked value",
    "dual_eval_urban_corrections": (
        "input of `main_functional_areas`, corrections of suitability; no result is printed"
    ),
    "energy_13fyp_targets": "input of `main_functional_areas`, most of it recalled; nothing printed follows from it",
    "energy_14fyp_targets_partial": "targets of single provinces; nothing printed follows from them",
    "energy_anhui_2020_lights": "lights without the figures that they were given for",
    "energy_lights_2015": "lights without the figures that they were given for",
    "energy_sichuan_2016_grades": "targets, falls and grades, but no rule that leads from one to the other",
    "fujian_no_gdp_assessment_2014": "a list of 34 counties with their class; no figure",
    "mfoz_assessment": "input of `main_functional_areas`, what is assessed by class; words, no figure",
    "pension_central_adjustment_more": "rates and notes in words, the inputs of `main_functional_areas`",
    "resource_cities_2013": "a list of cities by class, most of it recalled; no figure",
    "strategic_regions": "members of regions; no figure",
}
"""What a table without an outcome is an input of, or why nothing can be computed of it."""


def test_no_published_table_is_forgotten() -> None:
    folder = SHARED / "domain"
    if not folder.is_dir():
        pytest.skip("the published tables are not beside the repository; set ZONEPLAN_SHARED")
    tables = {path.stem for path in folder.glob("*.csv")}
    assert tables == set(REPRODUCED) | set(NOTHING_TO_REPRODUCE)
    assert not set(REPRODUCED) & set(NOTHING_TO_REPRODUCE)


def test_each_is_reproduced_where_it_is_said() -> None:
    gone = []
    for table, place in REPRODUCED.items():
        path, _, name = place.partition("::")
        if not re.search(rf"^def {name}\(", (ROOT / path).read_text("utf-8"), re.MULTILINE):
            gone.append((table, place))
    assert gone == []


def test_each_says_what_it_proves() -> None:
    labelled = [table for tables in PROVES.values() for table in tables]
    assert sorted(labelled) == sorted(REPRODUCED)
    assert set(PROVES) == {"computed", "rates only", "consistency only"}


@pytest.mark.parametrize("table", [table for table in PROVES[COMPUTED] if table not in BY_THE_PAGE])
def test_computed_puts_what_is_printed_into_public_functions(table: str) -> None:
    """In its test printed inputs are arguments of a public function, and an assertion holds its answer to a figure.

    Followed by names: what is read from the file of the table, or computed from it, is printed. A function of the
    test's own module that calls a public one counts as public.
    """
    path, _, name = REPRODUCED[table].partition("::")
    module = ast.parse((ROOT / path).read_text("utf-8"))
    functions = {one.name: one for one in module.body if isinstance(one, ast.FunctionDef)}
    public = {
        alias.asname or alias.name
        for node in module.body
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in {"layers", "zoning", "maps"}
        for alias in node.names
        if alias.name[0].islower()
    }
    public |= {own for own, body in functions.items() if public & _called(body)}
    test = functions[name]
    printed = _spread(test, {"table", "read_csv"})
    answers = [
        call
        for call in ast.walk(test)
        if isinstance(call, ast.Call) and _name(call.func) in public and _names(call) & printed
    ]
    assert answers, f"{table}: no public function is given anything that is printed"
    got = _spread(test, public)
    compared = [one for one in ast.walk(test) if isinstance(one, ast.Assert) and _names(one) & got]
    assert compared, f"{table}: no answer is compared"


def _name(function: ast.expr) -> str:
    return (
        function.id if isinstance(function, ast.Name) else function.attr if isinstance(function, ast.Attribute) else ""
    )


def _called(node: ast.AST) -> set[str]:
    return {_name(one.func) for one in ast.walk(node) if isinstance(one, ast.Call)}


def _names(node: ast.AST) -> set[str]:
    return {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}


def _spread(test: ast.FunctionDef, sources: set[str]) -> set[str]:
    """The names in a test that hold what some functions give, or what is computed from it."""
    held: set[str] = set()
    for _ in range(10):
        for node in ast.walk(test):
            if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign) and node.value is not None:
                value, targets = node.value, node.targets if isinstance(node, ast.Assign) else [node.target]
            elif isinstance(node, ast.For):
                value, targets = node.iter, [node.target]
            else:
                continue
            if _called(value) & sources or _names(value) & held:
                held |= {name for target in targets for name in _names(target)}
    return held
