"""The same job as a plain script would do it with the usual libraries: the rival of ``whole_run.py``.

geopandas overlay for the shares, exactextract for the grids, a proportional quota, ``folium.GeoJson`` for the map. Written as
their documentation shows it; no checks, no reasons, no ledger, no control of rounding.
"""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

import exactextract
import folium
import geopandas as gpd
import pandas as pd
import rasterio
import rasterio.features
from shapely.geometry import shape

EQUAL_AREA = "EPSG:5070"


def read(folder: Path, section: dict) -> gpd.GeoDataFrame:
    """A vector layer, or the cells of a raster that designate, as polygons."""
    path = folder / section["source"]
    if path.suffix == ".parquet":
        return gpd.read_parquet(path)
    if path.suffix == ".csv":
        table = pd.read_csv(path)
        return gpd.GeoDataFrame(table, geometry=gpd.points_from_xy(table[section["x"]], table[section["y"]]), crs=section["crs"])
    if path.suffix == ".tif":
        with rasterio.open(path) as grid:
            values = section["values"]
            chosen = pd.Series(grid.read(1).ravel()).isin(values).to_numpy().reshape(grid.shape)
            found = rasterio.features.shapes(chosen.astype("uint8"), mask=chosen, transform=grid.transform)
            return gpd.GeoDataFrame(geometry=[shape(one) for one, _ in found], crs=grid.crs)
    frame = gpd.read_file(path, layer=section["layer"])
    return frame.query(section["query"]) if "query" in section else frame


def main(job_file: Path, out: Path) -> None:
    """Do the job that a small TOML file describes, and write one map and one table."""
    job = tomllib.loads(job_file.read_text("utf-8"))
    folder = job_file.parent
    units = read(folder, job["units"]).rename(columns={job["units"]["id"]: "unit_id"}).to_crs(EQUAL_AREA)
    units["area_ha"] = units.area / 1e4
    by_role: dict[str, list[gpd.GeoDataFrame]] = {}
    for section in job.get("roles", []):
        layer = read(folder, section).to_crs(EQUAL_AREA)
        layer["geometry"] = layer.make_valid()
        by_role.setdefault(section["role"], []).append(layer[["geometry"]])
    for role, layers in by_role.items():
        dissolved = gpd.GeoDataFrame(geometry=[pd.concat(layers).union_all()], crs=EQUAL_AREA).explode()
        cut = gpd.overlay(units[["unit_id", "geometry"]], dissolved, how="intersection", keep_geom_type=True)
        hectares = (cut.area / 1e4).groupby(cut["unit_id"]).sum()
        units[f"{role}_share"] = units["unit_id"].map(hectares).fillna(0) / units["area_ha"]
    for section in job.get("points", []):
        points = read(folder, section).to_crs(EQUAL_AREA)
        inside = gpd.sjoin(points, units[["unit_id", "geometry"]], predicate="within")
        units[section["name"]] = units["unit_id"].map(inside.groupby("unit_id")[section["column"]].sum()).fillna(0)
    for section in job.get("grids", []):
        with rasterio.open(folder / section["source"]) as grid:
            crs = grid.crs
        means = exactextract.exact_extract(
            folder / section["source"], units[["unit_id", "geometry"]].to_crs(crs), ["mean"], include_cols="unit_id", output="pandas"
        )
        units[section["name"]] = units["unit_id"].map(means.set_index("unit_id")["mean"])
    units["main"] = "general"
    for rule in reversed(job["rules"]):
        units.loc[units.eval(rule["when"]).fillna(False).astype(bool), "main"] = rule["zone"]
    weight = units[job["quota"]["weight"]].fillna(0)
    units["quota"] = job["quota"]["total"] * weight / weight.sum()
    colours = {"key_development": "#993300", "agricultural": "#EEDD22", "ecologically_fragile": "#77BB77", "general": "#ECE9E4"}
    shown = units.to_crs(4326)
    page = folium.Map(tiles=None, prefer_canvas=True)
    fields = ["unit_id", job["units"]["name"], "main", "area_ha", "quota"]
    folium.GeoJson(
        shown[[*fields, "geometry"]],
        style_function=lambda feature: {"fillColor": colours[feature["properties"]["main"]], "weight": 0.6, "fillOpacity": 1},
        tooltip=folium.GeoJsonTooltip(fields=fields[:3]),
        popup=folium.GeoJsonPopup(fields=fields),
    ).add_to(page)
    west, south, east, north = shown.total_bounds
    page.fit_bounds([[south, west], [north, east]])
    out.mkdir(parents=True, exist_ok=True)
    page.save(str(out / "map.html"))
    units.drop(columns="geometry").to_csv(out / "zones.csv", index=False)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
