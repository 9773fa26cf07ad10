"""What findings on a finished plan say, in English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from layers import Words, words_in

FINDING_WORDS: Words = {
    "uncovered": ("units without any policy: {count} ({units})", "{count} 个单元没有任何政策（{units}）"),
    "missing_instrument": (
        "units without a policy of the instrument '{instrument}', which '{rulebook}' asks of each: {count} ({units})",
        "{count} 个单元没有“{instrument}”类政策，而规则手册“{rulebook}”要求每个单元都有（{units}）",
    ),
    "contested": (
        "contested units: {count} ({units}); different zones stand at one priority, and the id of the rule decided",
        "{count} 个单元有争议：同一优先级有不同分区，按规则编号确定（{units}）",
    ),
    "review": (
        "units to be reviewed: {count} ({units}); a value is missing, so that a rule could not be answered",
        "{count} 个单元待复核：数值缺失，有规则无法判定（{units}）",
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
