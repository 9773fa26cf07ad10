"""What ``plain_script.py`` writes and no more: the map, the table of units, the GeoPackage; made with zoneplan."""

from __future__ import annotations

import sys
from pathlib import Path

from maps.exports import write_geopackage
from maps.runs.run_files import write_csv
from maps.web import draw
from zoning.pipeline.flow import run
from zoning.study import read_study
from zoning.tables import CSV_TABLES


def main(plan_file: Path, out: Path) -> None:
    """Plan a study and write one map, its tables of units and one GeoPackage."""
    study = read_study(plan_file)
    # the plain script takes no sites
    unsited = tuple(quota.model_copy(update={"siting": None}) for quota in study.quotas)
    plan = run(study.model_copy(update={"quotas": unsited}))
    out.mkdir(parents=True)
    draw(plan).save(str(out / "map.html"))
    tables = {table.name: table for table in CSV_TABLES}
    write_csv(tables["zones"], plan.zones, out / "zones.csv")
    write_csv(tables["measures"], plan.measures.reset_index(), out / "measures.csv")
    write_csv(tables["quotas"], plan.quotas, out / "quotas.csv")
    write_geopackage(plan, out / "plan.gpkg")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
