"""Commands that try other numbers, or compare plans: what changes, how firm it is, and which number meets a goal."""

from __future__ import annotations

import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from layers.phrases import Phrase
from zoneplan.cli.exit_codes import say
from zoneplan.cli.options import AsJson, OutFolder, OwnLanguage, StudyFolder, print_json
from zoneplan.cli.spoken_language import in_words, language_of, speak, spoken

if TYPE_CHECKING:
    from zoning.plan import Plan

EXIT_NOT_MET = 4
"""Of ``seek``, where nothing meets all goals."""

app = typer.Typer()


@app.command(name="compare")
def compare_(
    before: Annotated[Path, typer.Argument(metavar="A", help="A run folder, or a study file, which is run.")],
    after: Annotated[Path, typer.Argument(metavar="B", help="The other one.")],
    out: OutFolder = None,
    study: StudyFolder = None,
    language: OwnLanguage = None,
    as_json: AsJson = False,
) -> None:
    """Say what differs between two plans, and because of which rule, number or source; exit 1 where they do."""
    from maps.runs import COMPARISON_KIND, require_own, write_comparison_folder
    from zoneplan.cli.plan_displays import comparison_json, print_comparison
    from zoning.whatif import compare

    speak(language or language_of(before))
    if out is not None:
        require_own(out.absolute(), COMPARISON_KIND)
    comparison = compare(*(_plan_of(path) for path in (before, after)), study_folder=study)
    if out is not None:
        write_comparison_folder(comparison, out, spoken())
    if as_json:
        print_json(comparison_json(comparison))
    else:
        print_comparison(comparison, spoken())
        if out is not None:
            print(in_words(Phrase("comparison: {page}", page=out / "report.html")))
            print(in_words(Phrase("map: {page}", page=out / "map.html")))
    raise typer.Exit(0 if comparison.same else 1)


@app.command(name="consensus")
def consensus_(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="Tries of a plan, plans, or run folders; two at least.")
    ],
    out: OutFolder = None,
    language: OwnLanguage = None,
    as_json: AsJson = False,
) -> None:
    """Say how many people's plans agree on each unit, in what they differ, and which units hang on that."""
    from maps.runs import CONSENSUS_KIND, require_own, write_consensus_folder
    from zoneplan.cli.plan_displays import consensus_json, print_consensus
    from zoneplan.cli.progress_display import progress
    from zoning.whatif import consensus, run_together

    speak(language or language_of(files[0]))
    if len({path.resolve() for path in files}) < max(2, len(files)):
        raise typer.BadParameter(Phrase("give two files at least, each once"), param_hint="FILE...")
    if out is not None:
        require_own(out.absolute(), CONSENSUS_KIND)
    stems = [path.stem for path in files]
    names = {path.stem if stems.count(path.stem) == 1 else str(path): str(path) for path in files}
    finished = {name: _plan_of(Path(path)) for name, path in names.items() if Path(path).is_dir()}
    studies = {name: path for name, path in names.items() if name not in finished}
    with progress() as announce:
        together = run_together(studies, announce) if studies else None
    made = finished if together is None else finished | together.voices
    agreement = consensus({name: made[name] for name in names}, None if together is None else together.base)
    if out is not None:
        write_consensus_folder(agreement, out, spoken())
    if as_json:
        print_json(consensus_json(agreement))
        return
    print_consensus(agreement, spoken())
    if out is not None:
        print(in_words(Phrase("map: {page}", page=out / "map.html")))


