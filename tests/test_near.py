"""Which tests are nearest to a change, in a house of four modules, three tests and a script."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.near import LATE, ROOT, UNTIL, House, Near

FILES = {
    "zoning/__init__.py": "",
    "zoning/quotas/__init__.py": "from zoning.quotas.shares import share\nfrom zoning.quotas.sums import add\n"
    '__all__ = ["add", "share"]\n',
    "zoning/quotas/shares.py": "def share(): ...\n",
    "zoning/quotas/sums.py": 'def add():\n    """Add.\n\n    >>> add()\n    """\n',
    "zoning/zones.py": "from zoning.quotas import share\nTEXTS = 'words/share.txt'\n",
    "zoning/words/share.txt": "a share",
    "tests/conftest.py": "",
    "tests/zoning/quotas/test_shares.py": "from zoning.quotas import share\n"
    "def test_slow(): ...\ndef test_quick(): ...\n",
    "tests/zoning/quotas/test_sums.py": "from zoning.quotas import add\ndef test_sum(): ...\n",
    "tests/zoning/test_zones.py": "from zoning import zones\ndef test_zone(): ...\n",
    "tests/times.json": json.dumps({
        "tests/zoning/quotas/test_shares.py::test_slow[a]": 30.0,
        "tests/zoning/quotas/test_shares.py::test_slow[b]": 20.0,
        "tests/zoning/quotas/test_shares.py::test_quick": 0.5,
    }),
}  # fmt: skip
QUICK, SLOW = (f"tests/zoning/quotas/test_shares.py::test_{name}" for name in ("quick", "slow"))
SUM, ZONE = "tests/zoning/quotas/test_sums.py::test_sum", "tests/zoning/test_zones.py::test_zone"


@pytest.fixture
def house(tmp_path: Path) -> House:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    return House(tmp_path)


def steps(rows: list[Near]) -> Mapping[str, int]:
    return {row.name: row.steps for row in rows}


def test_tests_of_the_same_path_come_first_then_who_imports_it(house: House) -> None:
    rows = house.nearest([Path("zoning/quotas/shares.py")])
    assert steps(rows) == {QUICK: 0, SLOW: 0, SUM: 2, ZONE: 2}
    assert [row.name for row in rows[:2]] == [QUICK, SLOW], "the quicker one first"


def test_who_takes_another_name_of_the_same_room_stands_beside(house: House) -> None:
    assert ZONE not in steps(house.nearest([Path("zoning/quotas/sums.py")]))


def test_examples_of_a_changed_module_run(house: House) -> None:
    assert steps(house.nearest([Path("zoning/quotas/sums.py")]))["zoning/quotas/sums.py"] == 0


def test_what_is_no_module_is_reached_by_who_names_it(house: House) -> None:
    assert steps(house.nearest([Path("zoning/words/share.txt")]))[ZONE] == 2


def test_fixtures_reach_every_test_below_their_folder(house: House) -> None:
    assert set(steps(house.nearest([Path("tests/conftest.py")]))) == {QUICK, SLOW, SUM, ZONE}


def test_a_changed_test_is_near_and_reaches_nothing_else(house: House) -> None:
    near = steps(house.nearest([Path("tests/zoning/test_zones.py")]))
    assert near == {ZONE: 0}


def test_what_does_not_fit_is_left_out_and_what_follows_is_not(house: House) -> None:
    taken, left_out = house.select([Path("zoning/quotas/shares.py")], 20.0)
    assert {test.name for test in taken} == {QUICK, SUM, ZONE}
    assert [(test.name, test.seconds) for test in left_out] == [(SLOW, 50.0)]


def test_a_file_is_called_by_its_name_where_all_its_tests_are_meant(house: House) -> None:
    rows = house.nearest([Path("zoning/quotas/shares.py")])
    assert set(house.arguments(rows)) == {name.partition("::")[0] for name in (QUICK, SUM, ZONE)}
    assert house.arguments(rows[:1]) == [QUICK]


def test_no_test_begins_once_the_time_is_over(tmp_path: Path) -> None:
    (tmp_path / "test_own.py").write_text("def test_one(): ...\ndef test_two(): ...\n", "utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.near", "-c", os.devnull, tmp_path / "test_own.py"]
    for until, told in ((0, f"2 tests {LATE}, of "), (time.time() + 60, "2 passed")):
        environment = os.environ | {UNTIL: str(until)}
        done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=True)
        assert told in done.stdout
