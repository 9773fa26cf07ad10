"""Energy: dual control of intensity and total, judged region by region with three lights."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import NamedTuple

import pandas as pd

from layers import EnergySection, EnergyTable, read_energy
from zoning.energy_entries import EXEMPT, INCENTIVE, MARGIN, RELAXED, RISING, Scheme
from zoning.energy_figures import Figures, figures_of, known_figure
from zoning.energy_schemes import scheme_in_force
from zoning.energy_words import LIGHTS, energy_clause, join_clauses, shown_number
from zoning.rulebook import Rulebook
from zoning.steps import exact_number
from zoning.tables import ENERGY, tabulate

RED, YELLOW, GREEN = 1, 2, 3


def judge_energy(energy: EnergySection | EnergyTable | None, rulebook: Rulebook, language: str = "en") -> pd.DataFrame:
    """The warning lights of every region: intensity and total against their targets.

    Parameters
    ----------
    energy : EnergySection, EnergyTable or None
        ``study.energy``, or the table itself: index region, columns as :class:`layers.EnergyTable` says. None gives
        a table without rows.
    rulebook : Rulebook
        Its schemes (``energy.toml``).
    language : {"en", "zh"}
        Of the reasons.

    Returns
    -------
    DataFrame
        The ENERGY table. Lights: 1 red, 2 yellow, 3 green. ``total_light`` says how the total stands even where
        ``total_exempt`` says that it does not count; ``verdict`` is the worse of the lights that count.

    Raises
    ------
    RulebookError
        The rulebook has no ``energy.toml``.
    StudyError
        It has no such scheme, or none in force at the end of the period.
    MissingValueError
        A target or what was reached is missing; all regions concerned are named.
    SourceError
        An amount is negative, an incentive target is below the basic one, or one number can be had in two ways.

    Notes
    -----
    With target *t* and what was reached *a* (a fall of intensity is positive): green where ``a >= t``, yellow where
    the gap ``t - a`` is at most the margin (10 per cent) **of the target**, red beyond; intensity that rises is red.
    Totals are increments over the base year: the gap is ``a - exempt - t``. All comparisons are exact. Where the table
    comes with a ``share``, the target of a total is the region's share of it (:func:`share_total`) less its use of the
    base year.

    Where a table has ``used_tce``, ``base_used_tce`` and ``output``, ``base_output`` at constant prices instead of
    ``intensity_actual_pct`` or ``total_actual_tce``, these are computed: ``1 - (E/Y) / (E0/Y0)`` and ``E - E0``. The
    growth of output that statistics print, ``growth_actual_pct``, stands for output as well: ``Y/Y0 = 1 + growth``.

    By a scheme that relaxes for growth, a region whose intensity meets its target and whose output grew more than
    expected has ``base_used * (1 - t) * (growth - expected growth)`` more to use: total is intensity times output.

    Notice 901 (2020) and 629 (2021) of the National Development and Reform Commission; Fagaihuanzi [2021] 1310.

    Examples
    --------
    >>> from datetime import date
    >>> from zoning import read_rulebook
    >>> rows = pd.DataFrame(
    ...     {
    ...         "intensity_target_pct": ["3", "3"],
    ...         "intensity_actual_pct": ["2.7", "2.69"],
    ...         "total_target_tce": [100, 100],
    ...         "total_actual_tce": [90, 110],
    ...     },
    ...     index=["north", "south"],
    ... )
    >>> lights = judge_energy(EnergyTable(2019, rows), read_rulebook("main_functional_areas", date(2025, 1, 1)))
    >>> lights[["region", "intensity_light", "total_light", "verdict"]].to_numpy().tolist()
    [['north', 2, 3, 'yellow'], ['south', 1, 2, 'red']]
    """
    if energy is None:
        return tabulate(ENERGY, pd.DataFrame())
    table = read_energy(energy) if isinstance(energy, EnergySection) else energy
    judge = _Judge(scheme_in_force(table, rulebook), table.period, language)
    figures = figures_of(table, judge.scheme)
    return tabulate(ENERGY, pd.DataFrame([judge.row(region, one) for region, one in figures.items()]))


class _Judge(NamedTuple):
    """Judges regions by a scheme as it stands at the end of a period."""

    scheme: Scheme
    period: int
    language: str

    @property
    def day(self) -> date:
        return date(self.period, 12, 31)

    @property
    def margin(self) -> Fraction:
        return Fraction(exact_number(self.scheme.value(MARGIN, self.day)))

    def row(self, region: str, one: Figures) -> dict[str, object]:
        """A row of the ENERGY table."""
        intensity, said = self._intensity(one)
        total, also = self._total(one, met=intensity == GREEN)
        exempt = self._exempt(one)
        told = [said, *also]
        if exempt:
            told.append(self._say("incentive", target=one["intensity_incentive_pct"]))
        told.append(energy_clause("scheme", self.language, scheme=self.scheme.code, period=self.period))
        return {
            "period": self.period,
            "region": region,
            "intensity_light": intensity,
            "total_light": total,
            "total_exempt": exempt,
            "verdict": LIGHTS[intensity if exempt else min(intensity, total)],
            "reason": join_clauses(told, self.language),
        }

    def _say(self, key: str, light: int | None = None, **figures: Fraction | None) -> str:
        numbers = {name: shown_number(value) for name, value in figures.items() if value is not None}
        return energy_clause(key, self.language, light, unit=self.scheme.unit, **numbers)

    def _intensity(self, one: Figures) -> tuple[int, str]:
        target, actual = known_figure(one, "intensity_target_pct"), known_figure(one, "intensity_actual_pct")
        light, gap, allowed = self._light(target, target - actual)
        if actual < 0:
            light = RED if self.scheme.holds(RISING, self.day) else light
            return light, self._say("rose", light, actual=-actual, target=target)
        key = "fell" if gap <= 0 else "fell_short"
        return light, self._say(key, light, actual=actual, target=target, gap=gap, allowed=allowed, margin=self.margin)

    def _total(self, one: Figures, *, met: bool) -> tuple[int, list[str]]:
        actual, target, said = known_figure(one, "total_actual"), known_figure(one, "total_target"), []
        if (exempt := one["exempt"]) and self.scheme.holds(EXEMPT, self.day):
            actual -= exempt
            said.append(self._say("exempt", exempt=exempt))
        more = self._relaxation(one) if met else Fraction(0)
        if more:
            target += more
            said.append(
                self._say("relaxed", more=more, growth=one["growth_actual_pct"], expected=one["growth_target_pct"])
            )
        if one.get("share") is not None:
            said.append(self._say("share", share=one["share"], base=one["base_used"]))
        light, gap, allowed = self._light(target, actual - target)
        key = f"total{'_fell' if actual < 0 else ''}{'_over' if gap > 0 else ''}"
        told = self._say(key, light, actual=abs(actual), target=target, gap=gap, allowed=allowed, margin=self.margin)
        return light, [told, *said]

    def _light(self, target: Fraction, gap: Fraction) -> tuple[int, Fraction, Fraction]:
        """The light of a gap, with what the margin allows of it."""
        allowed = abs(target) * self.margin / 100
        return GREEN if gap <= 0 else YELLOW if gap <= allowed else RED, gap, allowed

    def _relaxation(self, one: Figures) -> Fraction:
        """What growth beyond the expected adds to the target of the total."""
        base, growth, expected = one["base_used"], one["growth_actual_pct"], one["growth_target_pct"]
        if base is None or growth is None or expected is None or not self.scheme.holds(RELAXED, self.day):
            return Fraction(0)
        return max(
            Fraction(0), base * (1 - known_figure(one, "intensity_target_pct") / 100) * (growth - expected) / 100
        )

    def _exempt(self, one: Figures) -> bool:
        incentive, actual = one["intensity_incentive_pct"], known_figure(one, "intensity_actual_pct")
        return incentive is not None and actual >= incentive and self.scheme.holds(INCENTIVE, self.day)
