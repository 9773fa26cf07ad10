"""The French region, run by the command: a plan whose zones hang on no number, also in French."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PLAN = ROOT / "examples" / "french_region" / "plan.toml"


def test_a_plan_of_which_no_unit_hangs_on_a_number_is_written_and_explained(command: Callable, tmp_path: Path) -> None:
    """What decides its zones are texts and counts: no threshold is nearest to any unit."""
    run = tmp_path / "region"
    told = command("run", PLAN, "--out", run)
    assert told.code == 0, told.err
    assert (run / "report.html").is_file()
    why = command("explain", run, "Peyrelade-Haute")
    assert why.code == 0, why.err
    assert "a planning document was prescribed, adopted or approved in time" in why.out


def test_a_region_reads_its_plan_in_french(command: Callable, tmp_path: Path) -> None:
    run = tmp_path / "region"
    told = command("run", PLAN, "--lang", "fr", "--out", run)
    assert told.code == 0, told.err
    assert "Commune couverte par un document d'urbanisme" in told.out
    assert "sa promulgation n'a pas été constatée" in told.out
    report = html.unescape(re.sub(r"<[^>]+>", " ", (run / "report.html").read_text("utf-8")))
    for words in ("Une région fictive", "consommation autorisée", "Garantie communale", "Lauze", "loi n° 2023-630"):
        assert words in report, words
    assert not re.search(
        r"(communes nouvelles made|planning document was|At the request of|A guaranteed hectare)", report
    )
    for words in ("approved", "pooled here", "hearing of", " of July", "Solide"):
        assert words not in report, words
    assert "287,33" in report  # amounts have the decimals of their step
    assert "Territoire 1 sur 3" in report  # pages go by the territories of the regional scheme
    assert "aucun seuil" not in report  # no number decides, so that nothing is firm or a close call
    assert '<html lang="fr"' in (run / "map.html").read_text("utf-8")
    why = command("explain", run, "Peyrelade-Haute", "--long")
    assert why.code == 0, why.err
    assert "un document d'urbanisme a été prescrit, arrêté ou approuvé à temps" in why.out
    assert "Un hectare garanti" in why.out
