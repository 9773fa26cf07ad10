"""What flows of money say of themselves, in English and Chinese."""

from __future__ import annotations

from layers import Words, words_in

MONEY_WORDS: Words = {
    # agreements
    "pool_in": ("pays {share} of {shares} shares into {amount:,f}", "按 {share}/{shares} 的份额出资，总额 {amount:,f}"),
    "pool_out": (
        "receives {share} of {shares} shares of {amount:,f}",
        "按 {share}/{shares} 的份额分配，总额 {amount:,f}",
    ),
    "cut_from": (
        "less {cut:,f} ({pct} % for section {section}, target missed)",
        "扣减 {cut:,f}（断面 {section} 未达标，扣 {pct} %）",
    ),
    "cut_to": (
        "plus {cut:,f} deducted from {of} for section {section}",
        "另得 {cut:,f}（断面 {section} 未达标，自 {of} 扣减）",
    ),
    "index": (
        "P = {k0} x ({terms}) = {result}",
        "P = {k0} ×（{terms}）= {result}",
    ),
    "index_term": ("{weight} x {measured}/{base} {name}", "{weight}×{measured}/{base} {name}"),
    "up_to": ("{result} <= {limit}: {payer} pays {amount:,f}", "{result} ≤ {limit}：由 {payer} 支付 {amount:,f}"),
    "above": ("{result} > {limit}: {payer} pays {amount:,f}", "{result} > {limit}：由 {payer} 支付 {amount:,f}"),
    "always": ("{payer} pays {amount:,f}", "由 {payer} 支付 {amount:,f}"),
    "accident": (
        "a major accident, so the last band decides: {payer} pays {amount:,f}",
        "发生重大污染事故，适用末档：由 {payer} 支付 {amount:,f}",
    ),
    "mean_missed": (
        "the mean of the period missed its target, so the last band decides: {payer} pays {amount:,f}",
        "全期均值未达标，适用末档：由 {payer} 支付 {amount:,f}",
    ),
    "compliance": (
        "{compliant} of {months} months met the target = {result} %",
        "{months} 个月中 {compliant} 个月达标 = {result} %",
    ),
    "at_least": (
        "{result} % >= {limit} %: {payer} pays {amount:,f}",
        "{result} % ≥ {limit} %：由 {payer} 支付 {amount:,f}",
    ),
    "below": (
        "{result} % < {limit} %: {payer} pays {amount:,f}",
        "{result} % < {limit} %：由 {payer} 支付 {amount:,f}",
    ),
    "load": ("{name}: {tonnes} t above the target x {price}", "{name}：超标 {tonnes} 吨 × {price}"),
    "load_share": ("{terms}; {share} of {shares} shares", "{terms}；分担 {share}/{shares}"),
    "load_out": ("receives {share} of {shares} shares of {amount:,f}", "按 {share}/{shares} 的份额获得 {amount:,f}"),
    "grant": ("fixed amount: {reason}", "固定金额：{reason}"),
    # transfers
    "gap": (
        "{name}: ({expenditure} - {revenue}){times} = {need}",
        "{name}：（{expenditure} − {revenue}）{times} = {need}",
    ),
    "no_gap": (
        "{name}: no gap, revenue {revenue} covers expenditure {expenditure}",
        "{name}：无缺口，收入 {revenue} 已覆盖支出 {expenditure}",
    ),
    "amount": ("{name}: {amount}{times} = {need}", "{name}：{amount}{times} = {need}"),
    "weighted": (
        "{name}: {share} % of {amount} by weight",
        "{name}：按权重得 {amount} 的 {share} %",
    ),
    "times": (" x {value}", "×{value}"),
    "adjusted": ("x {factor} ({reason})", "×{factor}（{reason}）"),
    "scaled": (
        "needs come to {needs}, the budget to {budget}: scaled by {scale}",
        "需求合计 {needs}，预算 {budget}：按 {scale} 折算",
    ),
    "bound_floor": ("raised to its floor of {bound}", "提高到下限 {bound}"),
    "bound_ceiling": ("held at its ceiling of {bound}", "限于上限 {bound}"),
    "pays_in": ("pays in: {terms}", "上解：{terms}"),
    "paid_out": ("{share} % of the pool of {amount:,f} by weight", "按权重得资金池 {amount:,f} 的 {share} %"),
    "and": ("; ", "；"),
}


def money_words(language: str) -> dict[str, str]:
    """The texts of a language by their key.

    Examples
    --------
    >>> money_words("en")["always"]
    '{payer} pays {amount:,f}'
    """
    return words_in(language, MONEY_WORDS)
