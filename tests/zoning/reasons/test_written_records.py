"""Records that are written by what differs from an earlier one, and read back as they were."""

from __future__ import annotations

from itertools import product

from zoning.reasons import LISTS, Record, RecordWriter, WrittenRecords


def test_what_places_have_in_common_is_written_once_a_place() -> None:
    """Of many records the nearest earlier one is named, and each comes back as it was."""
    facts = [
        {"place": place, "place_total": total, "place_title": place.upper(), "weight": float(weight)}
        for (place, total), weight in product((("a", 7.0), ("b", 9.0), ("c", 1.0)), range(4))
    ]
    records = [
        Record(kind="quota", id=f"u{number}", amount=float(number), facts=one) for number, one in enumerate(facts)
    ]
    writer = RecordWriter()
    rows = [writer.record(one) for one in records]
    content = {"rows": {"quotas": rows}, "units": {}} | {name: getattr(writer, name) for name in LISTS}
    assert WrittenRecords(content).of_rows("quotas", range(len(records))) == records
    naming_their_place = [one for one in writer.records if "place" in one.get("facts", {})]
    assert len(naming_their_place) == 3
    assert [one.get("like") for one in writer.records[8:]] == [0, 8, 8, 8]


def test_what_has_no_id_comes_back_too() -> None:
    """A quota that goes straight to the units holds back for all of them: the link names no jurisdiction."""
    records = [Record(kind="reserve", id=name, amount=amount) for name, amount in (("", 5.0), ("", 7.0), ("a", 7.0))]
    writer = RecordWriter()
    rows = [writer.record(one) for one in records]
    content = {"rows": {"quotas": rows}, "units": {}} | {name: getattr(writer, name) for name in LISTS}
    assert [one.get("like") for one in writer.records] == [None, 0, 0]
    assert WrittenRecords(content).of_rows("quotas", range(len(records))) == records
