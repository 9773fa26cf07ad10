"""What the check says of the ledger: one warning a layer and kind of repair."""

from __future__ import annotations

from collections.abc import Iterator

from layers import Finding, Stack, Study, shown


def repair_notes(study: Study, stack: Stack) -> Iterator[Finding]:
    """One warning a layer or table and kind of repair; the ledger has the features.

    Parameters
    ----------
    study : Study
        Its tables are told from its layers.
    stack : Stack

    Yields
    ------
    Finding
    """
    tables = {table.source for table in study.tables}
    for (name, finding), rows in stack.ledger.groupby(["layer", "finding"], sort=True):
        features = [str(feature) for feature in rows["feature"]]
        actions = "; ".join(sorted(set(rows["action"]))[:3])
        of = f"{'table' if name in tables else 'layer'} '{name}': {finding}"
        if features == [""]:  # it is of the layer as a whole
            text = f"{of}: {actions}"
        else:
            times = "once" if len(features) == 1 else f"{len(features)} times"
            text = f"{of}, {times}: {actions} ({shown(features)})"
        yield Finding("warning", str(finding), str(name), tuple(features[:5]), len(features), text)
