"""What findings, negative lists, siting and money say, in English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from layers.languages import Words, words_in

FINDING_WORDS: Words = {
    "uncovered": ("units without any policy: {count} ({units})", "{count} 个单元没有任何政策（{units}）"),
    "missing_instrument": (
        "units without a policy of the instrument '{instrument}', which '{rulebook}' asks of each: {count} ({units})",
        "{count} 个单元没有“{instrument}”类政策，而规则手册“{rulebook}”要求每个单元都有（{units}）",
    ),
    "empty_measure": (
        "measures that are 0 or missing in every unit: {count} ({names}); check the layer's formula, or the column",
        "{count} 项指标在所有单元均为 0 或缺失（{names}）；请检查图层的公式或相应的列",
    ),
    "contested": (
        "contested units: {count} ({units}); different zones stand at one priority, and the id of the rule decided",
        "{count} 个单元有争议：同一优先级有不同分区，按规则编号确定（{units}）",
    ),
    "review": (
        "units to be reviewed: {count} ({units}); a value is missing, so that a rule could not be answered",
        "{count} 个单元待复核：数值缺失，有规则无法判定（{units}）",
    ),
    "assumed": (
        (
            "units whose main function hangs on measures that nothing gives: {count} ({units}); give {names}, or say "
            "in none_of what does not exist"
        ),
        "{count} 个单元的主体功能取决于缺失的指标（{units}）：请提供 {names}，或在 none_of 中说明不存在者",
    ),
    "rule_never_fires": (
        "rule {rule} claims no unit for {zone} (unknown for {unknown}): it may be dead, or its threshold too high",
        "规则 {rule} 没有为 {zone} 主张任何单元（{unknown} 个未知）：可能失效，或阈值过高",
    ),
    "rule_never_decides": (
        ("rule {rule} claims {claims} units for {zone} and decides none: a rule of lower priority number or a decision "
        "always comes first"),
        "规则 {rule} 为 {zone} 主张 {claims} 个单元，但从未起决定作用：总有优先级更高的规则或规划决定在先",
    ),
    "rule_always_ties": (
        (
            "rule {rule} meets another zone at its priority wherever it claims a unit ({claims}): only ids decide; "
            "give it a priority of its own"
        ),
        "规则 {rule} 每次主张单元时（{claims} 个）都与同一优先级的另一分区相遇，仅按编号确定：请为其另设优先级",
    ),
    "rule_hinges": (
        "rule {rule} hinges on one number that is not verified: {parameter}",
        "规则 {rule} 仅取决于一个未核对的数值：{parameter}",
    ),
    "policy_never_applies": (
        "policies that apply to no unit of this plan: {count} ({policies})",
        "本方案中 {count} 项政策不适用于任何单元（{policies}）",
    ),
    "unverified_land": (
        (
            "{parameter} is not verified; {area_ha} ha in {units} units depend on it (main function {main_ha} ha, "
            "overlays {overlays_ha} ha, policies {policies_ha} ha)"
        ),
        (
            "{parameter} 未核对；{units} 个单元共 {area_ha} 公顷取决于它（主体功能 {main_ha} 公顷，"
            "叠加指定 {overlays_ha} 公顷，政策 {policies_ha} 公顷）"
        ),
    ),
    "other_rulebook": (
        "the run was made with another text of the rulebook ({files}); what follows is about the text in the run",
        "该运行使用的规则手册文本不同（{files}）；以下针对运行中的文本",
    ),
    "near_threshold": (
        "units on the threshold of rule {rule} ({clause}), or nearer to it than noise of the inputs: {count} ({units})",
        "{count} 个单元恰在规则 {rule} 的阈值上，或其距离小于输入数据的误差（{clause}；{units}）",
    ),
    "floor_missed": (
        (
            "{title}, {place}: {share} % of {of} instead of at least {least} %; {missing} ha are missing "
            "({settled} ha of {whole} ha; {reference})"
        ),
        (
            "{title}，{place}：占{of}的 {share}%，低于 {least}%；尚缺 {missing} 公顷"
            "（{settled} 公顷，总量 {whole} 公顷；{reference}）"
        ),
    ),
    "floor_no_layer": (
        "{title}: not checked, for the study has no layer of a role that draws the line ({roles})",
        "{title}：未检查，研究缺少划定该管控线的图层（{roles}）",
    ),
    "floor_no_measure": (
        "{title}: not checked, for '{of}' is missing; places: {count} ({places})",
        "{title}：未检查，缺少“{of}”；{count} 处（{places}）",
    ),
    "floor_no_level": (
        "{title}: not checked, for the study names no jurisdiction in [units]",
        "{title}：未检查，研究未在 [units] 中指定行政区",
    ),
    "norm_missed": (
        "{title}: not kept at {count} of {all} places: {told} ({reference})",
        "{title}：{all} 处中 {count} 处不符合：{told}（{reference}）",
    ),
    "norm_told": ("{place}: {facts}", "{place}：{facts}"),
    "norm_unchecked": (
        "{title}: cannot be said at {count} of {all} places, for a value is missing: {told}",
        "{title}：{all} 处中 {count} 处无法判断，缺少数值：{told}",
    ),
    "norm_no_place": (
        "{title}: not checked, for the study names no place of '{level}', or hands out no quota that it reads",
        "{title}：未检查，研究没有“{level}”级的地方，或未下达所读取的指标",
    ),
    "study": ("the whole study", "全部规划单元"),
    "decision_unit_dropped": (
        "decision {number} on {unit} has no effect: the unit was dropped, for it has no geometry",
        "决定 {number}（{unit}）不起作用：该单元没有图形，已被舍去",
    ),
    "decision_not_in_force": (
        "decision {number} on {unit} has no effect yet: {date} is after the plan's date {today}; the rules say {said}",
        "决定 {number}（{unit}）尚不起作用：其日期为 {date}，晚于方案日期 {today}；规则的判定：{said}",
    ),
    "decision_without_effect": (
        "decision {number} on {unit} changes nothing: the rules say {said}",
        "决定 {number}（{unit}）未改变任何结果：规则的判定：{said}",
    ),
    "decision_against_lock": (
        "decision {number} on {unit} would make it {wanted}, but the unit is locked: {said}",
        "决定 {number} 拟将 {unit} 定为 {wanted}，但该单元已锁定：{said}",
    ),
    "said": ("{zone} ({rule}: {reason})", "{zone}（{rule}：{reason}）"),
    "said_default": ("{zone} (no rule claims it)", "{zone}（无规则主张）"),
    "said_nothing": ("nothing of {zone}", "未主张 {zone}"),
    "more": ("and {count} more, in the report", "另有 {count} 项，见报告"),
    "main_function": ("Main function", "主体功能"),
    "units": ("Units", "单元数"),
    "hectares": ("Hectares", "公顷"),
    "share": ("Share", "占比"),
    "map": ("map", "地图"),
    "report": ("report", "报告"),
    "folder": ("everything else", "其他全部文件"),
    "counted": ("findings: {count}", "检查结果：{count} 项"),
    "error": ("error", "错误"),
    "warning": ("warning", "警告"),
    "note": ("note", "说明"),
    "colon": (": ", "："),
}  # fmt: skip


@cache
def finding_words(language: str) -> Mapping[str, str]:
    """The words of one language by their key.

    Raises
    ------
    ZoneplanError
        The language is neither English nor Chinese.

    Examples
    --------
    >>> finding_words("zh")["warning"]
    '警告'
    """
    return words_in(language, FINDING_WORDS)


INDUSTRY_WORDS: Words = {
    "allowed": ("allowed", "允许"),
    "conditional": ("on conditions", "有条件允许"),
    "not_listed": ("not listed", "未列入"),
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
    "verdict": ("{code} {title}, {state}: {answer}", "{code} {title}，{state}：{answer}"),
    "verdict_within": (
        "{code}, in {listed} {title}, {state}: {answer}",
        "{code}（属 {listed} {title}），{state}：{answer}",
    ),
    "verdict_untitled": ("{code}, {state}: {answer}", "{code}，{state}：{answer}"),
    "named_by_none": (
        "no list that holds here names it, and all of them were read ({lists})",
        "适用于此地的清单均已完整读取，均未列入（{lists}）",
    ),
    "on_no_list": (
        "on none of the lists read here ({lists}); what was not read may name it",
        "所读清单均未列入（{lists}）；未读取的内容可能列入",
    ),
    "no_lists": (
        "no list of industries was read for this place; whether it may settle is not known",
        "此地未读取任何产业清单；能否准入不详",
    ),
    "list_read": ("{title}: {items}", "{title}：{items}"),
    "items_all": ("all {read} item(s)", "全部 {read} 项"),
    "items_of": ("{read} of about {known} items", "约 {known} 项中的 {read} 项"),
    "items_some": ("{read} item(s), of how many is not known", "{read} 项，总项数不详"),
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
    "line_area": (", {area} ha", "，{area} 公顷"),
    "policy_parts": (
        "on {area} ha of it: {title} ({id}; {instrument}{over})",
        "其中 {area} 公顷：{title}（{id}；{instrument}{over}）",
    ),
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
        "{title} ({list}): {prohibited} prohibited, {restricted} restricted; read: {items}",
        "{title}（{list}）：禁止 {prohibited} 项，限制 {restricted} 项；已读取{items}",
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


COLOURS: Words = {"red": ("red", "红灯"), "yellow": ("yellow", "黄灯"), "green": ("green", "绿灯")}


def colour_in(language: str, colour: str) -> str:
    """The name of a light in a setting of a policy.

    Examples
    --------
    >>> colour_in("zh", "red"), colour_in("en", "green")
    ('红灯', 'green')
    """
    return words_in(language, COLOURS)[colour]
