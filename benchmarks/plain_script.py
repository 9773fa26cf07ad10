"""The same job as a plain script would do it with the usual libraries: the rival of ``whole_run.py``.

geopandas overlay for the pieces and shares, exactextract for the grids, a proportional quota, ``folium.GeoJson`` for
the map, written as their documentation shows it; no checks, no reasons, no ledger, no control of rounding.
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
        frame = gpd.read_parquet(path)
        return frame.query(section["query"]) if "query" in section else frame
    if path.suffix == ".csv":
        table = pd.read_csv(path)
        return gpd.GeoDataFrame(
            table, geometry=gpd.points_from_xy(table[section["x"]], table[section["y"]]), crs=section["crs"]
        )
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
    units = read(folder, job["units"]).rename(columns={job["units"]["id"]: "unit_id"})
    bounds = units.total_bounds
    units = units.to_crs(EQUAL_AREA)
    if "table" in job["units"]:
        table = pd.read_csv(folder / job["units"]["table"], dtype={job["units"]["id"]: str})
        units = units.merge(table, left_on="unit_id", right_on=job["units"]["id"])
    units["area_ha"] = units.area / 1e4
    pieces = units[["unit_id", "geometry"]]
    roles: dict[str, list[str]] = {}
    for section in job.get("designations", []):
        layer = read(folder, section)
        west, south, east, north = bounds
        layer = layer.cx[west:east, south:north].to_crs(EQUAL_AREA)
        layer["geometry"] = layer.make_valid(method="structure", keep_collapsed=False)
        name = section["name"]
        dissolved = gpd.GeoDataFrame({name: [True]}, geometry=[layer.union_all()], crs=EQUAL_AREA).explode()
        pieces = gpd.overlay(pieces, dissolved, how="identity", keep_geom_type=True)
        roles.setdefault(section["role"], []).append(name)
    for role, names in roles.items():
        hectares = pieces.area / 1e4 * pieces[names].notna().any(axis=1)
        units[f"{role}_share"] = units["unit_id"].map(hectares.groupby(pieces["unit_id"]).sum()) / units["area_ha"]
    designations = [name for names in roles.values() for name in names]
    pieces = pieces.dissolve(["unit_id", *designations], dropna=False).reset_index()
    for section in job.get("points", []):
        points = read(folder, section).to_crs(EQUAL_AREA)
        inside = gpd.sjoin(points, units[["unit_id", "geometry"]], predicate="within").groupby("unit_id")
        for name, (column, function) in section.get("measure", {}).items():
            found = units["unit_id"].map(inside[column].agg(function))
            units[name] = found if function == "max" else found.fillna(0)
        if "nearest" in section:
            near = gpd.sjoin_nearest(units[["unit_id", "geometry"]], points[["geometry"]], distance_col="m")
            units[section["nearest"]] = units["unit_id"].map(near.groupby("unit_id")["m"].min()) / 1e3
    for section in job.get("grids", []):
        with rasterio.open(folder / section["source"]) as grid:
            crs = grid.crs
        found = exactextract.exact_extract(
            folder / section["source"],
            units[["unit_id", "geometry"]].to_crs(crs),
            list(section["measure"].values()),
            include_cols="unit_id",
            output="pandas",
        ).set_index("unit_id")
        for name, operation in section["measure"].items():
            units[name] = units["unit_id"].map(found[operation])
    units["main"] = "general"
    for rule in reversed(job["rules"]):
        units.loc[units.eval(rule["when"]).fillna(False).astype(bool), "main"] = rule["zone"]
    weight = units[job["quota"]["weight"]].fillna(0)
    units["quota"] = job["quota"]["total"] * weight / weight.sum()
    out.mkdir(parents=True, exist_ok=True)
    draw(units, pieces, designations, job["units"]["name"]).save(str(out / "map.html"))
    units.drop(columns="geometry").to_csv(out / "zones.csv", index=False)
    units.to_file(out / "plan.gpkg", layer="units", driver="GPKG")
    pieces.to_file(out / "plan.gpkg", layer="pieces", driver="GPKG")


def draw(units: gpd.GeoDataFrame, pieces: gpd.GeoDataFrame, designations: list[str], name: str) -> folium.Map:
    """Units by main function with their measures in a popup, and the pieces of each designation as a layer."""
    colours = {
        "key_development": "#A8401F",
        "agricultural": "#E3C24B",
        "ecologically_fragile": "#5FA383",
        "general": "#F8F4EB",
    }
    shown = units.to_crs(4326)
    page = folium.Map(tiles=None, prefer_canvas=True)
    fields = ["unit_id", name, "main", "area_ha", "quota"]
    fields += [column for column in units.columns if column not in {*fields, "geometry"}]
    folium.GeoJson(
        shown[[*fields, "geometry"]],
        name="main function",
        style_function=lambda feature: {
            "fillColor": colours[feature["properties"]["main"]],
            "weight": 0.6,
            "fillOpacity": 1,
        },
        tooltip=folium.GeoJsonTooltip(fields=fields[:3]),
        popup=folium.GeoJsonPopup(fields=fields),
    ).add_to(page)
    cut = pieces.to_crs(4326)
    for designation in designations:
        folium.GeoJson(
            cut.loc[cut[designation].notna(), ["unit_id", "geometry"]],
            name=designation,
            show=False,
            style_function=lambda _feature: {"fillColor": "#665566", "weight": 0.3, "fillOpacity": 0.4},
        ).add_to(page)
    folium.LayerControl().add_to(page)
    west, south, east, north = shown.total_bounds
    page.fit_bounds([[south, west], [north, east]])
    return page


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
