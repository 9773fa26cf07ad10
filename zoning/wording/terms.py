"""What instruments, roles, settings and units of measure are called, in English and Chinese."""

from __future__ import annotations

from functools import cache

from layers.languages import Words, words_in

INSTRUMENTS: Words = {
    "land": ("land", "土地"),
    "energy": ("energy", "能源"),
    "compensation": ("compensation", "补偿"),
    "transfer": ("transfer", "转移支付"),
    "negative_list": ("negative list", "负面清单"),
    "services": ("services", "公共服务"),
    "population": ("population", "人口"),
    "environment": ("environment", "环境"),
    "investment": ("investment", "投资"),
    "industry": ("industry", "产业"),
    "heritage": ("heritage", "遗产保护"),
    "border": ("border", "边境"),
    "tax": ("tax", "税收"),
}
"""Instruments of policies."""

ROLES: Words = {
    "red_line_core": ("core of the ecological red line", "生态保护红线核心区"),
    "red_line": ("ecological red line", "生态保护红线"),
    "protected": ("protected areas", "自然保护地"),
    "permanent_farmland": ("permanent farmland", "永久基本农田"),
    "built_up": ("built-up land", "建成区"),
    "water": ("water", "水域"),
    "elevation": ("steep land", "陡坡地"),
}
"""Roles that reduce available land; of an elevation what of it is deducted."""

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

SETTINGS: Words = {
    "prohibited": ("prohibited", "禁止项数"),
    "restricted": ("restricted", "限制项数"),
    "light": ("light", "亮灯"),
    "pairs": ("pairs", "结对关系"),
    "agreement_states": ("what the agreement states", "协议须载明"),
    "weights": ("weights", "权重"),
    "commodity_grain": ("commodity grain", "商品粮量"),
    "output": ("output", "粮食产量"),
    "sown_area": ("sown area", "播种面积"),
    "bands": ("bands", "税额分档"),
    "mu_a_person_up_to": ("mu a person up to", "人均耕地（亩）不超过"),
    "yuan_m2": ("CNY/m2", "每平方米税额（元）"),
    "strips": ("strips", "河岸带"),
    "river_m_below": ("river narrower than, m:", "河宽（米）小于"),
    "river_m_up_to": ("river up to, m:", "河宽（米）不超过"),
    "strip_m": ("strip, m:", "带宽（米）"),
    "spring_radius_m": ("radius round a spring, m", "泉眼周围半径（米）"),
    "slope_above_deg": ("slopes steeper than, deg", "坡度大于（度）"),
}
"""What policies of the built-in rulebooks set without naming a parameter or an indicator, which have titles."""

UNITS: Words = {
    "ha": ("ha", "公顷"),
    "km2": ("km2", "平方公里"),
    "km": ("km", "公里"),
    "m": ("m", "米"),
    "m2": ("m2", "平方米"),
    "mu": ("mu", "亩"),
    "acres": ("acres", "英亩"),
    "deg": ("deg", "度"),
    "MW": ("MW", "兆瓦"),
    "tce": ("tce", "吨标准煤"),
    "tce a year": ("tce a year", "吨标准煤/年"),
    "tco2": ("tco2", "吨二氧化碳"),
    "t": ("t", "吨"),
    "t a year": ("t a year", "吨/年"),
    "t/person": ("t/person", "吨/人"),
    "kg a year": ("kg a year", "公斤/年"),
    "kg/ha a year": ("kg/ha a year", "公斤/公顷·年"),
    "persons": ("persons", "人"),
    "persons/km2": ("persons/km2", "人/平方公里"),
    "persons/ha": ("persons/ha", "人/公顷"),
    "m2/person": ("m2/person", "平方米/人"),
    "m2/ha": ("m2/ha", "平方米/公顷"),
    "mu/person": ("mu/person", "亩/人"),
    "CNY": ("CNY", "元"),
    "CNY/m2": ("CNY/m2", "元/平方米"),
    "CNY/mu": ("CNY/mu", "元/亩"),
    "CNY/kg of yearly capacity": ("CNY/kg of yearly capacity", "元/公斤年产能"),
    "million CNY a year": ("million CNY a year", "百万元/年"),
    "million CNY/ha": ("million CNY/ha", "百万元/公顷"),
    "USD of May 1987": ("USD of May 1987", "美元（1987年5月价）"),
    "years": ("years", "年"),
    "sites": ("sites", "处"),
    "areas": ("areas", "处"),
    "parks": ("parks", "座公园"),
    "cities": ("cities", "座城镇"),
    "x the rate": ("x the rate", "倍税额"),
    "x urban construction land of 2020": ("x urban construction land of 2020", "倍2020年城镇建设用地"),
    "class, 1 the best": ("class, 1 the best", "等（1等最优）"),
    "class x ha": ("class x ha", "等·公顷"),
    "% of the property": ("% of the property", "%（占地块面积）"),
    "% of the royalty": ("% of the royalty", "%（占权利金）"),
    "% of the province's arable land": ("% of the province's arable land", "%（占全省耕地）"),
    "% of the production credit": ("% of the production credit", "%（占生产抵免额）"),
    "% of retail sales": ("% of retail sales", "%（占零售电量）"),
    "% below 2005": ("% below 2005", "%（较2005年减少）"),
}
"""Units of measure of the built-in studies and rulebooks; in English they stand as they are written."""


def instrument_in(language: str, code: str) -> str:
    """What an instrument is called; one that the house does not know, by its code.

    Examples
    --------
    >>> instrument_in("zh", "land"), instrument_in("zh", "taxes")
    ('土地', 'taxes')
    """
    return words_in(language, INSTRUMENTS).get(code, code)


def role_in(language: str, code: str) -> str:
    """What a role is called; one that the house does not know, by its code.

    Examples
    --------
    >>> role_in("zh", "water"), role_in("en", "built_up"), role_in("en", "forest")
    ('水域', 'built-up land', 'forest')
    """
    return words_in(language, ROLES).get(code, code)


def setting_in(language: str, key: str) -> str:
    """What a setting of a policy is called; one that the house does not know, by its name as words.

    Examples
    --------
    >>> setting_in("zh", "bands"), setting_in("en", "least_width")
    ('税额分档', 'least width')
    """
    return words_in(language, SETTINGS).get(key) or name_text(key)


def unit_in(language: str, unit: str) -> str:
    """A unit of measure; one that the house does not know, as it is written.

    Examples
    --------
    >>> unit_in("zh", "persons/km2"), unit_in("en", "ha"), unit_in("zh", "BRL")
    ('人/平方公里', 'ha', 'BRL')
    """
    return _units_in(language).get(unit, unit)


@cache
def _units_in(language: str) -> dict[str, str]:
    """Made once a language: cards ask for units of measure by the thousand."""
    return words_in(language, UNITS)


def name_text(name: str) -> str:
    """A name of the study as words.

    Examples
    --------
    >>> name_text("construction_land")
    'construction land'
    """
    return name.replace("_", " ")
