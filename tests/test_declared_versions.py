"""What pyproject.toml declares, and the list of exact versions that stands beside it."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
DECLARED = [Requirement(one) for one in PROJECT["dependencies"]]
LOCK = (ROOT / "requirements-lock.txt").read_text("utf-8")


def locked() -> dict[str, list[str]]:
    """The exact versions by name; one that differs between versions of Python stands more than once."""
    found: dict[str, list[str]] = {}
    for name, version in re.findall(r"^([A-Za-z0-9._-]+)==([^\s;]+)", LOCK, re.MULTILINE):
        found.setdefault(canonicalize_name(name), []).append(version)
    return found


@pytest.mark.parametrize("one", DECLARED, ids=lambda one: one.name)
def test_every_dependency_has_a_lowest_version_and_is_in_the_list(one: Requirement) -> None:
    assert any(part.operator == ">=" for part in one.specifier)
    versions = locked()[canonicalize_name(one.name)]
    assert all(one.specifier.contains(version) for version in versions)


def test_every_entry_of_the_list_has_hashes_and_none_names_a_place() -> None:
    entries = re.split(r"^(?=[A-Za-z0-9])", LOCK, flags=re.MULTILINE)[1:]
    assert len(entries) == sum(map(len, locked().values()))
    assert all("--hash=sha256:" in entry for entry in entries)
    assert not re.search(r"https?:|--index-url|--extra-index-url|--find-links|file:", LOCK)


def test_python_has_no_upper_bound() -> None:
    assert "<" not in PROJECT["requires-python"]


def test_the_documented_command_is_the_one_that_is_tested() -> None:
    command = next(line for line in (ROOT / "CONTRIBUTING.md").read_text("utf-8").splitlines() if "pip compile" in line)
    for option in ("--generate-hashes", "--no-emit-index-url", "--no-header", "-o requirements-lock.txt"):
        assert option in command
