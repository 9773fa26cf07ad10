"""What is said of land that quotas take, and of amounts that found none, in English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping

from layers import Words, words_in

SITING_WORDS: Words = {
    "placed": (
        "placed: {placed} ha in patches: {patches}; mean score {score}, at most {bound} possible",
        "已落地：{placed} 公顷，地块 {patches} 个；平均得分 {score}，最高可能 {bound}",
    ),
    "placed_value": (
        (
            "placed: {placed} ha in patches: {patches}; mean {surface} of '{layer}' {value}; mean score {score}, "
            "at most {bound} possible"
        ),
        (
            "已落地：{placed} 公顷，地块 {patches} 个；“{layer}”的 {surface} 平均为 {value}；"
            "平均得分 {score}，最高可能 {bound}"
        ),
    ),
    "over": ("more than its amount by {n} ha, for the last cell is taken whole", "末格整格取用，超出 {n} 公顷"),
    "not_placed": ("not placed: {n} ha; {why}", "未能落地：{n} 公顷；{why}"),
    "unplaced": (
        "{quota} {period}: {n} ha could not be placed, in units: {count} ({units}): {why}",
        "{quota}，{period} 年：{count} 个单元共 {n} 公顷未能落地（{units}）：{why}",
    ),
    "land": (
        (
            'the amount is larger than the available land; set ceiling = "available_ha" (or "available_in_boundary_ha" '
            "where only land inside the boundary counts), or give less"
        ),
        "数额超过可用土地；请将上限设为 available_ha（只计边界内土地时为 available_in_boundary_ha），或减少数额",
    ),
    "suitable": (
        (
            "too little of the available land has a value on the raster and meets 'where'; give a raster that covers "
            "the units, or loosen 'where'"
        ),
        "可用土地中具有栅格值并满足 where 的部分不足；请提供覆盖单元的栅格，或放宽 where",
    ),
    "small": (
        (
            "the amount is smaller than the smallest patch of {least} ha; raise the floor of the quota, or lower "
            "'min_patch_ha'"
        ),
        "数额小于最小地块 {least} 公顷；请提高指标下限，或降低 min_patch_ha",
    ),
    "patches": (
        (
            "what is left fits into no patch of {least} ha of connected suitable land; lower 'min_patch_ha', or let "
            "corners connect (neighbours = 8)"
        ),
        "剩余部分放不进任何不小于 {least} 公顷的连片适宜土地；请降低 min_patch_ha，或允许角相邻（neighbours = 8）",
    ),
    "last": (
        "less than a cell is left out, as 'last' says; write last = \"cut\" to place it",
        '按 last 的设置，不足一格的部分未取；如需落地请写 last = "cut"',
    ),
}


def siting_words(language: str) -> Mapping[str, str]:
    """The texts of a language by their key.

    Examples
    --------
    >>> siting_words("en")["over"].format(n="3")
    'more than its amount by 3 ha, for the last cell is taken whole'
    """
    return words_in(language, SITING_WORDS)


def why_unplaced(because: str, least: float, language: str) -> str:
    """What kept an amount from being placed, and what to do.

    Parameters
    ----------
    because : {"land", "suitable", "small", "patches", "last"}
        As in the SITINGS table.
    least : float
        The smallest patch, hectares.
    language : {"en", "zh"}

    Examples
    --------
    >>> why_unplaced("small", 5, "zh")
    '数额小于最小地块 5 公顷；请提高指标下限，或降低 min_patch_ha'
    """
    return siting_words(language)[because].format(least=f"{least:,g}")
