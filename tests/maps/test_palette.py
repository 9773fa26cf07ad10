"""The palette: well-known types look alike everywhere, no two zones look the same, inks can be read."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from maps.palette import DEFAULT_FILL, DESIGNATION_INKS, FILLS, designation_inks, overlay_hatches, zone_fills


def rulebook(*mains: str, overlays: int = 0) -> SimpleNamespace:
    """A rulebook with these main zones, the last of which is the default, and some overlays."""
    zones = [SimpleNamespace(code=code, kind="main", default=code == mains[-1]) for code in mains]
    zones += [SimpleNamespace(code=f"o{number}", kind="overlay", default=False) for number in range(overlays)]
    return SimpleNamespace(zones=zones)


def luminance(colour: str) -> float:
    """Relative luminance as the accessibility guidelines define it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_well_known_types_keep_their_colour_in_any_order() -> None:
    one = zone_fills(rulebook("agricultural", "key_development", "general"))
    other = zone_fills(rulebook("key_development", "wetland", "agricultural", "general"))
    assert one["agricultural"] == other["agricultural"]
    assert one["general"] == other["general"] == DEFAULT_FILL
    assert list(other) == ["key_development", "wetland", "agricultural", "general"]


def test_no_two_of_twelve_zones_look_alike() -> None:
    mains = ["ecologically_fragile", *(f"z{number}" for number in range(11)), "rest"]
    assert sorted(zone_fills(rulebook(*mains)).values()) == sorted([*FILLS, DEFAULT_FILL])


def test_overlays_differ_by_angle_or_spacing() -> None:
    hatches = overlay_hatches(rulebook("general", overlays=8))
    assert len(set(hatches.values())) == 8


@pytest.mark.parametrize("ink", DESIGNATION_INKS)
def test_inks_stand_out_from_white(ink: str) -> None:
    assert 1.05 / (luminance(ink) + 0.05) >= 4.5


def test_inks_begin_again_where_there_are_many_layers() -> None:
    assert designation_inks(9)[8] == DESIGNATION_INKS[0]
