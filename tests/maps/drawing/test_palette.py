"""The palette: zones have the colours of their rulebook, no two look the same, inks can be read."""

from __future__ import annotations

import itertools
from datetime import date

import numpy as np
import pytest

from maps.drawing.palette import (
    BELOW_THRESHOLD,
    DARK,
    DARK_SCALES,
    DEFAULT_FILL,
    DESIGNATION_INKS,
    FILLS,
    FROM_THRESHOLD,
    LAND_FILLS,
    LIGHT,
    LIGHT_SCALES,
    MEASURE_FILLS,
    Scales,
    Theme,
    designation_inks,
    mark_fills,
    theme_css,
    zone_fills,
)
from zoning.rulebook import Rulebook, builtin_rulebooks, read_rulebook
from zoning.rulebook.schema import Zone

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


def rulebook(*mains: str, overlays: int = 0, **colours: str) -> Rulebook:
    """A rulebook with these main zones, the last the default, some in a colour of their own, and some overlays."""
    zones = [
        Zone(code=code, kind="main", title={"en": code}, default=code == mains[-1], colour=colours.get(code))
        for code in mains
    ]
    zones += [Zone(code=f"o{number}", kind="overlay", title={"en": "over"}) for number in range(overlays)]
    return Rulebook("small", "Toyland", "", date(2025, 1, 1), zones=tuple(zones))


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


def test_zones_have_their_own_colour_and_the_others_what_is_left_of_the_series() -> None:
    fills = zone_fills(rulebook("farm", "moor", "town", "rest", moor=FILLS[0].lower(), town="#123456"))
    assert fills == {"farm": FILLS[1], "moor": FILLS[0].lower(), "town": "#123456", "rest": DEFAULT_FILL}
    assert zone_fills(rulebook("farm", "rest", rest="#FFFFFF")) == {"farm": FILLS[0], "rest": "#FFFFFF"}


def test_a_series_whose_colours_are_all_taken_begins_again() -> None:
    own = {f"z{number}": fill for number, fill in enumerate(FILLS)}
    assert zone_fills(rulebook(*own, "more", "rest", **own))["more"] == FILLS[0]


def test_no_two_of_twelve_zones_look_alike() -> None:
    mains = [*(f"z{number}" for number in range(12)), "rest"]
    assert sorted(zone_fills(rulebook(*mains, z7=FILLS[3])).values()) == sorted([*FILLS, DEFAULT_FILL])


def test_the_colour_blind_tell_twelve_fills_and_paper_apart() -> None:
    fills = [*FILLS, DEFAULT_FILL]
    assert min(distance(one, other) for one, other in itertools.combinations(fills, 2)) >= 0.09


@pytest.mark.parametrize("scale", [MEASURE_FILLS, (*BELOW_THRESHOLD, *FROM_THRESHOLD), LAND_FILLS])
def test_neighbours_on_a_scale_are_told_apart(scale: tuple[str, ...]) -> None:
    assert min(distance(one, other) for one, other in itertools.pairwise(scale)) >= 0.085


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_text_can_be_read_on_its_panel(theme: Theme) -> None:
    ground = luminance(theme.panel)
    for ink in (theme.ink, theme.ink_2, theme.ink_3):
        light, dark = sorted((luminance(ink), ground), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5


@pytest.mark.parametrize("name", builtin_rulebooks())
@pytest.mark.parametrize("day", [date(2020, 1, 1), date(2025, 1, 1)])
def test_no_two_zones_of_a_built_in_rulebook_look_alike(name: str, day: date) -> None:
    fills = list(zone_fills(read_rulebook(name, day)).values())
    assert len({*fills}) == len(fills)
    assert {*fills} <= {*FILLS, DEFAULT_FILL}


def test_inks_stand_out_from_white() -> None:
    assert [ink for ink in DESIGNATION_INKS if 1.05 / (luminance(ink) + 0.05) < 4.5] == []


def test_inks_begin_again_where_there_are_many_layers() -> None:
    assert designation_inks(9)[8] == DESIGNATION_INKS[0]


def test_every_colour_of_both_themes_is_a_property_of_the_page() -> None:
    light, dark = theme_css().splitlines()
    names = [part.split(":")[0] for part in light.split("{")[1].rstrip("}").split(";")]
    assert names == [part.split(":")[0] for part in dark.split("{")[1].rstrip("}").split(";")]
    assert len(set(names)) == len(names)
    assert {"--paper", "--ink-2", "--land-4", "--measure-5", "--arrow"} <= set(names)


@pytest.mark.parametrize("scales", [LIGHT_SCALES, DARK_SCALES])
def test_steps_of_a_scale_are_told_apart(scales: Scales) -> None:
    for series in (scales.measure, scales.threshold, scales.land, scales.programmes):
        assert min(distance(one, other) for one, other in itertools.pairwise(series)) >= 0.05
    assert distance(scales.pays, scales.receives) >= 0.09


@pytest.mark.parametrize("scales", [LIGHT_SCALES, DARK_SCALES])
def test_scales_are_read_in_grey(scales: Scales) -> None:
    land = (scales.land_small, *scales.land)
    for series in (scales.measure, scales.threshold, land, scales.programmes):
        steps = np.diff([lightness(colour) for colour in series])
        assert (abs(steps) >= 6.5).all(), "each step is seen without its hue"
        assert series is not land or (abs(steps) >= 11).all(), "land lies under relief, which takes some of it"
        assert len(set(np.sign(steps))) == 1, "and all go one way"
    assert abs(lightness(scales.pays) - lightness(scales.receives)) >= 10


def test_the_first_zones_are_told_apart_in_grey() -> None:
    for one, other in itertools.combinations([*FILLS[:3], DEFAULT_FILL], 2):
        assert abs(lightness(one) - lightness(other)) >= 15


def lightness(colour: str) -> float:
    """From black, 0, to white, 100, as CIE L* has it: what is left of a colour in grey."""
    return 116 * float(np.cbrt(luminance(colour))) - 16


@pytest.mark.parametrize(("theme", "scales"), [(LIGHT, LIGHT_SCALES), (DARK, DARK_SCALES)])
def test_arrows_and_amounts_can_be_seen(theme: Theme, scales: Scales) -> None:
    for ink, ground in ((scales.arrow, theme.paper), (scales.circle, theme.paper), (scales.circle_ink, scales.circle)):
        light, dark = sorted((luminance(ink), luminance(ground)), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 3.0


@pytest.mark.parametrize("name", builtin_rulebooks())
def test_marks_of_a_built_in_rulebook_are_told_apart_in_grey(name: str) -> None:
    """Bars and circles of a report that somebody copied: what lies beside each other differs in lightness."""
    fills = mark_fills(read_rulebook(name, date(2025, 1, 1))).values()
    grey = sorted(
        0.299 * int(fill[1:3], 16) + 0.587 * int(fill[3:5], 16) + 0.114 * int(fill[5:7], 16) for fill in fills
    )
    assert all(light - dark > 20 for dark, light in itertools.pairwise(grey))
