"""The files of a run: every table with its header, the two pages, what was asked, and where it all came from."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from functools import cached_property, partial
from importlib import metadata
from pathlib import Path
from typing import Any, TextIO

import geopandas as gpd
import pandas as pd

from layers.archives import in_sandbox
from layers.formats import reading
from layers.inputs import LeftOut, Source
from layers.parallel import Copies, in_threads
from layers.phrases import english
from layers.raster import read_heights, write_heights
from layers.sandbox import sandboxed
from maps.drawing import Neighbourhood, Topology, page_template, plan_topology
from maps.exports import write_geopackage, write_geoparquet, write_qgis_project, write_workbook
from maps.runs.manifest import PLAN_FILE, RULEBOOK_FOLDER, read_provenance, read_run_study, write_provenance
from maps.runs.trace_file import TRACE, WrittenTrace, write_trace
from maps.telling import verdicts, write_report
from maps.web import map_scripts, write_map
from maps.words import LocalizedPlan, catalogue, localize
from zoning.pipeline import OF_ROWS, row_records, scheme_in_use, scheme_parameters
from zoning.plan import IndexRaster, Plan
from zoning.policies import join_texts, policy_texts
from zoning.rulebook import Rulebook, as_written, read_rulebook, without_unused_topics
from zoning.study import Study
from zoning.tables import (
    ASKED_TABLES,
    CLAIMS,
    CONFLICTS,
    CSV_TABLES,
    INDUSTRIES,
    MEASURES,
    PLACED_POLICIES,
    POLICIES,
    POLICY_TEXTS,
    QUOTA_RULES,
    SCENARIO_QUOTAS,
    SCENARIOS,
    SITES,
    SITINGS,
    SOLUTIONS,
    Table,
    index_rows,
    tabulate,
)

RASTERS = "rasters"
"""The folder of the rasters of indices that are made of rasters, in runs of plans that have some."""
HEIGHTS = "heights.tif"
"""In runs of plans whose maps show a relief."""

BY_TILES = "by_tiles"
"""In the provenance of runs that went by tiles for want of memory."""
PAGES = ("map.html", "report.html", "tables")
"""What is announced while files are written, in order."""

_NOT_ALWAYS = (CONFLICTS, INDUSTRIES, SOLUTIONS, QUOTA_RULES, SITINGS, SITES, *ASKED_TABLES)
"""Tables that older runs do not have, or runs of plans without scenarios."""

_ASKED_BY = {SCENARIO_QUOTAS.name: SCENARIOS.name}
"""The tables that are written where another has rows; the others of them where they have rows themselves."""

_VERSIONED = (
    "zoneplan", "geopandas", "shapely", "pyogrio", "rasterio", "pyproj", "folium", "pandas", "numpy",
)  # fmt: skip
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def load_pages(language: str) -> None:
    """Load what pages are made of and no plan changes: words, the template of the report, the scripts of the map."""
    catalogue("report", language)
    page_template("report.html.j2")
    map_scripts()


def write_files(
    plan: Plan,
    stage: Path,
    some: Copies,
    language: str = "en",
    *,
    excel_safe: bool = False,
    flat: bool = False,
    announce: Callable[[str], None] = lambda _step: None,
    by_tiles: bool = False,
    borders: Callable[[], Topology] | None = None,
) -> None:
    """Write all files of a run into an empty folder, the manifest excepted."""
    localized = localize(plan, language)
    _RunFiles(localized, stage, borders, excel_safe=excel_safe, flat=flat, by_tiles=by_tiles).write(some, announce)


class _RunFiles:
    """The files of a run, in groups that do not wait for each other."""

    def __init__(
        self,
        localized: LocalizedPlan,
        stage: Path,
        borders: Callable[[], Topology] | None,
        *,
        excel_safe: bool,
        flat: bool,
        by_tiles: bool,
    ) -> None:
        self._localized, self._plan, self._stage = localized, localized.source, stage
        self._excel_safe, self._flat, self._by_tiles = excel_safe, flat, by_tiles
        self._borders = borders or partial(plan_topology, self._plan.units, self._plan.pieces)

    def write(self, some: Copies, announce: Callable[[str], None]) -> None:
        """Write all groups, the longest first, by several workers side by side; by tiles each in a copy of its own."""
        pages = list(PAGES)

        def begin(index: int) -> None:
            while pages and len(PAGES) - len(pages) <= index:
                announce(pages.pop(0))

        begin(0)
        if some.several and not self._by_tiles:
            in_threads([lambda: self._ground, self._make_records], some.workers)
        groups = [self._map, self._report, self._trace, self._workbook, self._geopackage, self._tables]
        if not self._by_tiles:
            some.share(groups, begin)
            return
        for index, group in enumerate(groups):  # what a copy takes is given back when it ends
            begin(index)
            some.start(group)
            some.wait()

    def _make_records(self) -> None:
        """What several groups ask for: made before they part, or each would make its own."""
        if self._plan.trace.written is None:
            for table in OF_ROWS:
                row_records(self._plan, table)
        verdicts(self._localized)

    @cached_property
    def _ground(self) -> tuple[Topology, Neighbourhood]:
        return self._borders(), Neighbourhood(self._localized)

    def _map(self) -> None:
        borders, near = self._ground
        write_map(self._localized, self._stage / "map.html", self._localized.language, borders, near)

    def _report(self) -> None:
        borders, near = self._ground
        write_report(self._localized, self._stage / "report.html", self._localized.language, borders=borders, near=near)

    def _workbook(self) -> None:
        write_workbook(self._localized, self._stage / "plan.xlsx", self._localized.language)

    def _geopackage(self) -> None:
        write_geopackage(self._localized, self._stage / "plan.gpkg", self._localized.language)
        write_qgis_project(self._localized, self._stage / "plan.qgs", self._localized.language)

    def _trace(self) -> None:
        write_trace(self._plan, self._stage / TRACE)

    def _tables(self) -> None:
        plan, localized, stage = self._plan, self._localized, self._stage
        write_geoparquet(plan.units, stage / "units.parquet")
        write_geoparquet(plan.pieces, stage / "pieces.parquet")
        write_geoparquet(plan.sites.set_index(SITES.key[0]), stage / "sites.parquet")
        if plan.heights is not None:
            write_heights(plan.heights, stage / HEIGHTS)
        for name, raster in plan.rasters.items():
            (stage / RASTERS).mkdir(exist_ok=True)
            shutil.copyfile(raster.path, stage / RASTERS / f"{name}.tif")
        tabulate(CLAIMS, localized.claims).to_parquet(stage / "claims.parquet", index=False)
        for table in CSV_TABLES:
            if table in ASKED_TABLES and not len(getattr(plan, _ASKED_BY.get(table.name, table.name))):
                continue
            written_table = PLACED_POLICIES if table is POLICIES and not self._flat else table
            write_csv(
                written_table, getattr(localized, table.name), stage / f"{table.name}.csv", excel_safe=self._excel_safe
            )
        texts = policy_texts(localized.policies, localized.rulebook)
        write_csv(POLICY_TEXTS, texts, stage / f"{POLICY_TEXTS.name}.csv", excel_safe=self._excel_safe)
        (stage / PLAN_FILE).write_text(plan.study.text, "utf-8")
        for name, content in as_written(plan.rulebook, map(str, plan.measures.columns)).files.items():
            target = stage / RULEBOOK_FOLDER / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        write_provenance(
            _provenance(localized, excel_safe=self._excel_safe, flat=self._flat, by_tiles=self._by_tiles), stage
        )


def write_csv(table: Table, rows: pd.DataFrame, path: str | Path, *, excel_safe: bool = False) -> None:
    """Write one table as CSV: UTF-8 with BOM, ids and names exactly as read."""
    if excel_safe:
        rows = rows.apply(lambda column: column.map(_defuse) if _is_text(column) else column)
    with Path(path).open("w", encoding="utf-8-sig", newline="") as file:
        tabulate(table, rows, written=True).to_csv(_Lines(file), index=False, lineterminator="\r\n")


class _Lines:
    """Rows that come with CR LF and are written with LF: so the csv module quotes a text with a lone CR in it, too."""

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def write(self, row: str) -> int:
        return self._file.write(row.removesuffix("\r\n") + "\n")


def read_run(folder: str | Path) -> Plan:
    """A plan from a run folder, equal to the one that was written.

    Parameters
    ----------
    folder : str or Path
        A complete run; check it with :func:`maps.runs.verify` first.

    Returns
    -------
    Plan
        Its study stands where the run was made; the sources may no longer be there.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> import zoneplan as zp
    >>> plan = zp.run(zp.read_study(zp.builtin_study("us_mountain_west")))
    >>> with TemporaryDirectory() as folder:
    ...     again = zp.read_run(zp.write_run(plan, Path(folder) / "run"))
    >>> again.zones.equals(plan.zones)
    True
    """
    folder = Path(folder)
    provenance, study = read_provenance(folder), read_run_study(folder)
    listed = [table for table in CSV_TABLES if table not in _NOT_ALWAYS or (folder / f"{table.name}.csv").exists()]
    is_flat = provenance.get("flat", True)  # as all runs were before this was asked
    forms = {POLICIES.name: POLICIES if is_flat else PLACED_POLICIES}
    held = _held(folder, [f"{table.name}.csv" for table in listed], study)
    written = {
        table.name: _typed_rows(forms.get(table.name, table), held[f"{table.name}.csv"], provenance) for table in listed
    }
    trace = WrittenTrace(folder)
    tables = trace.tables({**written, CLAIMS.name: held["claims.parquet"]})
    measures = tables.pop(MEASURES.name).set_index("unit_id")
    units = held["units.parquet"].set_index("unit_id")
    texts = [name for name, kind in provenance["measures"].items() if kind == "text" and name in units.columns]
    measures = measures.assign(**{name: units[name] for name in texts})  # in CSV an empty text is as a missing one
    measures = measures.copy()  # in one piece: of a hundred columns that lie apart pandas warns
    tables.pop(SITES.name, None)  # the same rows with their geometry stand in a file of their own
    if "sites.parquet" in held:
        tables["sites"] = held["sites.parquet"]
    rulebook = without_unused_topics(read_rulebook(folder / RULEBOOK_FOLDER, study.date), map(str, measures.columns))
    if not is_flat:
        tables[POLICIES.name] = join_texts(
            tables[POLICIES.name],
            tables["zones"].set_index("unit_id"),
            measures,
            tables["quotas"],
            tables["energy"],
            tables["flows"],
            rulebook,
            study.units.levels,
        )
    _restore(tables, units["name"] if study.units.names else None, rulebook)
    pieces = held["pieces.parquet"].set_index("piece_id")
    pieces.attrs["roles"] = provenance["roles"]
    return Plan.of(
        study=study,
        rulebook=rulebook,
        units=units,
        pieces=pieces,
        measures=measures,
        assumptions=trace.assumptions(provenance["assumptions"]),
        roles=provenance["roles"],
        sources=tuple(Source(**entry) for entry in provenance["inputs"]),
        own_crs=provenance["crs"]["units"],
        left_out=trace.left_out(provenance.get("left_out", ())),
        heights=read_heights(folder / HEIGHTS) if (folder / HEIGHTS).exists() else None,
        rasters={path.stem: IndexRaster(path) for path in sorted((folder / RASTERS).glob("*.tif"))},
        trace=trace.trace(),
        **tables,
    )


def _held(folder: Path, tables: Iterable[str], study: Study) -> Mapping[str, Any]:
    """The tables of a run by file: a run that somebody else hands over is read like any other file of his."""
    sites = ["sites.parquet"] if (folder / "sites.parquet").exists() else []
    names = [*tables, "claims.parquet", "units.parquet", "pieces.parquet", *sites]
    files = {name: (folder / name).resolve() for name in names}
    with sandboxed(None, study.limits):
        return in_sandbox(_read_tables, None, files, {name: str(path) for name, path in files.items()})


def _read_tables(files: Mapping[str, str]) -> dict[str, pd.DataFrame]:
    """Tables of text and of Arrow by file, as they stand there."""
    tables = {}
    for name, path in files.items():
        with reading(name, name):
            if name.endswith(".csv"):
                tables[name] = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
            else:
                tables[name] = (pd if name == "claims.parquet" else gpd).read_parquet(path)
    return tables


def _restore(tables: dict[str, pd.DataFrame], names: pd.Series | None, rulebook: Rulebook) -> None:
    """Names of units and references of policies as tables in memory have them, whatever the language of the run."""
    for name in ("zones", "quotas") if names is not None else ():
        rows = tables[name]
        tables[name] = rows.assign(name=rows["unit_id"].map(names).fillna(rows["name"]))
    policies, written = tables["policies"], {policy.id: english(policy.reference) for policy in rulebook.policies}
    tables["policies"] = policies.assign(reference=policies["policy"].map(written).fillna(policies["reference"]))


def read_left_out(folder: Path) -> tuple[LeftOut, ...]:
    """What a run does without, as it stands in its provenance; of a whole run nothing."""
    written = read_provenance(folder).get("left_out")
    return WrittenTrace(folder).left_out(written) if written else ()


def run_language(folder: Path) -> str:
    """The language in which a run was written."""
    return str(read_provenance(folder).get("language", "en"))


def _provenance(plan: LocalizedPlan, *, excel_safe: bool, flat: bool, by_tiles: bool) -> dict[str, Any]:
    return {
        "study": plan.study.name,
        "date": plan.study.date.isoformat(),
        "rulebook": plan.rulebook.name,
        "language": plan.language,
        "inputs": [vars(source) for source in plan.sources],
        "evidence": {
            source.name: evidence.model_dump(mode="json", exclude_none=True)
            for source in plan.sources
            if (evidence := plan.study.evidence_of(source.name)) is not None
        },
        "versions": {name: metadata.version(name) for name in _VERSIONED},
        "parameters": {
            name: {"value": value.value, "unit": value.unit, "reference": value.reference, "verified": value.verified}
            for name, value in sorted(plan.rulebook.parameters.items())
        },
        "energy": _scheme(plan),
        "assumptions": [vars(assumption) for assumption in plan.assumptions],
        "roles": dict(sorted(plan.roles.items())),
        "crs": {"working": plan.units.crs.to_wkt(), "units": plan.own_crs},
        "measures": {str(name): _kind(plan.measures[name]) for name in plan.measures.columns},
        "excel_safe": excel_safe,
        "flat": flat,
        **({BY_TILES: True} if by_tiles else {}),
        **_tried(plan.study),
        **_left_out(plan),
    }


def _left_out(plan: LocalizedPlan) -> dict[str, object]:
    """What the plan does without; nothing of a whole one."""
    records = [vars(omission) | {"said": plan.renderer.render(omission.said)} for omission in plan.left_out]
    return {"left_out": records} if records else {}


def _tried(study: Study) -> dict[str, object]:
    """What the scenarios set, and of which plan a try is one; nothing of a plan that has neither."""
    content: dict[str, object] = {}
    if study.scenarios:
        content["scenarios"] = {scenario.name: scenario.set for scenario in study.scenarios}
    if study.tried is not None:
        content["try"] = study.tried.model_dump()
    return content


def _scheme(plan: LocalizedPlan) -> dict[str, object]:
    """The scheme of dual control that judged, with its numbers; nothing where none did."""
    scheme, section = scheme_in_use(plan), plan.study.energy
    if scheme is None or section is None:
        return {}
    parameters = scheme_parameters(scheme, section.period)
    return {"scheme": scheme.code, "period": section.period, "parameters": parameters}


def _is_text(column: pd.Series) -> bool:
    return _kind(column) == "text"


def _kind(column: pd.Series) -> str:
    if pd.api.types.is_bool_dtype(column):
        return "bool"
    return "float" if pd.api.types.is_numeric_dtype(column) else "text"


def _defuse(cell: Any) -> Any:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA_STARTS) else cell


def _arm(cell: str) -> str:
    return cell[1:] if cell.startswith(tuple(f"'{start}" for start in _FORMULA_STARTS)) else cell


_RENAMED: Mapping[str, Mapping[str, Mapping[str, str]]] = {
    "divergence": {"indicator": {"largest_share": "three_largest_share"}}
}
"""By table and column what codes of older runs are called today."""


def _typed_rows(table: Table, rows: pd.DataFrame, provenance: Mapping[str, Any]) -> pd.DataFrame:
    """A table with the types of its declaration; measures with those that provenance recorded.

    A column that the run is too old to have is empty.
    """
    if provenance["excel_safe"]:
        rows = rows.map(_arm)
    rows = rows.replace(_RENAMED.get(table.name, {}))
    rows = rows.assign(**{column: "" for column in table.columns if column not in rows.columns})
    if table is MEASURES:  # a measure may be missing; a text of the other tables may be empty
        rows = rows.where(rows != "")
    more = provenance["measures"] if table is MEASURES else {name: "float" for name in rows if name.endswith("_ha")}
    kinds = more | table.columns
    texts = [column for column, kind in table.columns.items() if kind == "rulebook"]
    rows = rows.drop(columns=texts)  # the rulebook of the run has them
    present = {column: kind for column, kind in kinds.items() if column in rows.columns}
    typed = rows.assign(**{column: _typed(rows[column], kind) for column, kind in present.items()})
    return index_rows(table, typed)


def _typed(cells: pd.Series, kind: str) -> pd.Series:
    if kind == "float":
        return pd.to_numeric(cells.where(cells != "")).astype("float64")
    if kind == "int":
        return cells.astype("int64") if (cells != "").all() else _typed(cells, "float")
    if kind == "bool":
        truth = cells.map({"True": True, "False": False})
        return truth if truth.isna().any() else truth.astype("bool")
    if kind == "decimal":
        return cells.map(lambda cell: Decimal(cell) if cell else None).astype(object)
    return cells
