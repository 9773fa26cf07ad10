from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from layers.errors import SeveralErrors, StudyError, ZoneplanError
from tests.helpers import replacement
from zoning.errors import RulebookError
from zoning.rulebook import builtin_rulebooks, read_rulebook, require_possible

DAY = date(2025, 1, 1)


def add(more: str):
    return lambda text: text + "\n" + more


def complaints(folder: Path, day: date = DAY) -> list[str]:
    try:
        read_rulebook(folder, day)
    except (RulebookError, SeveralErrors) as error:
        return [str(one) for one in getattr(error, "errors", (error,)) if isinstance(one, RulebookError)]
    return []


def test_a_rulebook_as_it_stands_on_a_day(write_rulebook) -> None:
    rulebook = read_rulebook(write_rulebook(), DAY)
    assert (rulebook.name, rulebook.country, rulebook.languages) == ("small", "Toyland", ("en", "zh"))
    assert rulebook.day == DAY
    assert rulebook.codes("main") == ("key_development", "ecologically_fragile", "general")
    assert rulebook.codes("overlay") == ("energy_rich", "border")
    assert rulebook.default_zone.code == "general"
    assert rulebook.zone("border").title["zh"] == "边境"
    assert rulebook.values == {"density_min": 50, "fragile_min": 0.5, "energy_min_mw": 100, "land_cap_pct": 20.5}
    assert all(type(value) is float for value in rulebook.values.values())
    assert [rule.id for rule in rulebook.rules] == ["key-1", "fragile-1", "energy-1", "border-1"]


def test_people_read_the_title_of_a_rulebook_or_its_name(write_rulebook) -> None:
    assert read_rulebook(write_rulebook(), DAY).display_name == "small"
    plain = write_rulebook(rulebook=replacement('name = "small"', 'name = "small"\ntitle = "Law of Toyland"'))
    assert read_rulebook(plain, DAY).display_name == "Law of Toyland"
    spoken = replacement('name = "small"', 'name = "small"\ntitle = { en = "Law of Toyland", zh = "玩具国法" }')
    assert read_rulebook(write_rulebook(rulebook=spoken), DAY).display_name["zh"] == "玩具国法"


def test_a_parameter_has_the_value_of_the_day_and_says_since_when(write_rulebook) -> None:
    folder = write_rulebook()
    for day, value in ((date(2019, 12, 31), 40), (date(2020, 1, 1), 50)):
        parameter = read_rulebook(folder, day).parameters["density_min"]
        assert parameter.value == value
    assert parameter.since == date(2020, 1, 1)
    assert (parameter.unit, parameter.reference, parameter.verified) == ("persons/km2", "Small Act, section 1", True)


def test_only_what_is_in_force_is_there(write_rulebook) -> None:
    folder = write_rulebook(
        policies=add(
            """
[[policies]]
id = "land-report-2"
instrument = "land"
when = "TRUE"
from = 2026-01-01
title = { en = "Report", zh = "报告" }
clause = "Report twice."
reference = "Small Act, section 13"
"""
        )
    )
    assert "land-report-2" not in [policy.id for policy in read_rulebook(folder, date(2025, 12, 31)).policies]
    assert "land-report-2" in [policy.id for policy in read_rulebook(folder, date(2026, 1, 1)).policies]


def test_files_are_kept_byte_for_byte_in_sorted_order(write_rulebook) -> None:
    folder = write_rulebook()
    (folder / "README.md").write_bytes(b"# Small\r\n")
    (folder / "lines.toml").write_bytes(b"\xef\xbb\xbf" + (folder / "lines.toml").read_bytes().replace(b"\n", b"\r\n"))
    (folder / ".DS_Store").write_bytes(b"\x00")
    files = read_rulebook(folder, DAY).files
    assert list(files) == sorted(
        path.relative_to(folder).as_posix() for path in folder.rglob("[!.]*") if path.is_file()
    )
    assert all(content == (folder / name).read_bytes() for name, content in files.items())
    assert "cases/zones.toml" in files


