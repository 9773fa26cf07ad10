"""What the engine calls its own measures, units of measure and settings; what a rulebook brings it titles itself."""

from __future__ import annotations

from collections.abc import Mapping

from layers.languages import LANGUAGES, Words

MEASURES: Words = {
    "unit_id": ("unit", "单元"),
    "jurisdiction": ("jurisdiction", "行政区"),
    "main": ("main function", "主体功能"),
    "control_line": ("control line", "管控线"),
    "intensity_light": ("light of energy intensity", "能耗强度亮灯"),
    "total_light": ("light of the total of energy", "能耗总量亮灯"),
    "total_exempt": ("exempt from the total of energy", "免予能耗总量考核"),
    "available_ha": ("available land", "可用土地"),
    "available_in_boundary_ha": ("available land inside the growth boundary", "开发边界内可用土地"),
}
"""What conditions and quotas read beside indicators; a rulebook's own title goes before."""

OWN: Mapping[str, Words] = {
    "roles": {"elevation": ("steep land", "陡坡地")},  # what of an elevation is deducted
    "settings": {"prohibited": ("prohibited", "禁止项数"), "restricted": ("restricted", "限制项数")},
    "units": {
        "ha": ("ha", "公顷"),
        "km2": ("km2", "平方公里"),
        "km": ("km", "公里"),
        "m": ("m", "米"),
        "m2": ("m2", "平方米"),
        "deg": ("deg", "度"),
    },
}
"""What the engine calls its own codes, by the kinds of ``terms.toml``; all others are the rulebook's."""


def own_texts(kind: str, code: str) -> dict[str, str]:
    """What the engine calls a code in each of its languages; empty where the code is not its own.

    Examples
    --------
    >>> own_texts("units", "km2"), own_texts("units", "BRL")
    ({'en': 'km2', 'zh': '平方公里'}, {})
    """
    return dict(zip(LANGUAGES, OWN.get(kind, {}).get(code, ()), strict=False))


def name_text(name: str) -> str:
    """A name of the study as words.

    Examples
    --------
    >>> name_text("construction_land")
    'construction land'
    """
    return name.replace("_", " ")
