"""What the engine says of negative lists and of places, in English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from layers import Words, words_in

INDUSTRY_WORDS: Words = {
    "allowed": ("allowed", "允许"),
    "restricted": ("restricted", "限制"),
    "prohibited": ("prohibited", "禁止"),
    "planned": ("planned", "规划发展"),
    "existing": ("existing", "现有"),
    "both": ("existing and planned", "现有和规划发展"),
    "scale": ("scale", "规模"),
    "location": ("location", "区位"),
    "process": ("process", "工艺"),
    "cleanliness": ("cleaner production", "清洁生产"),
    "other": ("other", "其他"),
    "condition": ("{aspect}: {text}", "{aspect}：{text}"),
    "next": ("; ", "；"),
    "own_list": ("the plan's own list", "方案自有清单"),
    "verdict": ("{code} {title}, {state}: {treatment}", "{code} {title}，{state}：{treatment}"),
    "verdict_within": (
        "{code}, in {listed} {title}, {state}: {treatment}",
        "{code}（属 {listed} {title}），{state}：{treatment}",
    ),
    "named_by_none": (
        "no list that holds here names it",
        "适用于此地的清单均未列入",
    ),
    "decided_by": (
        "decided by {title} ({list}), item {item}: {code}, {treatment}",
        "由{title}（{list}）第 {item} 项决定：{code}，{treatment}",
    ),
    "also": (
        "also {title} ({list}), item {item}: {code}, {treatment}",
        "另见{title}（{list}）第 {item} 项：{code}，{treatment}",
    ),
    "below": (
        "a part of it is listed: {code}, {treatment}, by {title} ({list}), item {item}; ask for a longer code",
        "其中部分行业已列入：{code}，{treatment}，{title}（{list}）第 {item} 项；请用更细的代码查询",
    ),
    "on_condition": ("on condition: {text}", "条件：{text}"),
    "note": ("note: {text}", "说明：{text}"),
    "reference": ("reference: {text}{doubt}", "依据：{text}{doubt}"),
    "unverified": (" (text not seen)", "（未见原文）"),
    "repeats": (
        "table '{table}', line {line}: {code} repeats item {number} of list '{list}'; name only what becomes stricter",
        "表“{table}”第 {line} 行：{code} 与清单“{list}”第 {number} 项相同；自有清单只列出更严格的内容",
    ),
    # places
    "place": ("{lon}, {lat} (WGS 84)", "经度 {lon}，纬度 {lat}（WGS 84）"),
    "outside": (
        "outside all units; the nearest is {unit}, {km} km away",
        "不在任何单元内；最近的单元是 {unit}，相距 {km} 公里",
    ),
    "swapped": (
        "With longitude and latitude the other way round it would lie in {unit}: did you mean {lon} {lat}?",
        "若经纬度互换，则位于 {unit}：是否应为 {lon} {lat}？",
    ),
    "no_verdict": (
        "{code}, {state}: no answer, for no list holds outside the plan",
        "{code}，{state}：方案范围以外没有适用清单，无法回答",
    ),
    "in_unit": ("in {unit}, {jurisdiction}", "位于 {unit}，{jurisdiction}"),
    "in_unit_alone": ("in {unit}", "位于 {unit}"),
    "called": ("{name} ({unit_id})", "{name}（{unit_id}）"),
    "shared": (
        "on the border with {others}; it counts to the unit whose id sorts first",
        "位于与 {others} 的边界上；计入编号排序在前的单元",
    ),
    "main": (
        "Main function: {title} ({code}); rule {rule}: {reason}",
        "主体功能：{title}（{code}）；规则 {rule}：{reason}",
    ),
    "overlays": ("Overlays: {titles}", "叠加指定：{titles}"),
    "line": ("Control line: {title}{reference}", "管控线：{title}{reference}"),
    "line_reference": (" ({text})", "（{text}）"),
    "no_line": ("Control line: none", "管控线：无"),
    "designations": ("Layers here: {names}", "所在图层：{names}"),
    "designation": ("{layer} ({title})", "{layer}（{title}）"),
    "piece": ("Piece {id}, {area} ha", "图斑 {id}，{area} 公顷"),
    "policies": ("Policies", "政策"),
    "policy": ("{title} ({id}; {instrument}{over})", "{title}（{id}；{instrument}{over}）"),
    "policy_over": ("; overruled by {id}", "；让位于 {id}"),
    "policy_piece": (
        "on this piece: {title} ({id}; {instrument}{over})",
        "本图斑：{title}（{id}；{instrument}{over}）",
    ),
    "lists": ("Negative lists", "负面清单"),
    "list": (
        "{title} ({list}): {prohibited} prohibited, {restricted} restricted",
        "{title}（{list}）：禁止 {prohibited} 项，限制 {restricted} 项",
    ),
    "and": (", ", "、"),
}  # fmt: skip


@cache
def industry_words(language: str) -> Mapping[str, str]:
    """The words of one language by their key.

    Raises
    ------
    ZoneplanError
        The language is neither English nor Chinese.

    Examples
    --------
    >>> industry_words("zh")["prohibited"]
    '禁止'
    """
    return words_in(language, INDUSTRY_WORDS)