def test_a_rulebook_can_be_read_back_from_its_files(write_rulebook, tmp_path) -> None:
    first = read_rulebook(write_rulebook(), DAY)
    copy = tmp_path / "run" / "rulebook"
    for name, content in first.files.items():
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        (copy / name).write_bytes(content)
    assert read_rulebook(copy, DAY) == first
    assert read_rulebook(str(copy), DAY) == first


def test_a_rulebook_says_what_its_codes_are_called_in_its_own_languages(write_rulebook) -> None:
    """Codes and currencies of a country that the engine has never heard of, in a language that it does not speak."""

    def portuguese(text: str) -> str:
        return text.replace('zh = "', 'pt = "')

    terms = """
[[roles]]
code = "moor"
title = { en = "moor", pt = "charneca" }

[[instruments]]
code = "levy"
title = { en = "dike levy", pt = "taxa do dique" }

[[units]]
code = "OZD"
title = { en = "Oz dollars", pt = "dólares de Oz" }

[[settings]]
code = "least_width"
title = { en = "no narrower than", pt = "largura mínima" }
"""
    changes = dict.fromkeys(("zones", "indicators", "parameters", "rules", "lines", "policies", "cases"), portuguese)
    folder = write_rulebook(rulebook=replacement('"zh"', '"pt"'), terms=terms, **changes)
    rulebook = read_rulebook(folder, DAY)
    assert rulebook.languages == ("en", "pt")
    assert rulebook.texts_of("roles", "moor") == {"en": "moor", "pt": "charneca"}
    assert rulebook.texts_of("instruments", "levy") == {"en": "dike levy", "pt": "taxa do dique"}
    assert rulebook.texts_of("units", "OZD") == {"en": "Oz dollars", "pt": "dólares de Oz"}
    assert rulebook.texts_of("settings", "least_width") == {"en": "no narrower than", "pt": "largura mínima"}
    assert rulebook.texts_of("settings", "most_width") == {}


