"""Why a control line covers what it does: the layers that draw it, what others took, what it must at least cover."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from zoning.measures import deducted_roles, places_of
from zoning.plan import Plan
from zoning.records.findings import in_rulebook, parameters_of
from zoning.records.table_rows import each_row, rows_about
from zoning.rulebook import Floor, Line
from zoning.trace import Message, Record, Said, Term, Texts, days_of, in_languages, say, titled
from zoning.zones import floors_in


def line_records(plan: Plan, rows: pd.DataFrame) -> list[Record]:
    """Why control lines cover what they do."""
    told = each_row(rows)
    maker = _LineMaker(plan, {row["unit_id"] for row in told}) if told else None
    return [maker.line(row) for row in told] if maker else []


class _LineMaker:
    """Makes the records of the control lines of some units."""

    def __init__(self, plan: Plan, ids: set[str]) -> None:
        self._plan = plan
        self._lines = {line.code: line for line in plan.rulebook.lines}
        self._written = {code: in_rulebook(plan.rulebook, "lines", line) for code, line in self._lines.items()}
        self._land = _land(plan, ids)
        self._deducted = set(deducted_roles(plan.rulebook))
        self._least = _least(plan)

    def line(self, row: Mapping[str, Any]) -> Record:
        """One row of the LINES table."""
        line = self._lines.get(row["line"])
        lost = {name: float(row[name]) for name in row if name.startswith("to_") and float(row[name]) > 0}
        return Record(
            kind="line",
            id=str(row["line"]),
            reason=self._drawn(line) if line else "",
            amount=float(row["settled_ha"]),
            unit="ha",
            reference=in_languages(line.reference) if line else "",
            written=self._written.get(row["line"], ""),
            links=(*self._layers(line, row), *self._taken(row, lost), *self._floors(line, row)) if line else (),
            facts={
                "line": str(row["line"]),
                "title": line.title if line else {},
                "claimed_ha": float(row["claimed_ha"]),
                "settled_ha": float(row["settled_ha"]),
                "lost_to": str(row["lost_to"]),
                "lost": lost,
                "lost_titles": {code: self._title(code) for code in str(row["lost_to"]).split(";") if code},
            },
        )

    def _title(self, code: str) -> Texts | str:
        return titled(self._lines[code].title, code) if code in self._lines else code

    def _drawn(self, line: Line) -> Message:
        return say(
            "explain.line_drawn",
            roles=tuple(Term("role", role) for role in line.roles),
            place=1 + [*self._lines].index(line.code),
            count=len(self._lines),
            free=say("explain.line_deducted" if self._deducted & set(line.roles) else "explain.line_available"),
        )

    def _layers(self, line: Line, row: Mapping[str, Any]) -> Iterator[Record]:
        """The layers that draw the line here; where two cover a place both have its hectares."""
        for layer, role in sorted(self._plan.roles.items()):
            area = self._land.get((row["unit_id"], layer), 0.0) if role in line.roles else 0.0
            if area > 0:
                reason = say("explain.line_layer", layer=Term("layer", layer), role=Term("role", role), area=area)
                yield Record(kind="layer", id=layer, reason=reason, amount=area, unit="ha")

    def _taken(self, row: Mapping[str, Any], lost: Mapping[str, float]) -> Iterator[Record]:
        """The lines that come first and took land of this one."""
        codes = [code for code in str(row["lost_to"]).split(";") if code]
        for code in codes:
            whole = float(row["claimed_ha"]) - float(row["settled_ha"])
            area = lost.get(f"to_{code}_ha", whole if len(codes) == 1 else 0.0)
            yield Record(
                kind="taken",
                id=code,
                reason=say("explain.line_taken", area=area, title=self._title(code)),
                amount=area,
                unit="ha",
                reference=in_languages(self._lines[code].reference) if code in self._lines else "",
                written=self._written.get(code, ""),
            )

    def _floors(self, line: Line, row: Mapping[str, Any]) -> Iterator[Record]:
        """What the line must at least cover in the places where the unit lies."""
        for number, floor in enumerate(self._plan.rulebook.floors):
            if floor.line == line.code:
                for one in self._least.get((number, row["unit_id"]), ()):
                    yield self._floor(floor, one)

    def _floor(self, floor: Floor, one: Mapping[str, Any]) -> Record:
        indicators = {known.name: known.title for known in self._plan.rulebook.indicators}
        missing = float(one["missing_ha"])
        reason = say(
            "explain.line_least",
            title=titled(floor.title, floor.line),
            place=one["place"] or in_languages(self._plan.study.title),
            of=titled(indicators.get(floor.of) or {}, floor.of),
            whole=float(one["of_ha"]),
            settled=float(one["settled_ha"]),
            share=100 * float(one["share"]),
            least=100 * float(one["at_least"]),
            short=say("explain.line_short", missing=missing) if missing > 0 else "",
        )
        return Record(
            kind="least",
            id=floor.at_least,
            reason=reason,
            amount=float(one["settled_ha"]),
            unit="ha",
            said=Said(
                values={floor.of: float(one["of_ha"]), "settled_ha": float(one["settled_ha"])},
                parameters=parameters_of([floor.at_least], self._plan.rulebook),
            ),
            days=days_of(floor),
            reference=in_languages(floor.reference),
            written=in_rulebook(self._plan.rulebook, "floors", floor),
        )


def _least(plan: Plan) -> dict[tuple[int, str], list[Mapping[str, Any]]]:
    """The floors that are known at the places where each unit lies, by the floor's number and the unit."""
    found: dict[tuple[int, str], list[Mapping[str, Any]]] = {}
    levels, weighed = plan.study.units.levels, floors_in(plan)
    for (number, level), rows in weighed[weighed["share"].notna()].groupby(["floor", "level"], sort=True):
        by_place = {str(row["place"]): row for row in rows.to_dict("records")}
        for unit, place in places_of(plan.measures, str(level), levels).items():
            if place in by_place:
                found.setdefault((int(number), str(unit)), []).append(by_place[place])
    return found


def _land(plan: Plan, ids: set[str]) -> dict[tuple[str, str], float]:
    """Hectares of each layer that may draw a line, by unit and layer."""
    roles = {role for line in plan.rulebook.lines for role in line.roles}
    layers = [layer for layer, role in plan.roles.items() if role in roles and layer in plan.pieces.columns]
    pieces = rows_about(pd.DataFrame(plan.pieces[["unit_id", "area_ha", *layers]]), ids)
    return {
        (str(unit), layer): float(area)
        for layer in layers
        for unit, area in pieces[pieces[layer].astype(bool)].groupby("unit_id")["area_ha"].sum().items()
    }
