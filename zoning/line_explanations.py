"""Line explanations: which layers draw a control line in a unit, what it keeps, and which line takes the rest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pandas as pd

from zoning.chains import Content, clause_chain, in_rulebook, reason_record, rows_about, rows_of
from zoning.entries import Floor, Line
from zoning.floors import weigh_floors
from zoning.gatherings import places_of
from zoning.measures import deducted_roles
from zoning.plans import Plan
from zoning.rulebook import Rulebook
from zoning.words import engine_words, text_in


def explain_lines(plan: Plan, ids: Iterable[str]) -> dict[str, list[Content]]:
    """The control lines of some units, as links.

    Parameters
    ----------
    plan : Plan
    ids : iterable of str

    Returns
    -------
    dict of str to list of dict
        By unit, in the order of the LINES table. Beside the keys of a link: ``line``, ``title``, ``claimed_ha``,
        ``settled_ha``, ``lost_to``, ``lost``, the hectares by column, and ``lost_titles``. Links: each ``layer`` that
        draws the line here, each line by which land is ``taken``, and ``least``, what it must at least cover where the
        unit lies.
    """
    found: dict[str, list[Content]] = {unit: [] for unit in ids}
    rows = rows_of(plan.lines, found)
    if rows:
        explainer = _LineExplainer(plan, {row["unit_id"] for row in rows})
        for row in rows:
            found[row["unit_id"]].append(explainer.line(row))
    return found


class _LineExplainer:
    """Explains the control lines of some units.

    Parameters
    ----------
    plan : Plan
    ids : set of str
    """

    def __init__(self, plan: Plan, ids: set[str]) -> None:
        self._plan, self._language = plan, plan.language
        self._words = engine_words(plan.language)
        self._lines = {line.code: line for line in plan.rulebook.lines}
        self._written = {code: in_rulebook(plan.rulebook, "lines", line) for code, line in self._lines.items()}
        self._land = _land(plan, ids)
        self._deducted = set(deducted_roles(plan.rulebook))
        self._least = _least(plan)

    def line(self, row: Mapping[str, Any]) -> Content:
        """One row of the LINES table."""
        line = self._lines.get(row["line"])
        lost = {name: float(row[name]) for name in row if name.startswith("to_") and float(row[name]) > 0}
        own = reason_record(
            "line",
            str(row["line"]),
            self._drawn(line) if line else "",
            amount=float(row["settled_ha"]),
            unit="ha",
            reference=line.reference if line else "",
            written=self._written.get(row["line"], ""),
            links=[*self._layers(line, row), *self._taken(row, lost), *self._floors(line, row)] if line else (),
        )
        return own | {
            "line": str(row["line"]),
            "title": dict(line.title) if line else {},
            "claimed_ha": float(row["claimed_ha"]),
            "settled_ha": float(row["settled_ha"]),
            "lost_to": str(row["lost_to"]),
            "lost": lost,
            "lost_titles": {code: self._title(code) for code in str(row["lost_to"]).split(";") if code},
        }

    def _say(self, key: str, **parts: object) -> str:
        return self._words[key].format(**parts)

    def _title(self, code: str) -> str:
        return text_in(self._lines[code].title, self._language, code) if code in self._lines else code

    def _role(self, role: str) -> str:
        return self._plan.rulebook.role_title(role, self._language)

    def _drawn(self, line: Line) -> str:
        roles = self._words["comma"].join(map(self._role, line.roles))
        place = 1 + [*self._lines].index(line.code)
        free = self._words["line_deducted" if self._deducted & set(line.roles) else "line_available"]
        return self._say("line_drawn", roles=roles, place=place, count=len(self._lines), free=free)

    def _layers(self, line: Line, row: Mapping[str, Any]) -> Iterator[Content]:
        """The layers that draw the line here; where two cover a place both have its hectares."""
        for layer, role in sorted(self._plan.roles.items()):
            area = self._land.get((row["unit_id"], layer), 0.0) if role in line.roles else 0.0
            if area > 0:
                told = {"layer": layer, "role": self._role(role), "area": f"{area:,.2f}"}
                yield reason_record("layer", layer, self._say("line_layer", **told), amount=area, unit="ha")

    def _taken(self, row: Mapping[str, Any], lost: Mapping[str, float]) -> Iterator[Content]:
        """The lines that come first and took land of this one."""
        codes = [code for code in str(row["lost_to"]).split(";") if code]
        for code in codes:
            whole = float(row["claimed_ha"]) - float(row["settled_ha"])
            area = lost.get(f"to_{code}_ha", whole if len(codes) == 1 else 0.0)
            yield reason_record(
                "taken",
                code,
                self._say("line_taken", area=f"{area:,.2f}", title=self._title(code)),
                amount=area,
                unit="ha",
                reference=self._lines[code].reference if code in self._lines else "",
                written=self._written.get(code, ""),
            )

    def _floors(self, line: Line, row: Mapping[str, Any]) -> Iterator[Content]:
        """What the line must at least cover in the places where the unit lies."""
        for number, floor in enumerate(self._plan.rulebook.floors):
            if floor.line == line.code:
                for one in self._least.get((number, row["unit_id"]), ()):
                    yield self._floor(floor, one)

    def _floor(self, floor: Floor, one: Mapping[str, Any]) -> Content:
        indicators = {known.name: known.title for known in self._plan.rulebook.indicators}
        reason = self._say(
            "line_least",
            title=text_in(floor.title, self._language, floor.line),
            place=one["place"] or self._plan.study.name,
            of=text_in(indicators.get(floor.of) or {}, self._language, floor.of),
            whole=f"{one['of_ha']:,.2f}",
            settled=f"{one['settled_ha']:,.2f}",
            share=f"{100 * one['share']:.2f}",
            least=f"{100 * one['at_least']:g}",
        )
        short = self._say("line_short", missing=f"{one['missing_ha']:,.2f}") if one["missing_ha"] > 0 else ""
        return reason_record(
            "least",
            floor.at_least,
            f"{reason}{short}",
            amount=float(one["settled_ha"]),
            unit="ha",
            said=_asked(floor, one, self._plan.rulebook),
            days=floor,
            reference=floor.reference,
            written=in_rulebook(self._plan.rulebook, "floors", floor),
        )


def _asked(floor: Floor, one: Mapping[str, Any], rulebook: Rulebook) -> Content:
    values = {floor.of: float(one["of_ha"]), "settled_ha": float(one["settled_ha"])}
    return clause_chain({"clauses": [], "values": values, "thresholds": {floor.at_least: None}}, rulebook)


def _least(plan: Plan) -> dict[tuple[int, str], list[Content]]:
    """The floors that are known at the places where each unit lies, by the floor's number and the unit."""
    found: dict[tuple[int, str], list[Content]] = {}
    levels = plan.study.units.levels
    weighed = weigh_floors(plan.lines, plan.measures, plan.rulebook, levels)
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
