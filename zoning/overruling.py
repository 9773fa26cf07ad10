"""Overruling: which of the policies that meet at one place holds, and which gives way to it."""

from __future__ import annotations

import pandas as pd

PLACE = ["unit_id", "piece_id"]
OPPOSITE = (("permit", "ban"), ("ban", "permit"))


def overrule(rows: pd.DataFrame) -> pd.DataFrame:
    """Policies with the stricter ones that they give way to.

    Parameters
    ----------
    rows : DataFrame
        ``unit_id``, ``piece_id`` ("" for the whole unit), ``policy``, ``instrument``, ``subject``, ``strictness``,
        ``effect`` ("ban", "limit", "permit" or ""), and ``overruled_by``, which is not empty where an exception holds:
        such a policy overrules nothing. Further columns are kept.

    Returns
    -------
    DataFrame
        The rows with ``overruled_by``; then, for each piece where a policy on the whole unit gives way to one on the
        piece, a row of the former with the piece's id.

    Notes
    -----
    Of one instrument and subject those of the highest strictness stay, and the one of them whose id sorts first is said
    to overrule the others. Of a ban and a permit of one subject, whatever their instruments, the stricter stays, the
    ban where both are equally strict. On a piece its own policies meet those of its unit. A policy without a subject
    meets none. All are compared with all, overruled or not: one policy more never frees another.

    Examples
    --------
    >>> rows = pd.DataFrame({"unit_id": "a", "piece_id": ["", "a-1"], "policy": ["mine", "no-mine"], "strictness": 1})
    >>> rows = rows.assign(instrument="land", subject="mining", effect=["permit", "ban"], overruled_by="")
    >>> overrule(rows)[["piece_id", "policy", "overruled_by"]].to_numpy().tolist()
    [['', 'mine', ''], ['a-1', 'no-mine', ''], ['a-1', 'mine', 'no-mine']]
    """
    meeting = rows[(rows["subject"] != "") & (rows["overruled_by"] == "")]
    whole, parts = meeting[meeting["piece_id"] == ""], meeting[meeting["piece_id"] != ""]
    on_units = _stricter(whole)
    pieces = parts[[*PLACE, "subject"]].drop_duplicates()
    guests = whole.drop(columns="piece_id").reset_index().merge(pieces, on=["unit_id", "subject"])
    guests = guests.set_index("index")[whole.columns.tolist()]
    there = pd.concat([parts.assign(own=True), guests.assign(own=False)])
    on_pieces = _stricter(there.reset_index(drop=True)).set_axis(there.index)
    own = there["own"].to_numpy(dtype=bool)
    told = pd.concat([on_units, on_pieces[own]])
    beaten = guests.assign(overruled_by=on_pieces[~own])[(on_units == "").reindex(guests.index).to_numpy()]
    marked = rows.assign(overruled_by=rows["overruled_by"].where(rows["overruled_by"] != "", told.reindex(rows.index)))
    marked["overruled_by"] = marked["overruled_by"].fillna("")
    return pd.concat([marked, beaten[beaten["overruled_by"] != ""]], ignore_index=True)


def _stricter(rows: pd.DataFrame) -> pd.Series:
    """For each row the policy that it gives way to at its place; "" for none."""
    if rows.empty:
        return pd.Series("", index=rows.index, dtype=object)
    ranked = rows.sort_values(["strictness", "policy"], ascending=[False, True])
    first = ranked.groupby([*PLACE, "instrument", "subject"])[["policy", "strictness"]].transform("first")
    first = first.reindex(rows.index)
    found = first["policy"].astype(object).where(rows["strictness"] < first["strictness"], "")
    for one, other in OPPOSITE:
        asked, against = rows[rows["effect"] == one], ranked[ranked["effect"] == other]
        best = against.drop_duplicates([*PLACE, "subject"])[[*PLACE, "subject", "policy", "strictness"]]
        pairs = asked[[*PLACE, "subject", "strictness"]].merge(
            best, on=[*PLACE, "subject"], how="left", suffixes=("", "_other")
        )
        pairs = pairs.set_axis(asked.index)
        equal = pairs["strictness_other"] == pairs["strictness"] if other == "ban" else False
        beaten = (pairs["strictness_other"] > pairs["strictness"]) | equal
        found = found.mask((found == "") & beaten.reindex(found.index, fill_value=False), pairs["policy"])
    return found
