"""Which CRS a file is in, which it is likely to be in where it says none, and the equal-area one to plan in."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from functools import lru_cache

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj import CRS, Transformer
from pyproj.crs import ProjectedCRS
from pyproj.crs.coordinate_operation import LambertAzimuthalEqualAreaConversion
from pyproj.exceptions import CRSError
from pyproj.transformer import TransformerGroup

from layers.errors import CrsError, GeometryError, shown
from layers.ledger import entries
from layers.phrases import OR, Phrase, phrase_list

Box = npt.NDArray[np.float64]

_DEGREES = CRS("EPSG:4326")
_CHINA = (73.0, 16.0, 136.0, 54.0)
"""West, south, east, north of what Gauss-Krueger strips of CGCS2000 are for."""
_FOOT_M = 0.3048
_BY_ZONE = {
    "China 2000": (4488, 4478),
    "Xian 1980": (2324, 2314),
    "Beijing 1954": (2376, 21400),
}
"""By datum what is added to the number of a strip of 3 and of 6 degrees to give its EPSG code."""


def zone_code(crs: CRS, zone: int) -> str:
    """The code of the Gauss-Krueger strip with a number in its eastings, on the datum of a CRS; "" where there is none.

    Examples
    --------
    >>> zone_code(CRS("EPSG:4545"), 36), CRS(zone_code(CRS("EPSG:4545"), 36)).name
    ('EPSG:4524', 'CGCS2000 / 3-degree Gauss-Kruger zone 36')
    >>> zone_code(CRS("EPSG:2382"), 19), zone_code(CRS("EPSG:4545"), 60)
    ('EPSG:2333', '')
    """
    datum = crs.geodetic_crs.datum.name if crs.geodetic_crs and crs.geodetic_crs.datum else ""
    three, six = _BY_ZONE.get(datum, _BY_ZONE["China 2000"])
    if 25 <= zone <= 45:
        return f"EPSG:{three + zone}"
    return f"EPSG:{six + zone}" if 13 <= zone <= 23 else ""


def likely_crs(bounds: Box, crs: CRS, around: Box, of_units: CRS) -> str:
    """What would bring a layer to the units, in a sentence, or "".

    Examples
    --------
    >>> around = np.array([108.0, 34.0, 108.4, 34.3])
    >>> degrees, strip = CRS("EPSG:4490"), CRS("EPSG:4525")
    >>> print(likely_crs(np.array([36501844.0, 3765880, 36532297, 3785900]), strip, around, degrees))
    As they stand, its numbers lie on the units in EPSG:4524. If it is that, say crs = "EPSG:4524" and ...
    >>> print(likely_crs(np.array([34.0, 108.0, 34.3, 108.4]), degrees, around, degrees))
    Its x and y seem to be exchanged: exchange them (of a table: 'x' and 'y' in the plan; QGIS: ...
    """
    if _lies_at(bounds[[1, 0, 3, 2]], around, of_units, crs):
        return Phrase(
            "Its x and y seem to be exchanged: exchange them (of a table: 'x' and 'y' in the plan; QGIS: Swap X and Y "
            "coordinates)."
        )
    middle = _middle_of_box(around, of_units)
    codes = [code for code in dict.fromkeys(_codes(middle)) if _lies_at(bounds, around, of_units, CRS(code))]
    if codes:
        return Phrase(
            'As they stand, its numbers lie on the units in {codes}. If it is that, say crs = "{code}" and '
            "override_crs = true.",
            codes=phrase_list(codes, OR),
            code=codes[0] if len(codes) == 1 else "EPSG:...",
        )
    if crs.is_projected:
        for factor, unit in ((_FOOT_M, Phrase("feet")), (1 / _FOOT_M, Phrase("metres"))):
            if _lies_at(bounds * factor, around, of_units, crs):
                return Phrase(
                    "It would lie on the units if its numbers were {unit}, which {crs} does not count in: say crs = "
                    '"..." with the code of the same in {unit}, and override_crs = true.',
                    unit=unit,
                    crs=crs.name,
                )
    return ""


def refuse_degrees(features: gpd.GeoDataFrame, name: str) -> gpd.GeoDataFrame:
    """Features as in their file; refused where their CRS counts in metres and their numbers are degrees.

    They are where all of them would lie within 180 m east and west and 90 m north and south of where the CRS begins.
    """
    crs, bounds = features.crs, features.total_bounds
    if crs is None or not crs.is_projected or not (np.abs(bounds) <= [180, 90, 180, 90]).all():
        return features
    west, south, east, north = map(float, bounds)
    code = next(_codes(np.asarray([(west + east) / 2, (south + north) / 2])))
    raise CrsError(
        Phrase(
            "layer '{layer}': its file says {crs}, which counts in {unit}, and its numbers are degrees (x {west:.6g} "
            'to {east:.6g}, y {south:.6g} to {north:.6g}). Say crs = "{code}" and override_crs = true where the plan '
            "names the file, or export it anew in degrees.",
            layer=name,
            crs=crs.name,
            unit=crs.axis_info[0].unit_name,
            west=west,
            east=east,
            south=south,
            north=north,
            code=code,
        ),
        code="degrees",
        layer=name,
    )


def _codes(middle: Box) -> Iterator[str]:
    """Codes of what files of a place are usually in."""
    longitude, latitude = middle
    west, south, east, north = _CHINA
    chinese = west < longitude < east and south < latitude < north
    yield "EPSG:4490" if chinese else "EPSG:4326"
    yield "EPSG:3857"
    if chinese:
        for width, numbered, plain in ((3, 4488, 4509), (6, 4478, 4489)):
            here = round((longitude + (3 if width == 6 else 0)) / width)
            for zone in (here, here - 1, here + 1):
                yield f"EPSG:{numbered + zone}"
                yield f"EPSG:{plain + zone}"
    utm = int((longitude + 180.0) // 6) % 60
    for zone in (utm, (utm - 1) % 60, (utm + 1) % 60):
        yield f"EPSG:{(32601 if latitude >= 0 else 32701) + zone}"


def _middle_of_box(around: Box, of_units: CRS) -> Box:
    """Longitude and latitude of the middle of a box."""
    west, south, east, north = around
    x, y = way_between(of_units, _DEGREES).transform((west + east) / 2, (south + north) / 2)
    return np.asarray([x, y])


def _lies_at(bounds: Box, around: Box, of_units: CRS, crs: CRS) -> bool:
    """Whether the middle of a box would lie on the units or as far from them as they are wide, were it in a CRS."""
    west, south, east, north = map(float, around)
    box = np.asarray(way_between(of_units, crs).transform_bounds(west, south, east, north))
    reach = np.tile(box[2:] - box[:2], 2)
    middle = (bounds[:2] + bounds[2:]) / 2
    near = box + reach * [-1, -1, 1, 1]
    return bool(np.isfinite(near).all() and (near[:2] <= middle).all() and (middle <= near[2:]).all())


def place_note(crs: CRS, around: Box, of_units: CRS, name: str) -> pd.DataFrame:
    """A ledger row where a CRS is for another part of the earth than the units lie in; nothing is changed.

    Notes
    -----
    Half as far again as the area of use reaches counts as inside: a strip is used for a county that lies across its
    edge.

    Examples
    --------
    >>> place = np.array([108.0, 34.0, 108.4, 34.3])
    >>> place_note(CRS("EPSG:2154"), place, CRS("EPSG:4490"), "land")["finding"].tolist()
    ['crs']
    >>> len(place_note(CRS("EPSG:4525"), place, CRS("EPSG:4490"), "land"))
    0
    """
    action = _misplaced(crs, _middle_of_box(around, of_units))
    return entries(name, [""] if action else [], "crs", action)


def _misplaced(crs: CRS, middle: Box) -> str:
    use = crs.area_of_use
    if use is None or not np.isfinite(middle).all():
        return ""
    width, height = (use.east - use.west) % 360 or 360, use.north - use.south
    longitude, latitude = middle
    east = (longitude - use.west + width / 2) % 360 <= 2 * width
    if (2 * width >= 360 or east) and use.south - height / 2 <= latitude <= use.north + height / 2:
        return ""
    return Phrase(
        "{crs} is for {area}; the units lie at longitude {longitude:.1f}, latitude {latitude:.1f}, where it is not "
        'exact, or not meant. If the file is in another CRS, say crs = "EPSG:..." and override_crs = true; else export '
        "it in one of the place",
        crs=crs.name,
        area=use.name.rstrip("."),
        longitude=longitude,
        latitude=latitude,
    )


Floats = npt.NDArray[np.float64]

_MADE = "Equal area at"
_NEAR_DEGREES = 1e-3
# Those that PROJ computes on the ellipsoid. Mollweide and its like take the earth for a sphere: 0.5 % off.
_EQUAL_AREA = frozenset(
    {"Lambert Azimuthal Equal Area", "Albers Equal Area", "Lambert Cylindrical Equal Area", "Equal Earth"}
)


def parse_crs(text: str, layer: str) -> CRS:
    """The CRS that a plan names.

    Examples
    --------
    >>> parse_crs("EPSG:4490", "farmland").name
    'China Geodetic Coordinate System 2000'
    """
    try:
        return CRS.from_user_input(text)
    except CRSError as error:
        raise CrsError(
            Phrase(
                'layer \'{layer}\': crs = "{text}" is no CRS that PROJ knows. Write it as "EPSG:4326".',
                layer=layer,
                text=text,
            ),
            layer=layer,
        ) from error


def same_crs(crs: CRS, other: CRS) -> bool:
    """Whether coordinates mean the same in both, taken as (x, y).

    Examples
    --------
    >>> same_crs(CRS("EPSG:4326"), CRS("OGC:CRS84")), same_crs(CRS("EPSG:4326"), CRS("EPSG:4490"))
    (True, False)
    """
    return bool(crs.equals(other, ignore_axis_order=True))


@lru_cache(maxsize=64)
def way_between(source_crs: CRS, target: CRS) -> Transformer:
    """The way of coordinates, taken as (x, y), from one CRS to another; kept, for PROJ takes long to find it.

    Examples
    --------
    >>> way_between(CRS("EPSG:4326"), CRS("EPSG:3857")).transform(0.0, 0.0)
    (0.0, 0.0)
    """
    return Transformer.from_crs(source_crs, target, always_xy=True)


def settle_crs(
    file_crs: CRS | None, stated: str | None, file: str, name: str, *, override: bool = False
) -> tuple[CRS, pd.DataFrame]:
    """The CRS of a file, or of the plan where the file has none or is said to be wrong, and then a ledger row."""
    if file_crs is None and stated is None:
        lost = Phrase(" (the shapefile may have lost its .prj)") if file.lower().endswith(".shp") else ""
        raise CrsError(
            Phrase(
                "layer '{layer}': {file} has no coordinate reference system{lost}. Find out which it is and say so "
                'in the plan: crs = "EPSG:...".',
                layer=name,
                file=file,
                lost=lost,
            ),
            code="crs_missing",
            layer=name,
        )
    if stated is None and file_crs is not None:
        _refuse_no_place(file_crs, Phrase("{file} says", file=file), name)
        return file_crs, entries(name, [], "crs", "")
    stated_crs = parse_crs(str(stated), name)
    _refuse_no_place(stated_crs, Phrase("the plan says"), name)
    if file_crs is None:
        return stated_crs, entries(
            name, [""], "crs", Phrase("taken as {crs} as the plan says: the file has none", crs=stated_crs.name)
        )
    if not same_crs(file_crs, stated_crs):
        if override:
            taken = Phrase(
                "taken as {crs} as the plan says, although the file says {other}",
                crs=stated_crs.name,
                other=file_crs.name,
            )
            return stated_crs, entries(name, [""], "crs", taken)
        raise CrsError(
            Phrase(
                "layer '{layer}': the plan says crs = \"{stated}\" ({crs}), but {file} says {other}. Leave "
                "'crs' out of the plan or, where the file is wrong, say override_crs = true as well.",
                layer=name,
                stated=stated,
                crs=stated_crs.name,
                file=file,
                other=file_crs.name,
            ),
            code="crs_contradiction",
            layer=name,
        )
    return file_crs, entries(name, [], "crs", "")


def _refuse_no_place(crs: CRS, who: str, name: str) -> None:
    """Refuse a CRS in which nothing has a place on the earth."""
    if crs.geodetic_crs is None or crs.is_geocentric:
        what = (
            Phrase("counts from the middle of the earth") if crs.is_geocentric else Phrase("is not tied to the earth")
        )
        raise CrsError(
            Phrase(
                "layer '{layer}': {who} {crs}, which {fault}. Find out in which geographic or projected CRS it is, and "
                'say so in the plan: crs = "EPSG:..." and override_crs = true.',
                layer=name,
                who=who,
                crs=crs.name,
                fault=what,
            ),
            code="crs_no_place",
            layer=name,
        )


def is_equal_area(crs: CRS) -> bool:
    """Whether planar areas in the CRS are true, in square metres.

    Examples
    --------
    >>> is_equal_area(CRS("EPSG:3035")), is_equal_area(CRS("EPSG:3857")), is_equal_area(CRS("EPSG:4326"))
    (True, False, False)
    """
    flat = CRS.from_user_input(crs).to_2d()
    if not flat.is_projected or flat.coordinate_operation is None:
        return False
    metres = all(axis.unit_name == "metre" for axis in flat.axis_info)
    return metres and flat.coordinate_operation.method_name in _EQUAL_AREA


def working_crs(gdf: gpd.GeoDataFrame) -> CRS:
    """The equal-area CRS to plan in: that of the units if it is one, else one centred on them, on their datum.

    Parameters
    ----------
    gdf : GeoDataFrame
        The planning units, in any CRS.

    Returns
    -------
    pyproj.CRS
        Lambert azimuthal equal-area at the middle of the bounding box, rounded to 0.1 degrees so that a small change
        of the units does not move it. Units on both sides of the 180th meridian have their middle between them.

    Raises
    ------
    CrsError
        The units have no CRS, or reach round the earth to the point opposite their middle.
    GeometryError
        No unit has a geometry.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import box
    >>> import zoneplan as zp
    >>> units = gpd.GeoDataFrame(geometry=[box(178, -20, 180, -16), box(-180, -20, -179, -16)], crs="EPSG:4326")
    >>> zp.working_crs(units).name
    'Equal area at -18.0 179.5 (WGS 84)'
    """
    units_crs = known_crs(gdf)
    if is_equal_area(units_crs):
        return units_crs
    base = units_crs.geodetic_crs
    if base is None or units_crs.is_geocentric:
        what = (
            Phrase("counts from the middle of the earth")
            if units_crs.is_geocentric
            else Phrase("is not tied to the earth")
        )
        raise CrsError(
            Phrase("{crs} {fault}. Give the units a geographic or projected CRS.", crs=units_crs.name, fault=what)
        )
    boxes = shapely.bounds(shapely.get_parts(np.asarray(gdf.geometry.array)))
    boxes = boxes[np.isfinite(boxes).all(axis=1)]
    if not len(boxes):
        raise GeometryError(Phrase("no unit has a geometry, so there is no place to plan for."), layer="units")
    if not units_crs.is_geographic:
        west, south = boxes[:, :2].min(axis=0)
        east, north = boxes[:, 2:].max(axis=0)
        to = way_between(units_crs, base)
        boxes = np.asarray([to.transform_bounds(west, south, east, north)])
        boxes[:, 2] += 360.0 * (boxes[:, 2] < boxes[:, 0])
    longitude = round(_middle(boxes[:, 0], boxes[:, 2]), 1)
    latitude = round(float(boxes[:, 1].min() + boxes[:, 3].max()) / 2, 1)
    flat = base.to_2d()
    made = ProjectedCRS(
        LambertAzimuthalEqualAreaConversion(latitude, longitude),
        name=f"{_MADE} {latitude} {longitude} ({flat.name})",
        geodetic_crs=flat,
    )
    _refuse_antipode(gdf, base, longitude, latitude)
    return CRS.from_wkt(made.to_wkt())


def _refuse_antipode(gdf: gpd.GeoDataFrame, base: CRS, longitude: float, latitude: float) -> None:
    """Refuse units that hold the point opposite their middle: on a map round the middle it is the whole rim."""
    units_crs, far = known_crs(gdf), longitude % 360.0 - 180.0
    turns = [far, far + 360.0, far - 360.0] if units_crs.is_geographic else [far]
    places = np.column_stack(way_between(base, units_crs).transform(turns, [-latitude] * len(turns)))
    if not units_crs.is_geographic:  # an oblique Mercator, say, has the point opposite in the middle of its own country
        east, north = way_between(units_crs, base).transform(*places.T)
        turn = (east - far + 180.0) % 360.0 - 180.0
        places = places[(np.abs(turn) < _NEAR_DEGREES) & (np.abs(north + latitude) < _NEAR_DEGREES)]
    points = shapely.points(places[np.isfinite(places).all(axis=1)])
    held = np.unique(shapely.STRtree(np.asarray(gdf.geometry.array)).query(points, predicate="intersects")[1])
    if len(held):
        ids = gdf.index[held].astype(str)
        raise CrsError(
            Phrase(
                "the units go round the earth: on {ids} lies the point opposite to the middle of all (longitude "
                "{longitude:g}, latitude {latitude:g}), where a map centred on that middle is torn apart. Give "
                "the units in "
                "an equal-area CRS of the whole earth, such as EPSG:8857 or EPSG:6933.",
                ids=shown(ids),
                longitude=far,
                latitude=0.0 - latitude,
            ),
            code="crs_round_the_earth",
            layer="units",
            features=ids,
        )


def is_made(crs: CRS) -> bool:
    """Whether :func:`working_crs` made it, by its name: no registry has it, and PROJ would search long for it.

    Examples
    --------
    >>> from shapely import box
    >>> is_made(working_crs(gpd.GeoDataFrame(geometry=[box(0, 50, 1, 51)], crs="EPSG:4326")))
    True
    """
    return str(crs.name).startswith(_MADE)


def _middle(west: Floats, east: Floats) -> float:
    """The middle of all spans of longitude, opposite the widest gap between them; between -180 and 180."""
    order = np.argsort(west, kind="stable")
    west, reach = west[order], np.maximum.accumulate(east[order])
    gaps = np.append(west[1:], west[0] + 360.0) - reach
    after = int(np.argmax(gaps[::-1]))  # of equal gaps the last, so that spans within one turn stay as they are
    last = len(gaps) - 1 - after
    start = west[0] if last == len(gaps) - 1 else west[last + 1] - 360.0
    middle = (float(start) + float(reach[last])) / 2
    return (middle + 180.0) % 360.0 - 180.0


def known_crs(gdf: gpd.GeoDataFrame) -> CRS:
    """The CRS of a table of features."""
    if gdf.crs is None:
        raise CrsError(
            Phrase("these features have no CRS. Say which with gdf.set_crs(...), or with 'crs' in the plan.")
        )
    return CRS.from_user_input(gdf.crs)


def datum_note(source_crs: CRS, target: CRS, name: str) -> pd.DataFrame:
    """A ledger row where coordinates move from one datum to another, saying by which operation.

    Examples
    --------
    >>> datum_note(CRS("EPSG:4490"), CRS("EPSG:4326"), "farmland")["finding"].tolist()
    ['datum']
    >>> datum_note(CRS("EPSG:4326"), CRS("EPSG:32633"), "farmland")["finding"].tolist()
    []
    """
    geodetic_crs, other = source_crs.geodetic_crs, target.geodetic_crs
    if geodetic_crs is None or other is None or _datum(geodetic_crs) == _datum(other):
        return entries(name, [], "datum", "")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that a better grid could be downloaded; the row names the one in use
        ways = TransformerGroup(geodetic_crs.to_2d(), other.to_2d(), always_xy=True).transformers
    way = ways[0].description if ways else Phrase("no operation known")
    ballpark = Phrase(": the two are taken as equal") if "Ballpark" in way or not ways else ""
    return entries(
        name,
        [""],
        "datum",
        Phrase(
            "moved from {before} to {after} by {way}{note}",
            before=_datum(geodetic_crs),
            after=_datum(other),
            way=way,
            note=ballpark,
        ),
    )


def _datum(crs: CRS) -> str:
    return crs.datum.name.removesuffix(" ensemble") if crs.datum else crs.name
