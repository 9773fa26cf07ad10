"""What the engine says of claims, assumptions and explanations, in English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from layers.languages import Words, words_in

WORDS: Words = {
    # claims
    "because": ("{reason}: {facts}", "{reason}：{facts}"),
    "and": ("; ", "；"),
    "refined": (
        "units with another main function than their {level}: {count} ({wholes})",
        "{count} 个单元的主体功能与所在{level}不同（{wholes}）",
    ),
    "refined_whole": ("{whole} {refined} ha of {area} ha", "{whole} {refined} 公顷（共 {area} 公顷）"),
    "whole": (
        "{level} {whole}: {zone}; parts of {refined} ha of {area} ha have another main function",
        "{level} {whole}：{zone}；共 {area} 公顷，其中 {refined} 公顷的单元另有主体功能",
    ),
    "of_whole": ("{level} {whole}: {reason}", "{level} {whole}：{reason}"),
    "rule_of": ("{rule} ({zone})", "{rule}（{zone}）"),
    "comma": (", ", "、"),
    "decided_by": ("decided by {by} on {date}: {reason}", "{by} 于 {date} 决定：{reason}"),
    "decided_by_reference": (
        "decided by {by} on {date}: {reason} ({reference})",
        "{by} 于 {date} 决定：{reason}（{reference}）",
    ),
    "locked_national_reason": (
        "locked at national level by {by}: {reason} ({reference})",
        "国家级锁定（{by}）：{reason}（{reference}）",
    ),
    "locked_provincial_reason": (
        "locked at provincial level by {by}: {reason} ({reference})",
        "省级锁定（{by}）：{reason}（{reference}）",
    ),
    "stands_back": ("stands back: {others} claims the unit", "让位：{others} 已主张该单元"),
    "only_assumed": (
        "not claimed, and only because of what was taken for measures that nothing gives: {names}",
        "未主张，且仅因对缺失指标的取值：{names}",
    ),
    "nobody_claims": (
        "no rule for a main function claims the unit; {why}",
        "没有规则主张该单元的主体功能；{why}",
    ),
    "unclaimed": ("no rule for a main function claims the unit", "没有规则主张该单元的主体功能"),
    "no_rules": ("the rulebook has no rule for a main function", "规则手册没有关于主体功能的规则"),
    # assumptions
    "no_role": (
        "no layer has the role '{role}': it is taken as {taken}",
        "没有图层承担角色“{role}”{title}：取为{taken}",
    ),
    "role_title": (" ({title})", "（{title}）"),
    "on_role": ("on {role}", "位于{role}"),
    "no_measure": (
        "no layer or table gives it: it is taken as {taken}",
        "没有图层或统计表提供该指标：取为{taken}",
    ),
    "no_deduction": (
        "no layer has the role '{role}': nothing is deducted from available land for it",
        "没有图层承担“{title}”（{role}）角色：可用土地未作相应扣除",
    ),
    "not_seen": (
        "{amount}: not verified against an official text",
        "{amount}：未与官方文本核对",
    ),
    "each_its_own": ("the unit's own", "各单元自身的数值"),
    "taken_unknown": ("unknown", "未知"),
    "taken_true": ("true", "真"),
    "taken_false": ("false", "假"),
    "taken_value": ("{value}", " {value}"),
    # explanations
    "unit": ("{name} ({id}): {area} ha", "{name}（{id}）：{area} 公顷"),
    "unit_inside": ("{name} ({id}), {jurisdiction}: {area} ha", "{name}（{id}），{jurisdiction}：{area} 公顷"),
    "plan": ("Plan '{name}' of {date}, rulebook {rulebook}", "方案“{name}”，{date}，规则手册 {rulebook}"),
    "main": ("Main function: {zone} - {status}", "主体功能：{zone}，{status}"),
    "titled": ("{title} ({code})", "{title}（{code}）"),
    "overlays": ("Overlays", "叠加指定"),
    "other_claims": ("Also claimed", "其他主张"),
    "lines": ("Control lines", "管控线"),
    "quotas": ("Quotas", "指标"),
    "services": ("Value of ecosystem services, a year", "生态系统服务价值（每年）"),
    "services_value": ("all that its land gives: {value}", "土地所供服务合计：{value}"),
    "service_class": (
        "{land_class}, {area} ha: {value} {unit}, of which {nonmarket_value} has no market",
        "{land_class}，{area} 公顷：{value} {unit}，其中非市场价值 {nonmarket_value}",
    ),
    "flows": ("Payments", "资金往来"),
    "flow": (
        "{instrument} {period}: {payer} pays {receiver} {amount} {unit}",
        "{instrument} {period}：{payer} 付给 {receiver} {amount} {unit}",
    ),
    "party_pool": ("the pool", "资金池"),
    "party_budget": ("the budget", "财政预算"),
    "energy": ("Dual control of energy", "能耗双控"),
    "policies": ("Policies", "政策"),
    "assumptions": ("Assumed", "所作假设"),
    "cannot_say": ("{claim}: unknown", "{claim}：未知"),
    "rule": ("rule {id}: {reason}", "规则 {id}：{reason}"),
    "no_rule": ("{id}: {reason}", "{id}：{reason}"),
    "default": ("default", "缺省"),
    "reference": ("reference: {text}{days}{doubt}{place}", "依据：{text}{days}{doubt}{place}"),
    "there": (" [{place}]", "［{place}］"),
    "placed": ("{file}, line {line}", "{file} 第 {line} 行"),
    "written": ("it stands in {place}", "见 {place}"),
    "unverified": (" (not verified)", "（未核对）"),
    "always": ("it always holds", "恒成立"),
    "yes": ("yes", "满足"),
    "no": ("no", "不满足"),
    "unknown": ("unknown", "未知"),
    "parameter": (
        "{name} = {value}{unit}{since}: {reference}{doubt}",
        "{name} = {value}{unit}{since}：{reference}{doubt}",
    ),
    "line": (
        "{title}: {settled} ha of {claimed} ha claimed{lost}",
        "{title}：主张 {claimed} 公顷，落定 {settled} 公顷{lost}",
    ),
    "line_lost": ("; {area} ha lost to {line}", "；让与 {line} {area} 公顷"),
    "line_drawn": (
        "layers of {roles} draw it; it stands {place} of {count} in precedence; {free}",
        "由{roles}图层划定；{count} 条管控线相遇时按第 {place} 顺位落定；{free}",
    ),
    "line_available": ("its land is available", "其土地计入可用土地"),
    "line_deducted": ("its land is not available", "其土地不计入可用土地"),
    "line_layer": ("layer {layer} ({role}): {area} ha", "图层 {layer}（{role}）：{area} 公顷"),
    "line_taken": ("{area} ha went to {title}, which comes first", "{area} 公顷让与顺位在前的{title}"),
    "line_least": (
        "{title}, {place}: {settled} ha are {share} % of {of} ({whole} ha), at least {least} % must be",
        "{title}，{place}：{settled} 公顷，占{of}（{whole} 公顷）的 {share}%，至少须达 {least}%",
    ),
    "line_short": ("; {missing} ha are missing", "；尚缺 {missing} 公顷"),
    "quota": (
        "{quota} {period}: {amount} {unit}{whole} ({bounds})",
        "{quota}，{period} 年：{amount} {unit}{whole}（{bounds}）",
    ),
    "quota_whole": (", of {amount} for {place}", "，{place} 共 {amount}"),
    "quota_and": (", ", "，"),
    "quota_plus": (" + ", " + "),
    "quota_times": ("({terms}) x {factor}", "（{terms}）× {factor}"),
    "derived": ("Derived measures", "推算指标"),
    "norms": ("Norms", "用地标准"),
    "whole_study": ("the whole study", "全部规划单元"),
    "norm_yes": ("kept - {title}: {place}", "符合：{title}（{place}）"),
    "norm_no": ("NOT KEPT - {title}: {place}", "不符合：{title}（{place}）"),
    "norm_unknown": ("unknown - {title}: {place}", "未知：{title}（{place}）"),
    "floor": ("floor {amount}", "下限 {amount}"),
    "ceiling": ("ceiling {amount}", "上限 {amount}"),
    "weight": ("weight {amount}", "权重 {amount}"),
    "binding": ("bound by {what}", "受{what}约束"),
    "bound_floor": ("floor", "下限"),
    "bound_ceiling": ("ceiling", "上限"),
    "suitability": ("suitability {amount}", "适宜性 {amount}"),
    "bound_limit": ("a limit", "限额"),
    "bound_group": ("its group", "分组限额"),
    "bound_lock": ("a locked amount", "锁定数额"),
    "bound_within": ("the quota that it stays within", "所关联指标"),
    "quota_level": (
        "{name}: {amount} {unit} of {above} by weight {weight} of {weights}{bounds}",
        "{name}：按权重 {weight}（合计 {weights}）分得 {above} 中的 {amount} {unit}{bounds}",
    ),
    "quota_part": ("{name}: {amount} {unit} of {above}{bounds}", "{name}：{above} 中的 {amount} {unit}{bounds}"),
    "quota_bounds": (" ({bounds})", "（{bounds}）"),
    "quota_reserve": ("{name} holds back {pct} %: {amount} {unit}", "{name} 预留 {pct}%：{amount} {unit}"),
    "quota_weight": ("weight {weight} = {terms}", "权重 {weight} = {terms}"),
    "quota_suitability": ("suitability {weight} = {terms}", "适宜性 {weight} = {terms}"),
    "quota_measure": ("{name} {value}", "{name} {value}"),
    "quota_term": ("{share} x {name} {value} of {whole}", "{share} × {name} {value}（合计 {whole}）"),
    "quota_as_is": ("{share} × {name} {value}", "{share} × {name} {value}"),
    "quota_priority": ("times {factor}: {reason}", "乘以 {factor}：{reason}"),
    "quota_floor": ("floor {amount} {unit}{source}", "下限 {amount} {unit}{source}"),
    "quota_ceiling": ("ceiling {amount} {unit}{source}", "上限 {amount} {unit}{source}"),
    "quota_source": (": {measure}, in whole steps of {step}", "：取自 {measure}，按步长 {step} 取整"),
    "quota_within": (
        "at most {times} x {amount} {unit}, what it has of {other}",
        "至多为指标 {other} 所得 {amount} {unit} 的 {times} 倍",
    ),
    "quota_carried": ("{amount} {unit} of it carried over", "其中结转 {amount} {unit}"),
    "quota_locked": ("locked at {amount} {unit}: {reason}", "锁定为 {amount} {unit}：{reason}"),
    "quota_group": ("in the group {when}: {limits}{because}", "属于分组 {when}：{limits}{because}"),
    "quota_because": ("; {reason}", "；{reason}"),
    "max_pct": ("at most {amount} % of the total", "至多占总量 {amount}%"),
    "min_pct": ("at least {amount} % of the total", "至少占总量 {amount}%"),
    "gives": (
        "hands {amount} {unit} to {other}: {reason}",
        "调出 {amount} {unit} 给 {other}：{reason}",
    ),
    "receives": (
        "receives {amount} {unit} from {other}: {reason}",
        "从 {other} 调入 {amount} {unit}：{reason}",
    ),
    "policy": (
        "{title} ({id}; {instrument}, strictness {strictness}{over})",
        "{title}（{id}；{instrument}，严格程度 {strictness}{over}）",
    ),
    "exception": ("{reason} ({reference}{doubt})", "{reason}（{reference}{doubt}）"),
    "unseen": (" (text not seen)", "（未见原文）"),
    "text_not_seen": ("; text not seen", "；未见原文"),
    "policy_excepted": ("; excepted", "；例外"),
    "policy_exception": ("it does not apply: {text}", "不适用：{text}"),
    "policy_part": ("on part of the unit: {area} ha in pieces: {count}", "适用于部分区域：{area} 公顷，{count} 个图斑"),
    "policy_inherited": ("inherited from {name}", "沿用自 {name}"),
    "policy_over": ("; overruled by {id}", "；让位于 {id}"),
    "setting": ("{name}: {value}", "{name}：{value}"),
    "stricter": (
        "{title} ({id}, strictness {strictness}) is stricter on the same matter",
        "{title}（{id}，严格程度 {strictness}）对同一事项更严",
    ),
    "banned": (
        "{title} ({id}, strictness {strictness}) forbids or allows the same matter, and goes before",
        "{title}（{id}，严格程度 {strictness}）对同一事项作出禁止或许可，优先适用",
    ),
    "industries": ("Negative lists of industries", "产业负面清单"),
    "list_counts": (
        "{title}: {prohibited} prohibited, {restricted} restricted; read: {items}",
        "{title}：禁止 {prohibited} 项，限制 {restricted} 项；已读取{items}",
    ),
    "list_held": ("it holds by {titles}", "依{titles}适用"),
    "list_own": ("the plan's own list, which holds in {places}", "方案自定清单，适用于{places}"),
    "policy_since": (", from {day}", "，自 {day}"),
    "policy_until": (", until {day}", "，至 {day}"),
    "missing": ("missing", "缺失"),
    "nothing_told": ("There is nothing of this kind here.", "此处没有这方面的内容。"),
    # margins and flips
    "margins": ("Margins", "裕度"),
    "margin_row": ("{rule}: {reason}", "{rule}：{reason}"),
    "margin_missing": ("{name}: missing", "{name} 缺失"),
    "margin_curved": (
        "{name} at {value}: no threshold is determined, for it does not stand in {clause} to the first degree",
        "{name} {value}：{clause} 对其不是一次式，未求阈值",
    ),
    "margin_none": ("{name} at {value}: no threshold", "{name} {value}：无阈值"),
    "margin_on": (
        "{name} at {value} lies on its threshold, which counts as {answer}",
        "{name} {value} 恰在阈值上，阈值本身计为{answer}",
    ),
    "margin_over": (
        "{name} at {value} is {margin} above its threshold {threshold}, which itself counts as {answer}",
        "{name} {value} 高于阈值 {threshold}，裕度 {margin}，阈值本身计为{answer}",
    ),
    "margin_under": (
        "{name} at {value} is {margin} below its threshold {threshold}, which itself counts as {answer}",
        "{name} {value} 低于阈值 {threshold}，裕度 {margin}，阈值本身计为{answer}",
    ),
    "margin_over_just": (
        "{name} at {value} is at its threshold, above it by rounding noise only; it itself counts as {answer}",
        "{name} {value} 在阈值上，仅因舍入误差略高，阈值本身计为{answer}",
    ),
    "margin_under_just": (
        "{name} at {value} is at its threshold, below it by rounding noise only; it itself counts as {answer}",
        "{name} {value} 在阈值上，仅因舍入误差略低，阈值本身计为{answer}",
    ),
    "margin_truth": ("{name}: {value}", "{name} 为{value}"),
    "flip_truth": ("if it were {value} it would be {zone}", "若为{value}，将变为{zone}"),
    "flip_truth_none": ("if it were {value} the main function would be the same", "若为{value}，主体功能不变"),
    "flip": ("{where}{size} it would be {zone}", "{where}{size}将变为{zone}"),
    "flip_at": ("at {value}", "达到 {value} 时"),
    "flip_above": ("above {value}", "高于 {value} 时"),
    "flip_below": ("below {value}", "低于 {value} 时"),
    "flip_size": (" ({pct} %)", "（{pct} %）"),
    "flip_fixed": ("no plan can move it", "规划无法改变该指标"),
    "flip_none": ("no value of it alone changes the main function", "仅改变该指标不会改变主体功能"),
    "decided": ("decided by the rules", "由规则确定"),
    "contested": (
        "contested: different zones stand at one priority, the id of the rule decided",
        "有争议：同一优先级有不同分区，按规则编号确定",
    ),
    "review": ("for review: a rule could not be answered", "待复核：有规则因数值缺失无法判定"),
    "review_overlay": (
        "whether an overlay holds is for review: a rule could not be answered",
        "某项叠加指定待复核：有规则因数值缺失无法判定",
    ),
    "assumed": (
        "assumed: it hangs on measures that nothing gives",
        "推定：取决于缺失的指标",
    ),
    "hangs_on": (
        "Nothing gives these measures, on which zones of the unit hang: {names}",
        "单元分区所依赖而缺失的指标：{names}",
    ),
    "by_decision": ("by decision of the planners", "由规划决定"),
    "by_decision_overlay": (
        "decided by the rules; an overlay by decision of the planners",
        "由规则确定；有叠加指定由规划决定",
    ),
    "locked_national": ("locked at national level", "国家级锁定"),
    "locked_provincial": ("locked at provincial level", "省级锁定"),
}  # fmt: skip


@cache
def engine_words(language: str) -> Mapping[str, str]:
    """The words of one language by their key.

    Raises
    ------
    ZoneplanError
        The language is neither English nor Chinese.

    Examples
    --------
    >>> engine_words("zh")["lines"]
    '管控线'
    """
    return words_in(language, WORDS)


def said_in(said: str | Mapping[str, str], language: str) -> str:
    """A text that is the same in all languages, or one of several.

    Examples
    --------
    >>> said_in("Brazil", "zh"), said_in({"en": "China", "zh": "中国"}, "zh")
    ('Brazil', '中国')
    """
    return said if isinstance(said, str) else text_in(said, language)


def text_in(texts: Mapping[str, str], language: str, fallback: str = "") -> str:
    """A text of the rulebook in a language, else in English, else the fallback.

    Examples
    --------
    >>> text_in({"en": "Energy-rich area"}, "zh"), text_in({}, "en", "energy_rich")
    ('Energy-rich area', 'energy_rich')
    """
    return texts.get(language) or texts.get("en") or fallback