@app.command(name="robustness")
def robustness_(
    target: Annotated[Path, typer.Argument(metavar="RUN", help="A run folder, or a study file, which is run.")],
    within: Annotated[
        list[str],
        typer.Option(
            "--within",
            metavar="NAME=LOW:HIGH",
            help="A parameter of rules for zones, or quotas.NAME.weight.MEASURE, and the ends of what is drawn of it; "
            "again for more.",
        ),
    ],
    draws: Annotated[int, typer.Option("--draws", metavar="N", min=1, help="How many.")] = 1000,
    seed: Annotated[int, typer.Option("--seed", metavar="N", min=0, help="The same seed gives the same draws.")] = 0,
    out: OutFolder = None,
    study: StudyFolder = None,
    language: OwnLanguage = None,
    as_json: AsJson = False,
) -> None:
    """Say in how many of many draws of thresholds and weights each unit keeps its main function."""
    from maps.runs import ROBUSTNESS_KIND, require_own, write_robustness_folder
    from zoneplan.cli.plan_displays import print_robustness, ranges_of
    from zoning.whatif import KEPT, robustness

    speak(language or language_of(target))
    ranges = ranges_of(within)
    if out is not None:
        require_own(out.absolute(), ROBUSTNESS_KIND)
    plan = _plan_of(target)
    stability = robustness(plan, ranges, draws=draws, seed=seed, study_folder=study)
    if out is not None:
        write_robustness_folder(stability, out, spoken())
    if as_json:
        print_json(stability.as_dict())
    else:
        print_robustness(stability, spoken())
        if out is not None:
            print(in_words(Phrase("report: {page}", page=out / "report.html")))
            print(in_words(Phrase("map: {page}", page=f"{out / 'map.html'}#by={KEPT}")))


@app.command(name="curve")
def curve_(
    target: Annotated[Path, typer.Argument(metavar="RUN", help="A run folder, or a study file, which is run.")],
    parameter: Annotated[
        str,
        typer.Argument(
            metavar="PARAMETER", help="A parameter that rules for zones ask for: its id, its title, or how one begins."
        ),
    ],
    language: OwnLanguage = None,
    whole: Annotated[bool, typer.Option("--long", help="All steps, and all units that change at each.")] = False,
    amounts: Annotated[
        bool, typer.Option("--amounts", help="Also land and money at each step; one allocation a step.")
    ] = False,
    study: StudyFolder = None,
    as_json: AsJson = False,
) -> None:
    """Say at which values of a parameter which units change, and in which range around its own nothing does."""
    from maps.words import localize
    from zoneplan.cli.progress_display import count_cases
    from zoneplan.cli.threshold_display import amounts_as_dict, find_parameter, print_amounts, print_curve
    from zoning.whatif import curve_amounts
    from zoning.zones import curve

    speak(language or language_of(target))
    plan = _plan_of(target)
    threshold_curve = curve(plan, find_parameter(plan.rulebook, parameter))
    step_amounts = None
    if amounts:
        with count_cases() as announce:
            step_amounts = curve_amounts(plan, threshold_curve, study_folder=study, announce=announce)
    if as_json:
        print_json(threshold_curve.as_dict() | ({} if step_amounts is None else amounts_as_dict(step_amounts)))
        return
    localized = localize(plan, spoken())
    print_curve(threshold_curve, localized, whole=whole)
    if step_amounts is not None:
        print_amounts(step_amounts, threshold_curve, localized)


@app.command()
def weights(
    target: Annotated[Path, typer.Argument(metavar="RUN", help="A run folder, or a study file, which is run.")],
    language: OwnLanguage = None,
    as_json: AsJson = False,
) -> None:
    """Say between which values of each weight of the plan's indices no zone changes, and who would have them where."""
    from maps.words import localize
    from zoneplan.cli.threshold_display import print_weights
    from zoning.zones import weight_intervals

    speak(language or language_of(target))
    plan = _plan_of(target)
    intervals = weight_intervals(plan)
    if as_json:
        print_json({"weights": [interval._asdict() for interval in intervals]})
        return
    print_weights(intervals, localize(plan, spoken()))


@app.command()
def serve(
    target: Annotated[Path, typer.Argument(metavar="RUN|PLAN", help="A run folder, or a study file, which is run.")],
    port: Annotated[int, typer.Option(min=0, max=65535, help="Of this machine; by default one that is free.")] = 0,
    study: StudyFolder = None,
    show: Annotated[bool, typer.Option("--open", help="Open the page in the browser.")] = False,
    language: OwnLanguage = None,
) -> None:
    """Serve the map to this machine alone, so that also sites, optimal quotas and drawn land can be tried in it."""
    from maps.serve import PlanServer, TriedPlans
    from zoneplan.cli.progress_display import progress
    from zoning.whatif import as_fresh

    speak(language or language_of(target))
    plan = as_fresh(_plan_of(target), study)
    with progress() as announce:
        announce("map.html")
        plans = TriedPlans(plan, spoken())
    server = PlanServer(plans, spoken(), port)
    print(server.address, flush=True)
    if show:
        webbrowser.open(server.address)
    server.serve()


