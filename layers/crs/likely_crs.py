"""Likely CRS: in which one the numbers of a layer would lie where the units are, and for which place a CRS is.

Nothing is changed by it: a message says what fits, and the planner says in the plan what it is.
"""

from __future__ import annotations

from collections.abc import Iterator

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
from pyproj import CRS

from layers.crs.file_and_working_crs import way_between
from layers.errors import CrsError
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
    middle = _middle(around, of_units)
    found = [code for code in dict.fromkeys(_codes(middle)) if _lies_at(bounds, around, of_units, CRS(code))]
    if found:
        return Phrase(
            'As they stand, its numbers lie on the units in {codes}. If it is that, say crs = "{code}" and '
            "override_crs = true.",
            codes=phrase_list(found, OR),
            code=found[0] if len(found) == 1 else "EPSG:...",
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


def _middle(around: Box, of_units: CRS) -> Box:
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
    said = _misplaced(crs, _middle(around, of_units))
    return entries(name, [""] if said else [], "crs", said)


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