def test_two_versions_of_a_rule_may_follow_each_other(write_rulebook) -> None:
    newer = """
[[rules]]
id = "key-1"
zone = "key_development"
when = "population / area_km2 > density_min"
reason = { en = "more", zh = "更多" }
reference = "Small Act 2022"
from = 2022-01-01
"""
    folder = write_rulebook(
        rules=lambda text: text.replace("priority = 20", "priority = 20\nuntil = 2022-01-01", 1) + newer
    )
    for day, reference in ((date(2021, 12, 31), "Small Act, section 1"), (date(2022, 1, 1), "Small Act 2022")):
        (rule,) = (rule for rule in read_rulebook(folder, day).rules if rule.id == "key-1")
        assert rule.reference == reference


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            {"rules": replacement('zone = "key_development"', 'zone = "key_develop"')},
            "small/rules.toml, line 3, column 8: there is no zone 'key_develop'; did you mean 'key_development'?",
        ),
        (
            {"rules": replacement('zone = "key_development"', 'zone = "general"'), "policies": None, "cases": None},
            "small/rules.toml, line 3, column 8: 'general' is the default zone, which needs no rule; drop the rule",
        ),
        (
            {"zones": replacement("default = true\n", "")},
            (
                "small/zones.toml, line 1, column 3: no zone of kind 'main' has default = true on 2025-01-01; "
                "a unit that nothing claims needs exactly one"
            ),
        ),
        (
            {"zones": replacement('kind = "main"', 'kind = "main"\ndefault = true'), "rules": None},
            (
                "small/zones.toml, line 15, column 11: 'general' is the default as well as 'key_development'; "
                "a unit that nothing claims needs exactly one"
            ),
        ),
        (
            {"zones": replacement('kind = "overlay"', 'kind = "overlay"\ndefault = true'), "rules": None},
            "small/zones.toml, line 20, column 11: 'energy_rich' is an overlay and cannot be the default main function",
        ),
        (
            {"rules": replacement('id = "fragile-1"', 'id = "key-1"')},
            (
                "small/rules.toml, line 11, column 6: 'key-1' is there already (small/rules.toml, line 2, column 6); "
                "let one end before the other begins, or rename one"
            ),
        ),
        (
            {"indicators": replacement('name = "area_km2"', 'name = "population"'), "rules": None},
            (
                "small/indicators.toml, line 6, column 8: 'population' is there already "
                "(small/indicators.toml, line 2, column 8); rename one"
            ),
        ),
        (
            {"rules": replacement('id = "fragile-1"', 'id = "decision-1"')},
            "small/rules.toml, line 11, column 6: 'decision-1' is kept for what no rule decides; rename the rule",
        ),
        (
            {"rules": replacement("population / area_km2 >=", "popultion / area_km2 >=")},
            (
                "small/rules.toml, line 4, column 8: 'popultion' stands neither in parameters.toml nor in "
                "indicators.toml; "
                "did you mean 'population'?"
            ),
        ),
        (
            {"rules": replacement('when = "at_border"', 'when = "at_border AND border"')},
            (
                "small/rules.toml, line 29, column 8: 'border' stands neither in parameters.toml nor in "
                "indicators.toml; "
                "did you mean 'at_border'?"
            ),
        ),
        (
            {"rules": replacement('when = "at_border"', "when = \"main = 'general'\"")},
            "small/rules.toml, line 29, column 8: 'main' stands neither in parameters.toml nor in indicators.toml",
        ),
        (
            {"rules": replacement(">= density_min", ">= 50")},
            (
                "small/rules.toml, line 4, column 8: a number without a name, 50: name a parameter, with its "
                "unit, dates "
                "and reference"
            ),
        ),
        (
            {"rules": replacement(">= density_min", "> quota_construction_land")},
            (
                "small/rules.toml, line 4, column 8: 'quota_construction_land' is handed out after the zones "
                "are known; "
                "only policies can read it"
            ),
        ),
        (
            {"rules": replacement("population / area_km2 >=", "population // area_km2 >=")},
            "small/rules.toml, line 4, column 8: unexpected '/'",
        ),
        (
            {"rules": replacement("at_border", "at_border > 1")},
            "small/rules.toml, line 29, column 8: a boolean is compared with a number (column 13)",
        ),
        (
            {"policies": replacement("'ecologically_fragile'", "'ecologically_fragil'")},
            (
                "small/policies.toml, line 16, column 8: there is no main zone 'ecologically_fragil'; "
                "did you mean 'ecologically_fragile'?"
            ),
        ),
        (
            {"policies": replacement("main = 'ecologically_fragile'", "main NOT IN ('general', 'border')")},
            "small/policies.toml, line 16, column 8: there is no main zone 'border'",
        ),
        (
            {"indicators": replacement('name = "energy_mw"', 'name = "density_min"'), "rules": None, "cases": None},
            (
                "small/indicators.toml, line 14, column 8: 'density_min' is a parameter and an indicator as well; "
                "rename one"
            ),
        ),
        (
            {"indicators": replacement('name = "at_border"', 'name = "border"'), "rules": None, "cases": None},
            "small/zones.toml, line 23, column 8: 'border' is an indicator and an overlay zone as well; rename one",
        ),
        (
            {"zones": replacement('code = "border"', 'code = "main"'), "rules": None, "policies": None},
            "small/zones.toml, line 23, column 8: 'main' is a name that is always there and an overlay zone as well",
        ),
        (
            {"parameters": replacement("until = 2020-01-01", "until = 2020-01-02")},
            (
                "small/parameters.toml, line 4, column 66: two values of 'density_min' overlap: 40.0 from "
                "2001-01-01 until "
                "2020-01-02 and 50.0 from 2020-01-01; let one end (until) on the day on which the other begins"
            ),
        ),
        (
            {"parameters": replacement("value = 50", 'value = "50"')},
            "small/parameters.toml, line 4, column 66: the values of 'density_min' are of different types: 40.0, '50'",
        ),
        (
            {"parameters": replacement("until = 2020-01-01", "until = 2000-01-01")},
            "small/parameters.toml, line 4, column 11: this value of 'density_min' is never in force",
        ),
        (
            {"parameters": replacement(", { value = 50, from = 2020-01-01 }", "")},
            (
                "small/rules.toml, line 4, column 8: parameter 'density_min' has no value on 2025-01-01; it "
                "has values from "
                "2001-01-01 until 2020-01-01: add the value of that day, or say when the entry that reads it "
                "is in force"
            ),
        ),
        (
            {"parameters": replacement("value = 20.5, from = 2001-01-01", "value = 20.5, from = 2030-01-01")},
            "small/policies.toml, line 18, column 22: parameter 'land_cap_pct' has no value on 2025-01-01",
        ),
        (
            {"zones": replacement('title = { en = "Border", zh = "边境" }', 'title = { en = "Border" }')},
            "small/zones.toml, line 25, column 9: title has no text in zh; give one",
        ),
        (
            {"rulebook": replacement('"Toyland"', '{ en = "Toyland" }')},
            "small/rulebook.toml, line 2, column 11: country has no text in zh; give one",
        ),
        (
            {"rulebook": replacement('name = "small"', 'name = "small"\ntitle = { en = "Law of Toyland" }')},
            "small/rulebook.toml, line 2, column 9: title has no text in zh; give one",
        ),
        (
            {"rulebook": replacement('["en", "zh"]', '["zh"]')},
            "small/rulebook.toml, line 3, column 13: 'en' is not among the languages; add it: what a reader's",
        ),
        (
            {"zones": replacement('code = "border"', 'code = "border"\nfrom = 2026-01-01')},
            "small/rules.toml, line 28, column 8: zone 'border' is not in force on 2025-01-01, but rule border-1 is",
        ),
        (
            {"indicators": replacement("when_absent = 0", 'when_absent = "none"')},
            (
                "small/indicators.toml, line 11, column 15: when_absent is a text (none), but "
                "'ecologically_fragile_share' is "
                'a number; write "error", "unknown" or a number'
            ),
        ),
        (
            {"lines": add('[[lines]]\ncode = "x"\nroles = ["protected"]\ntitle = { en = "X", zh = "X" }\n')},
            "small/lines.toml, line 9, column 10: role 'protected' belongs to line 'red_line' already",
        ),
        (
            {"policies": replacement("from = 2001-01-01", "from = 2001-01-01\nuntil = 2001-01-01")},
            "small/policies.toml, line 1, column 3: it ends before it begins (from 2001-01-01 until 2001-01-01)",
        ),
        (
            {"rules": replacement('on_unknown = "no"', 'on_unknwn = "no"')},
            "small/rules.toml, line 14, column 1: ",
        ),
        (
            {"rules": replacement('reference = "Small Act, section 2"', 'reference = ""')},
            "small/rules.toml, line 17, column 13: ",
        ),
        (
            {"parameters": replacement("value = 0.5", "value = nan")},
            "small/parameters.toml, line 11, column 21: 'value': write a finite number",
        ),
        (
            {"policies": replacement('cap = "land_cap_pct"', 'cap = "land_cap_pc"')},
            "small/policies.toml, line 18, column 22: 'land_cap_pc' is no parameter and no indicator, but nearly",
        ),
        (
            {"rulebook": add('[available_land]\ndeduct = ["water", "moor", "water"]')},
            "small/rulebook.toml, line 7, column 28: role 'water' stands twice",
        ),
        (
            {"rulebook": add('[available_land]\ndeduct = ["elevation"]')},
            "small/rulebook.toml, line 7, column 11: 'elevation' designates no land; what is too steep is deducted by",
        ),
        (
            {
                "rulebook": add("[available_land]\ndeduct = []"),
                "lines": replacement("roles =", "deducted = true\nroles ="),
            },
            "small/lines.toml, line 3, column 12: rulebook.toml lists the roles that are deducted: put those of this",
        ),
        (
            {"rulebook": add('[available_land]\nsteeper_than = "density_mn"')},
            "small/rulebook.toml, line 7, column 16: 'density_mn' does not stand in parameters.toml; did you mean",
        ),
        (
            {"rulebook": add('[available_land]\nsteeper_than = "density_min"')},
            "small/rulebook.toml, line 7, column 16: 'density_min' is in persons/km2; a slope is a number in deg",
        ),
        (
            {"rulebook": add('[available_land]\ndeducted = ["water"]')},
            "small/rulebook.toml, line 7, column 1: ",
        ),
        (
            {"zones": replacement('kind = "main"', 'kind = "main"\ncolour = "red"')},
            "small/zones.toml, line 4, column 10: 'colour': ",
        ),
        (
            {"zones": replacement('kind = "overlay"', 'kind = "overlay"\ncolour = "#77BB77"')},
            "small/zones.toml, line 20, column 10: 'energy_rich' is an overlay, which maps mark and do not fill; drop",
        ),
        (
            {"lines": replacement("roles =", 'stroke = { colour = "#12345" }\nroles =')},
            "small/lines.toml, line 3, column 21: 'colour': ",
        ),
        (
            {"lines": replacement("roles =", 'stroke = { colour = "#123456", dash = [1] }\nroles =')},
            "small/lines.toml, line 3, column 32: ",
        ),
        (
            {"terms": replacement('zh = "土地"', 'fr = "terre"')},
            "small/terms.toml, line 7, column 9: title has no text in zh; give one",
        ),
        (
            {"terms": replacement('zh = "土地" }', 'zh = "土地" }\nheading = { en = "Land" }')},
            "small/terms.toml, line 8, column 11: heading has no text in zh; give one",
        ),
        (
            {"terms": replacement('code = "energy"', 'code = "land"')},
            "small/terms.toml, line 10, column 8: 'land' is there already (small/terms.toml, line 6, column 8)",
        ),
        (
            {"terms": add('[[units]]\ncode = "ha"\ntitle = { en = "ha", zh = "公顷" }\nper_ha = 2')},
            "small/terms.toml, line 20, column 10: how much land one ha is stands fast; drop 'per_ha'",
        ),
        (
            {"terms": add('[[units]]\ncode = "rod"\ntitle = { en = "rod", zh = "杆" }\nper_ha = 0')},
            "small/terms.toml, line 20, column 10: ",
        ),
        (
            {"terms": replacement("[[units]]", '[[units]]\nname = "x"')},
            "small/terms.toml, line 14, column 1: ",
        ),
        ({"zones": None}, "small: there is no zones.toml; a rulebook needs rulebook.toml and zones.toml"),
        ({"rulebook": "name = "}, "small/rulebook.toml, line 1, column 7: "),
        (
            {"policies": replacement("from = 2001-01-01", 'from = "2001-01-01"')},
            "'from': a date without quotes (such as 2025-01-01) is needed, not the text '2001-01-01'",
        ),
        (
            {"parameters": replacement('"official" }', '"official" }\nverified = "true"')},
            "'verified': true or false is needed, not the text 'true'",
        ),
        (
            {"rules": replacement("priority = 20", 'priority = "20"')},
            "'priority': a whole number is needed, not the text '20'",
        ),
        (
            {"lines": replacement("roles =", "rolls =")},
            "unknown key 'rolls'; did you mean 'roles'? (known here: code, roles, deducted, stroke, title, reference",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_place(write_rulebook, changes, expected) -> None:
    found = complaints(write_rulebook(**changes))
    assert any(expected in text for text in found), "\n".join(found)


def test_all_complaints_come_together_and_in_the_order_of_checks(write_rulebook) -> None:
    folder = write_rulebook(
        rules=lambda text: text.replace("density_min", "30").replace('zone = "border"', 'zone = "bordr"'),
        zones=replacement("default = true\n", ""),
    )
    found = complaints(folder)
    assert len(found) == 3
    assert ["'bordr'" in found[0], "30" in found[1], "default = true" in found[2]] == [True] * 3


def test_faults_of_form_in_several_files_come_together(write_rulebook) -> None:
    found = complaints(
        write_rulebook(rules=replacement("priority", "prio"), lines=replacement("roles", "rolls"), zones="[[zones")
    )
    assert {text.split(",")[0] for text in found} == {"small/rules.toml", "small/lines.toml", "small/zones.toml"}


def test_foreign_files_are_refused(write_rulebook) -> None:
    folder = write_rulebook()
    for name in ("rule.toml", "zones.yaml", "cases/notes.txt", "cases/more/deep.toml", "energies.toml"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("")
    found = complaints(folder)
    assert len(found) == 5
    assert (
        "small: file 'rule.toml' does not belong into a rulebook: move it elsewhere; did you mean 'rules.toml'"
        in "\n".join(found)
    )


def test_an_unused_parameter_needs_no_value_on_the_day(write_rulebook) -> None:
    later = """
[[parameters]]
name = "later_min"
unit = "1"
values = [{ value = 1, from = 2030-01-01 }]
reference = "Small Act 2030"
"""
    rulebook = read_rulebook(write_rulebook(parameters=add(later)), DAY)
    assert "later_min" not in rulebook.values


def test_zero_and_one_need_no_name(write_rulebook) -> None:
    folder = write_rulebook(
        rules=replacement("population / area_km2 >= density_min", "population > 0 AND area_km2 >= -1 * 1")
    )
    assert complaints(folder) == [("small/rules.toml, line 4, column 8: a number without a name, -1: name a parameter, "
                                  "with its unit, dates and reference")]  # fmt: skip
    assert complaints(write_rulebook(rules=replacement("population / area_km2 >= density_min", "population > 0"))) == []


def test_unknown_names_and_folders(tmp_path) -> None:
    with pytest.raises(RulebookError, match=r"no such folder; give a folder of TOML files") as caught:
        read_rulebook(tmp_path / "nothing", DAY)
    assert caught.value.exit_code == 2
    with pytest.raises(RulebookError, match="there is no built-in rulebook 'us-west'"):
        read_rulebook("us-west", DAY)
    with pytest.raises(ZoneplanError, match="no such folder"):
        read_rulebook("./us_west", DAY)


def test_the_working_folder_changes_nothing(write_rulebook, monkeypatch) -> None:
    """A name without a slash is a built-in one, even where a folder of that name stands by."""
    monkeypatch.chdir(write_rulebook().parent)
    with pytest.raises(RulebookError, match="there is no built-in rulebook 'small'"):
        read_rulebook("small", DAY)


def test_the_built_in_rulebooks_are_called_as_their_folders() -> None:
    for name in builtin_rulebooks():
        assert read_rulebook(name, DAY).name == name


def test_a_huge_folder_is_no_rulebook(write_rulebook) -> None:
    folder = write_rulebook()
    for number in range(501):
        (folder / f"{number}.txt").touch()
    with pytest.raises(RulebookError, match="more than 500 files; is this the folder of a rulebook"):
        read_rulebook(folder, DAY)


def test_a_policy_cannot_read_an_overlay_that_is_over(write_rulebook) -> None:
    folder = write_rulebook(
        zones=lambda text: text.replace('code = "energy_rich"', 'code = "energy_rich"\nuntil = 2020-01-01'),
        rules=lambda text: text.replace('zone = "energy_rich"', 'zone = "energy_rich"\nuntil = 2020-01-01'),
    )
    with pytest.raises(RulebookError) as caught:
        read_rulebook(folder, date(2025, 1, 1))
    assert "small/policies.toml, line 26, column 8: overlay zone 'energy_rich' is not in force on 2025-01-01" in str(
        caught.value
    )
    assert read_rulebook(folder, date(2019, 12, 31)).codes("overlay") == ("energy_rich", "border")


def test_a_number_stays_within_what_its_unit_can_be() -> None:
    law = read_rulebook("us_west")
    for name, wanted, said in (
        ("fragile_share_min", -5, "must be at least 0, not -5"),
        ("fragile_share_min", 7, "must be at most 1, not 7"),
        ("mineral_state_share_pct", 101, "must be at most 100, not 101"),
        ("density_min_per_km2", -1, "must be at least 0, not -1"),
    ):
        with pytest.raises(StudyError, match=said):
            require_possible(law, name, wanted)
    for name, one in law.parameters.items():
        require_possible(law, name, one.value)
    require_possible(law, "density_min_per_km2", 1e9)
