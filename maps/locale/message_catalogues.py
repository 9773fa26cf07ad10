"""What map, report, picture and first plan say of themselves, in English and Chinese."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from layers.errors import ZoneplanError
from layers.languages import LANGUAGES, words_in
from maps.locale.number_format import format_number


@cache
def _report_texts() -> dict[str, dict[str, str]]:
    return tomllib.loads((Path(__file__).parent / "report_messages.toml").read_text("utf-8"))


def report_words(language: str) -> dict[str, str]:
    """The words of one language by their key.

    Raises
    ------
    ZoneplanError
        The language is neither English nor Chinese.

    Examples
    --------
    >>> report_words("zh")["zones"]
    '分区'
    """
    if language not in LANGUAGES:
        raise ZoneplanError(
            f"no language {language!r}: reports and pictures are written in {' or '.join(LANGUAGES)}; "
            "titles of a rulebook fall back to English"
        )
    return {key: texts[language] for key, texts in _report_texts().items()}


def units_counted(count: int, words: Mapping[str, str]) -> str:
    """A number of units, in words that fit one and many.

    Examples
    --------
    >>> units_counted(1, report_words("en")), units_counted(1234, report_words("en"))
    ('1 unit', '1,234 units')
    """
    return words["one_unit"] if count == 1 else words["n_units"].format(n=format_number(count))


@cache
def _plan_texts() -> dict[str, dict[str, str]]:
    return tomllib.loads((Path(__file__).parent / "plan_messages.toml").read_text("utf-8"))


def plan_word(language: str, key: str, **values: object) -> str:
    """One sentence or word in one language, its fields filled.

    Raises
    ------
    ZoneplanError
        The language is neither English nor Chinese.

    Examples
    --------
    >>> plan_word("zh", "id_match", share="90 %")
    '90 % 的行是单元的编号'
    """
    if language not in LANGUAGES:
        raise ZoneplanError(f"no language {language!r}: a plan is drafted in {' or '.join(LANGUAGES)}")
    return _plan_texts()[key][language].format_map(values)


_WORDS: dict[str, tuple[str, str]] = {
    # the page
    "map_of": ("{name}: map of functional zones", "{name}：功能区划图"),
    "skip": ("Skip to the table of units", "跳到单元表"),
    "no_script": (
        "This page draws the map itself and needs JavaScript; it asks no server for anything.",
        "本页面自行绘图，需要启用 JavaScript；不向任何服务器请求数据。",
    ),
    "licences": ("Licences and credits", "许可与致谢"),
    "too_old": (
        "This browser is too old to unpack the map. Chrome 80, Firefox 113, Safari 16.4 or newer can.",
        "浏览器版本过旧，无法打开此图。请使用 Chrome 80、Firefox 113、Safari 16.4 或更新版本。",
    ),
    "map": ("Map", "地图"),
    "map_help": (
        "Map of the plan. Arrow keys move it, plus and minus zoom. All that it says stands in the table of units, too.",
        "方案地图。方向键平移，加减键缩放。图上的全部内容也在单元表中。",
    ),
    "panel": ("Plan, unit and table", "方案、单元与表格"),
    "plan": ("Plan", "方案"),
    "unit": ("Unit", "单元"),
    "units": ("Units", "单元"),
    "table": ("All units", "单元表"),
    "named": ("{name}: {value}", "{name}：{value}"),
    "search": ("Find a unit by name or id", "按名称或编号查找单元"),
    "zoom_in": ("Zoom in", "放大"),
    "zoom_out": ("Zoom out", "缩小"),
    "whole": ("Show the whole plan", "显示全图"),
    "north": ("N", "北"),
    "credit": ("zoneplan", "zoneplan"),
    # layers and legend
    "layers": ("Layers and legend", "图层与图例"),
    "main": ("Main function", "主体功能"),
    "main_shown": ("Fill units by main function", "按主体功能着色"),
    "overlays": ("Overlay designations", "叠加指定"),
    "lines": ("Control lines", "管控线"),
    "designations": ("Input layers", "输入图层"),
    "quota": ("Land quota", "用地指标"),
    "no_quota": ("None", "不显示"),
    "sites": ("Sites of quotas", "指标落地"),
    "n_patches": ("{n} patches", "{n} 个地块"),
    "one_patch": ("1 patch", "1 个地块"),
    "unplaced": ("{n} not placed", "{n} 未落地"),
    "sited": ("On the ground", "落地"),
    "within_best": ("within {n} % of the best possible", "与最优相差不超过 {n}%"),
    "marks": ("Borders and marks", "边界与标记"),
    "jurisdictions": ("Borders of jurisdictions", "行政区界线"),
    "names": ("Names of units", "单元名称"),
    "waiting": ("Contested or to be reviewed", "有争议或待复核"),
    "assumed_mark": ("Assumed: hangs on absent measures", "推定：取决于缺失指标"),
    "decision_mark": ("Decided by planners", "由规划决定"),
    "crowded": ("not shown at first: so many marks would hide the colours", "标记过多会遮住颜色，起始不显示"),
    "ha": ("{n} ha", "{n} 公顷"),
    "n_units": ("{n} units", "{n} 个单元"),
    "one_unit": ("1 unit", "1 个单元"),
    # the plan
    "date": ("Date of the plan", "方案日期"),
    "rulebook": ("Rulebook", "规则手册"),
    "area": ("Area", "面积"),
    "summary": ("{units} · {area}", "{units} · {area}"),
    "share_of_land": ("Land by main function", "按主体功能统计的土地"),
    "before_use": ("Before you rely on it", "使用前请注意"),
    "policies_checked": (
        "{n} of {all} policies checked against the text of the law, {official} of them on the publisher's own site",
        "{all} 项政策中有 {n} 项已与法律文本核对，其中 {official} 项核对于发布机关网站",
    ),
    "texts": ("Texts of the law", "法律文本来源"),
    "reading_official": ("publisher's own site", "发布机关网站"),
    "reading_copy": ("full copy", "全文副本"),
    "reading_secondary": ("told by others", "他处转述"),
    "reading_memory": ("not read", "未查阅"),
    "reading_own": ("author's own", "自定"),
    "not_checked": ("not checked", "未核对"),
    "unread_parameters": (
        "{n} of {all} parameters are not verified against an official text.",
        "{all} 个参数中有 {n} 个未与官方文本核对。",
    ),
    "undrawn": (
        "This map cannot show what goes round a pole or lies at one: {names}. The picture of the report shows it.",
        "此图无法绘出环绕或位于极点的单元：{names}。报告中的图件可见其全貌。",
    ),
    "units_assumed": (
        "Assumed: {n}. Their main function would be another one, or open, if this were unknown: {names}.",
        "推定：{n}。若下列缺失指标未知，其主体功能将改变或无法确定：{names}。",
    ),
    "units_waiting": ("Contested or to be reviewed: {n}.", "有争议或待复核：{n}。"),
    "not_deducted": (
        "Available land was not reduced by {names}: the study has no layer for it.",
        "可用土地未扣除 {names}：研究缺少相应图层。",
    ),
    "decisions": ("Decisions of planners", "规划决定"),
    "assumptions": ("What was assumed", "所作假设"),
    "sources": ("Sources", "数据来源"),
    "how_drawn": (
        (
            "Shapes are simplified for the screen and drawn in Web Mercator, north up, which enlarges what is far from "
            "the equator. Hectares are those of the full shapes in an equal-area projection."
        ),
        "图形为屏幕显示作了简化，以网络墨卡托投影绘制，上方为北，远离赤道处显得较大。公顷数按等积投影的完整图形计算。",
    ),
    # the card
    "choose": ("Click a unit on the map, or choose one from the table.", "点击地图上的单元，或从表中选择。"),
    "close": ("Close", "关闭"),
    "show": ("Show on the map", "在图上显示"),
    "jurisdiction": ("Jurisdiction", "行政区"),
    "status": ("Status", "状态"),
    "decided": ("Decided by rule", "规则确定"),
    "contested": ("Contested", "有争议"),
    "review": ("To be reviewed", "待复核"),
    "review_overlay": ("Overlay to be reviewed", "叠加指定待复核"),
    "assumed": ("Assumed: hangs on absent measures", "推定：取决于缺失指标"),
    "by_decision": ("By decision of planners", "规划决定"),
    "by_decision_overlay": ("Overlay by decision of planners", "规划决定叠加指定"),
    "locked": ("Locked above the plan", "上级锁定"),
    "because": ("Why", "理由"),
    "thresholds": ("Thresholds", "阈值"),
    "rule": ("Rule {id}", "规则 {id}"),
    "yes": ("met", "满足"),
    "no": ("not met", "不满足"),
    "unknown": ("unknown", "未知"),
    "others": ("What the other rules said", "其他规则的判定"),
    "claims": ("claims it for {zone}", "主张为{zone}"),
    "may_claim": ("may claim it for {zone}: a value is missing", "可能主张为{zone}：数值缺失"),
    "here": ("At this place", "此处"),
    "claimed": ("{n} claimed", "主张 {n}"),
    "lost": ("{n} lost to {line}", "{n}让与{line}"),
    "of_whole": ("of {n} for {name}", "{name} 共 {n}"),
    "weight": ("Weight", "权重"),
    "floor": ("Floor", "下限"),
    "ceiling": ("Ceiling", "上限"),
    "no_bound": ("none", "无"),
    "use": ("Use of the ceiling", "上限使用率"),
    "use_shown": ("Colour units by use of the ceiling", "按上限使用率着色"),
    "use_help": ("amount / ceiling, instead of main functions", "数量 / 上限，代替主体功能"),
    "use_full": ("at the ceiling", "已达上限"),
    "use_none": ("no ceiling", "无上限"),
    "carried": ("Carried over", "结转"),
    "transferred": ("Transferred", "调剂"),
    "price": ("Price", "影子价格"),
    "binding": ("Bound by", "约束"),
    "group": ("its group", "分组限额"),
    "lock": ("a locked amount", "锁定数额"),
    "within": ("the quota that it stays within", "所关联指标"),
    "limit": ("a limit", "限额"),
    "suitability": ("Suitability", "适宜性"),
    "objective": ("Best plan", "最优方案"),
    "not_bound_best": ("nothing but the best use of the total", "无约束，按总量最优分配"),
    "not_bound": ("nothing: its weight alone", "无约束，仅按权重"),
    "reserve": ("held back: {n}", "预留：{n}"),
    # payments
    "payments": ("Payments", "资金流动"),
    "no_payments": ("None", "不显示"),
    "all_payments": ("All, {unit}", "全部（{unit}）"),
    "net_of": ("{net} on balance, of {paid} paid", "净额 {net}，支付总额 {paid}"),
    "arrow_key": ("An arrow points to the receiver; its width is the amount.", "箭头指向收款方，宽度表示金额。"),
    "passed_on": (
        "What goes through a pool is drawn from those who pay on balance to those who receive on balance.",
        "经资金池的款项按净付款方到净收款方绘制。",
    ),
    "too_many_arrows": (
        "Too many pairs for arrows: the net amount of each party is drawn.",
        "收付双方过多，改为绘制各方净额。",
    ),
    "drop_key": ("A drop: received from {names}", "水滴：从 {names} 收到"),
    "ring_key": ("A ring: paid to {names}", "圆环：付给 {names}"),
    "net_drop_key": ("A drop: received on balance", "水滴：净收到"),
    "net_ring_key": ("A ring: paid on balance", "圆环：净支付"),
    "other_parties": ("others", "其他各方"),
    "party_pool": ("the pool", "资金池"),
    "party_budget": ("the budget", "预算"),
    "pays": ("Pays {amount} to {name}", "付给 {name} {amount}"),
    "receives": ("Receives {amount} from {name}", "从 {name} 收到 {amount}"),
    "pays_many": ("Pays {amount} to {n} parties", "付给 {n} 方共 {amount}"),
    "receives_many": ("Receives {amount} from {n} parties", "从 {n} 方共收到 {amount}"),
    "balance": ("Received {received}, paid {paid}: {net} on balance", "收到 {received}，支付 {paid}：净额 {net}"),
    "on_balance": ("{amount} on balance", "净额 {amount}"),
    "paid_for": ("{name} as a whole", "{name}整体"),
    "energy": ("Dual control of energy", "能耗双控"),
    "land": ("Rules of the field", "用地规则"),
    "policies": ("Policies", "政策"),
    "services": ("Value of ecosystem services, a year", "生态系统服务价值（每年）"),
    "industries": ("Negative lists of industries", "产业负面清单"),
    "unseen": ("text not seen", "未见原文"),
    "overruled": ("gives way to “{title}”", "让位于“{title}”"),
    "in_part": ("on part of the unit: {n}", "部分区域：{n}"),
    "excepted": ("does not apply: {text}", "不适用：{text}"),
    "inherited": ("inherited from {name}", "沿用自{name}"),
    "reference": ("Reference", "依据"),
    "missing": ("missing", "缺失"),
    "in_brackets": (" ({text})", "（{text}）"),
    "and": (", ", "、"),
    # the table
    "all": ("All", "全部"),
    "name": ("Name", "名称"),
    "area_ha": ("Area, ha", "面积（公顷）"),
    "found": ("{n} of {units}, page {page} of {pages}", "{units}中的 {n} 个，第 {page}/{pages} 页"),
    "none_found": ("No unit fits", "没有符合的单元"),
    "previous": ("Previous", "上一页"),
    "next": ("Next", "下一页"),
    "chosen": ("{name} ({id}): {zone}", "{name}（{id}）：{zone}"),
    "sort": ("Sort by {column}", "按{column}排序"),
}  # fmt: skip


def map_words(language: str) -> dict[str, str]:
    """The words of one language by their key.

    Raises
    ------
    ZoneplanError
        The language is neither English nor Chinese.

    Examples
    --------
    >>> map_words("zh")["main"]
    '主体功能'
    """
    if language not in LANGUAGES:
        raise ZoneplanError(
            f"no language {language!r}: maps are drawn in {' or '.join(LANGUAGES)}; "
            "titles of a rulebook fall back to English"
        )
    return words_in(language, _WORDS)