@app.command(name="seek")
def seek_(
    target: Annotated[Path, typer.Argument(metavar="PLAN", help="A study file, which is run, or a run folder.")],
    goal: Annotated[
        str,
        typer.Argument(
            metavar="GOAL",
            help="area_ha(CONDITION), count(CONDITION) or amount(QUOTA, CONDITION), and a number; more by AND.",
        ),
    ],
    moves: Annotated[
        list[str], typer.Option("--move", metavar="NAME=LOW:HIGH", help="A parameter that may move, and how far.")
    ],
    study: StudyFolder = None,
    language: OwnLanguage = None,
    as_json: AsJson = False,
) -> None:
    """Find the smallest change of parameters that meets goals, proved; exit 4 where nothing meets all of them."""
    from maps.words import localize
    from zoneplan.cli.threshold_display import print_sought
    from zoning.whatif import seek

    speak(language or language_of(target))
    ranges, plan = dict(map(_range, moves)), _plan_of(target)
    sought = seek(plan, goal, ranges, study)
    if as_json:
        print_json(sought.as_dict())
    else:
        print_sought(sought, localize(plan, spoken()))
    raise typer.Exit(0 if sought.met else EXIT_NOT_MET)


@app.command(name="calibrate")
def calibrate_(
    target: Annotated[Path, typer.Argument(metavar="PLAN", help="A study file, which is run, or a run folder.")],
    decided: Annotated[
        Path,
        typer.Argument(metavar="LIST", help="A CSV of units decided elsewhere: unit_id and main, a code or a title."),
    ],
    parameters: Annotated[
        list[str] | None,
        typer.Option("--parameter", metavar="NAME", help="A threshold to fit; by default all that units turn at."),
    ] = None,
    blocks: Annotated[
        int, typer.Option("--blocks", min=2, help="Of neighbours, each judged by thresholds fitted to the others.")
    ] = 4,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of a search, where thresholds are many.")] = 0,
    study: StudyFolder = None,
    language: OwnLanguage = None,
    as_json: AsJson = False,
) -> None:
    """Fit thresholds of rules to a list of units decided elsewhere, and say how well rules and list then agree."""
    from maps.words import localize
    from zoneplan.cli.threshold_display import find_parameter, print_calibrated
    from zoning.whatif import calibrate, read_decided

    speak(language or language_of(target))
    plan = _plan_of(target)
    names = [find_parameter(plan.rulebook, text) for text in parameters] if parameters else None
    calibration = calibrate(
        plan, read_decided(decided, plan.rulebook), names, blocks=blocks, seed=seed, study_folder=study
    )
    if as_json:
        print_json(calibration.as_dict())
    else:
        print_calibrated(calibration, localize(plan, spoken()))


def _range(text: str) -> tuple[str, tuple[float, float]]:
    """A parameter and its range, of ``NAME=LOW:HIGH``."""
    name, _, span = text.partition("=")
    low, _, high = span.partition(":")
    try:
        return name.strip(), (float(low), float(high))
    except ValueError:
        raise typer.BadParameter(
            Phrase("'{text}' is no range; write NAME=LOW:HIGH, such as density_min=50:400", text=text),
            param_hint="--move",
        ) from None


def _plan_of(path: Path) -> Plan:
    """The plan of a run folder, or of a study file that is run now."""
    if path.is_dir():
        from maps.runs import read_run, require_whole

        require_whole(path)
        return read_run(path)
    from maps.runs import kept_steps
    from zoneplan.cli.progress_display import progress
    from zoning.pipeline import run
    from zoning.study import read_study

    with progress() as announce:
        return run(read_study(path), announce, kept=kept_steps(say))
