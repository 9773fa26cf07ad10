"""Overruling: a ban and a permit never both hold, and one policy more never frees anybody (P23)."""

from __future__ import annotations

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from zoning.policies.applicability import overrule

KEYS = ["unit_id", "piece_id", "policy"]


def rows(*listed: tuple[str, str, str, str, str, int]) -> pd.DataFrame:
    """Piece, policy, instrument, subject, effect, strictness; all of unit u."""
    columns = ["piece_id", "policy", "instrument", "subject", "effect", "strictness"]
    return pd.DataFrame(listed, columns=columns).assign(unit_id="u", overruled_by="")


def over(table: pd.DataFrame) -> dict[tuple[str, str], str]:
    found = overrule(table)
    return dict(zip(zip(found["piece_id"], found["policy"], strict=True), found["overruled_by"], strict=True))


def test_a_ban_and_a_permit_of_one_thing() -> None:
    same = rows(("", "ban", "land", "mining", "ban", 1), ("", "may", "land", "mining", "permit", 1))
    assert over(same) == {("", "ban"): "", ("", "may"): "ban"}
    across = same.assign(instrument=["land", "energy"])
    assert over(across) == {("", "ban"): "", ("", "may"): "ban"}
    stricter = across.assign(strictness=[1, 2])
    assert over(stricter) == {("", "ban"): "may", ("", "may"): ""}
    apart = same.assign(subject=["mining", "fishing"])
    assert set(over(apart).values()) == {""}


def test_a_limit_stands_beside_both() -> None:
    table = rows(
        ("", "ban", "land", "mining", "ban", 1),
        ("", "cap", "land", "mining", "limit", 1),
        ("", "may", "energy", "mining", "permit", 1),
    )
    assert over(table) == {("", "ban"): "", ("", "cap"): "", ("", "may"): "ban"}


def test_a_piece_meets_its_unit_on_the_piece_alone() -> None:
    table = rows(
        ("", "may", "land", "mining", "permit", 1),
        ("p", "ban", "land", "mining", "ban", 1),
        ("q", "weak", "land", "mining", "", 0),
    )
    assert over(table) == {
        ("", "may"): "",  # elsewhere it stays
        ("p", "ban"): "",
        ("p", "may"): "ban",  # a row more: on this piece it gives way
        ("q", "weak"): "may",
    }


def test_what_gives_way_on_the_whole_unit_has_no_row_more() -> None:
    table = rows(
        ("", "strict", "land", "mining", "", 3),
        ("", "may", "land", "mining", "permit", 1),
        ("p", "ban", "land", "mining", "ban", 2),
    )
    assert over(table) == {("", "strict"): "", ("", "may"): "strict", ("p", "ban"): "strict"}


def test_what_gives_way_on_the_whole_unit_still_holds_against_a_piece() -> None:
    mine = rows(("", "ban", "land", "mining", "ban", 1), ("p", "may", "energy", "mining", "permit", 1))
    capped = pd.concat([mine, rows(("", "cap", "land", "mining", "limit", 2))], ignore_index=True)
    assert over(mine) == {("", "ban"): "", ("p", "may"): "ban"}
    assert over(capped) == {("", "ban"): "cap", ("", "cap"): "", ("p", "may"): "ban"}


def test_what_is_excepted_meets_nobody() -> None:
    table = rows(("", "ban", "land", "mining", "ban", 9), ("", "may", "land", "mining", "permit", 1))
    table.loc[0, "overruled_by"] = "exception-1"
    assert over(table) == {("", "ban"): "exception-1", ("", "may"): ""}


some = st.lists(
    st.tuples(
        st.sampled_from(["", "p", "q"]),
        st.sampled_from(["land", "energy"]),
        st.sampled_from(["", "mining", "building"]),
        st.sampled_from(["", "ban", "limit", "permit"]),
        st.integers(1, 3),
    ),
    min_size=1,
    max_size=7,
)


def numbered(listed, start: int = 0) -> list[tuple[str, str, str, str, str, int]]:
    return [(piece, f"p{start + number}", *rest) for number, (piece, *rest) in enumerate(listed)]


def allowed(found: pd.DataFrame) -> set[tuple[str, str]]:
    """Place and permit that holds there; one on the unit holds on each piece where no row says otherwise."""
    gone = {(row.piece_id, row.policy) for row in found.itertuples() if row.overruled_by}
    held = [row for row in found.itertuples() if row.effect == "permit" and not row.overruled_by]
    places = {(piece, row.policy) for row in held for piece in ([row.piece_id] if row.piece_id else ["", "p", "q"])}
    return places - gone


@settings(max_examples=150)
@given(some, st.tuples(st.sampled_from(["", "p", "q"]), st.sampled_from(["land", "energy"]), st.integers(1, 3)))
def test_p23_adding_a_ban_never_adds_an_allowed_policy(listed, more) -> None:
    piece, instrument, strictness = more
    before = rows(*numbered(listed))
    ban = rows((piece, "the-ban", instrument, "mining", "ban", strictness))
    after = pd.concat([before, ban], ignore_index=True)
    assert allowed(overrule(after)) <= allowed(overrule(before))


@settings(max_examples=150)
@given(some)
def test_never_both_at_one_place(listed) -> None:
    """By brute force: at every place, the unit's policies and the piece's own, pair by pair."""
    table = rows(*numbered(listed))
    found = overrule(table)
    gone = {(row.piece_id, row.policy) for row in found.itertuples() if row.overruled_by}
    by_id = {row.policy: row for row in table.itertuples()}
    for place in ("", "p", "q"):
        here = [row for row in by_id.values() if row.piece_id in ("", place)]
        held = [row for row in here if not {("", row.policy), (place, row.policy)} & gone]
        for one in held:
            for other in held:
                if one.subject == other.subject != "":
                    assert (one.effect, other.effect) != ("ban", "permit")
                    assert one.instrument != other.instrument or one.strictness == other.strictness
        for row in here:  # and nobody gives way without a stricter one that is there
            if row not in held:
                rivals = [other for other in here if other.subject == row.subject != ""]
                assert any(
                    other.strictness > row.strictness
                    or (other.strictness == row.strictness and (other.effect, row.effect) == ("ban", "permit"))
                    for other in rivals
                )


@settings(max_examples=60)
@given(some, st.randoms())
def test_the_order_of_the_rows_does_not_matter(listed, random) -> None:
    table = rows(*numbered(listed))
    shuffled = table.sample(frac=1, random_state=random.randint(0, 2**31)).reset_index(drop=True)
    assert over(table) == over(shuffled)
