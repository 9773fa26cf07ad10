"""The palette: well-known types look alike everywhere, no two zones look the same, inks can be read."""

from __future__ import annotations

import itertools
from types import SimpleNamespace

import numpy as np

from maps.style import NO_CEILING_FILL, PAYMENT_INK, USE_FILLS, designation_inks, overlay_hatches, zone_fills
from maps.style.legend import LINE_STYLES
from maps.style.palette import DEFAULT_FILL, DESIGNATION_INKS, FILLS

QUOTA_CIRCLE = "#1F4E6B"
SEEN_BY = {
    "all": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
}
"""How colours are seen, in linear RGB: Machado, Oliveira and Fernandes (2009), severity 1."""
TO_CONES = [
    [0.4122214708, 0.5363325363, 0.0514459929],
    [0.2119034982, 0.6806995451, 0.1073969566],
    [0.0883024619, 0.2817188376, 0.6299787005],
]
TO_OKLAB = [
    [0.2104542553, 0.793617785, -0.0040720468],
    [1.9779984951, -2.428592205, 0.4505937099],
    [0.0259040371, 0.7827717662, -0.808675766],
]
"""Oklab: Ottosson (2020)."""


def rulebook(*mains: str, overlays: int = 0) -> SimpleNamespace:
    """A rulebook with these main zones, the last of which is the default, and some overlays."""
    zones = [SimpleNamespace(code=code, kind="main", default=code == mains[-1]) for code in mains]
    zones += [SimpleNamespace(code=f"o{number}", kind="overlay", default=False) for number in range(overlays)]
    return SimpleNamespace(zones=zones)


def linear_rgb(colour: str) -> list[float]:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    return [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]


def luminance(colour: str) -> float:
    """Relative luminance as the accessibility guidelines define it."""
    red, green, blue = linear_rgb(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def distance(one: str, other: str) -> float:
    """How far apart two colours are (Oklab), to whom they look most alike."""

    def seen(colour: str, sight: object) -> np.ndarray:
        light = np.clip(np.array(sight) @ linear_rgb(colour), 0, 1)
        return np.array(TO_OKLAB) @ np.cbrt(np.array(TO_CONES) @ light)

    return min(float(np.linalg.norm(seen(one, sight) - seen(other, sight))) for sight in SEEN_BY.values())


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


def test_inks_stand_out_from_white() -> None:
    assert [ink for ink in DESIGNATION_INKS if 1.05 / (luminance(ink) + 0.05) < 4.5] == []


def test_inks_begin_again_where_there_are_many_layers() -> None:
    assert designation_inks(9)[8] == DESIGNATION_INKS[0]


def test_payments_stand_apart_from_everything_that_they_lie_on() -> None:
    assert 1.05 / (luminance(PAYMENT_INK) + 0.05) >= 4.5  # against its white edge
    others = {*FILLS, DEFAULT_FILL, *USE_FILLS, QUOTA_CIRCLE, *(colour for colour, *_ in LINE_STYLES.values())}
    assert min(distance(PAYMENT_INK, other) for other in others) >= 0.09


def test_classes_of_use_are_told_apart_by_their_lightness() -> None:
    lights = [luminance(fill) for fill in USE_FILLS]
    assert lights == sorted(lights, reverse=True)
    assert min(distance(one, other) for one, other in itertools.pairwise(USE_FILLS)) >= 0.07
    assert min(distance(NO_CEILING_FILL, fill) for fill in USE_FILLS) >= 0.09
