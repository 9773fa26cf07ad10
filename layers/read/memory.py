"""Inputs from tables, rasters and arrays in memory: written as files, and read with every check that files have."""

from __future__ import annotations

import json
import math
import shutil
import weakref
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any, TypeVar

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
from pyproj import CRS

from layers.errors import CrsError, SourceError, StudyError, UnknownNameError, shown
from layers.formats import load_gdal, reading
from layers.inputs import Inputs
from layers.phrases import Phrase, phrase_list, template
from layers.read.reading_step import read_inputs, reread_layers
from layers.sandbox import Reader
from layers.sources import MEMORY, LayerSection, Sources, TableSection, UnitsSection, named_sources

if TYPE_CHECKING:
    import pyarrow as pa
    from affine import Affine


UNIT_ID, FEATURE_ID = "unit_id", "feature_id"
"""Columns in which the index of units and of features is written, where no column has the ids."""
NO_LAYER = template("the plan has no layer '{name}'; there are {names}")
NO_TABLE = template("the plan has no table '{name}'; there are {names}")
Entry = TypeVar("Entry")


def prepare(
    units: pd.DataFrame | pa.Table | None = None,
    layers: Mapping[str, Any] | None = None,
    tables: Mapping[str, pd.DataFrame | pa.Table] | None = None,
    *,
    study: Sources | None = None,
    id: str | None = None,  # noqa: A002  (the plan's own word)
    name: str | None = None,
    jurisdiction: str | tuple[str, ...] = (),
    roles: Mapping[str, str] | None = None,
    where: Mapping[str, str] | None = None,
    measures: Mapping[str, Mapping[str, str]] | None = None,
    max_repair_share: float | None = None,
    reader: Reader | None = None,
) -> Inputs:
    """Inputs from memory, with the same checks, repairs and ledger as inputs from files.

    Parameters
    ----------
    units : GeoDataFrame, DataFrame or pyarrow.Table, optional
        Polygons with a CRS, which is never guessed. A DataFrame has a column of well-known binary, and the CRS in
        ``attrs["crs"]``; an Arrow table says both of its column, as GeoArrow or as GeoParquet does. Without ``id`` the
        index has the ids; an Arrow table has none, so ``id`` is needed.
    layers : mapping of str to layer, optional
        By name: features like ``units``; a path of a grid; an open rasterio dataset; an ``xarray.DataArray`` with the
        dimensions ``y`` and ``x`` and a CRS (of rioxarray, or in ``attrs["crs"]``); or an array of numpy with rows from
        north to south, its transform and its CRS, as rasterio reads them: ``(array, transform, crs)``. What a masked
        array masks is missing.
    tables : mapping of str to DataFrame or pyarrow.Table, optional
        Further columns of the units; the index has the units' ids.
    study : Study, optional
        What is planned: layers, tables and units that are given take the place of its files of the same name (a table
        that of its ``source``), all others are read; its roles, conditions and measures hold, and the arguments below
        may not be given.
    id, name : str, optional
        Columns of the units with the id and with the name for people.
    jurisdiction : str or tuple of str, optional
        Columns of the units with the jurisdictions, from the highest down.
    roles, where : mapping of str to str, optional
        By layer what it says of the land, and a condition over its own columns.
    measures : mapping of str to mapping of str to str, optional
        By layer the measures that are taken of it, such as ``{"plants": {"mw": "sum(mw)"}}``.
    max_repair_share : float, optional
        Share of a unit's area, and of a layer's, up to which mending outlines that cross themselves may change it; by
        default 0.001. More is refused.
    reader : {"process", "inline"}, optional
        Who opens files, those of the study and of grids that are given by their path: see
        :func:`zoneplan.read_inputs`.

    Returns
    -------
    Inputs
        What was given in memory has a path that begins with ``memory/``, and the sha256 of what was written of it.

    Raises
    ------
    StudyError, UnknownNameError
        The arguments do not fit together, or name a layer that the study does not have.
    CrsError
        Something has no CRS.
    ZoneplanError
        As for :func:`zoneplan.read_inputs`.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import box
    >>> import zoneplan as zp
    >>> units = gpd.GeoDataFrame(geometry=[box(0, 0, 2000, 1000)], index=["a"], crs="EPSG:3035")
    >>> forest = gpd.GeoDataFrame(geometry=[box(0, 0, 500, 1000)], crs="EPSG:3035")
    >>> inputs = zp.prepare(units, {"forest": forest}, roles={"forest": "ecologically_fragile"})
    >>> pieces = zp.overlay(inputs.units, inputs.designations)
    >>> pieces.groupby("forest")["area_ha"].sum().round().to_dict()
    {False: 150.0, True: 50.0}
    """
    given = layers or {}
    settings = (id, name, jurisdiction or None, roles, where, measures, max_repair_share)
    if study is not None and any(setting is not None for setting in settings):
        raise StudyError(
            Phrase("prepare() takes ids, names, roles, conditions and measures from the study, or from arguments")
        )
    if study is None and units is None:
        raise StudyError(Phrase("prepare() needs units: a GeoDataFrame of polygons, or a study that names them"))
    sources = study or _bare_sources(
        given, tables or {}, id, name, jurisdiction, roles or {}, where or {}, measures or {}, max_repair_share
    )
    written = _Written(sources)
    with reading("units"):
        written.put_units(units)
    for layer, data in given.items():
        with reading(layer):
            written.put_layer(layer, data)
    for table, data in (tables or {}).items():
        with reading(table):
            written.put_table(table, data)
    inputs = read_inputs(written.sources.placed(written.places), reader=reader)
    return replace(inputs, holds=written.folder)


def replace_layers(inputs: Inputs, study: Sources, layers: Mapping[str, Any]) -> Inputs:
    """Inputs of a study with some layers from memory in the place of those that were read."""
    written = _Written(study)
    for name, data in layers.items():
        with reading(name):
            written.put_layer(name, data)
    reread = reread_layers(inputs, written.sources.placed(written.places), layers)
    return replace(reread, holds=(inputs.holds, written.folder))


def _bare_sources(
    layers: Mapping[str, Any],
    tables: Mapping[str, pd.DataFrame],
    unit_id: str | None,
    name: str | None,
    jurisdiction: str | tuple[str, ...],
    roles: Mapping[str, str],
    where: Mapping[str, str],
    measures: Mapping[str, Mapping[str, str]],
    max_repair_share: float | None,
) -> Sources:
    """What a plan would say of data that no plan speaks of."""
    for what, names in (("roles", roles), ("where", where), ("measures", measures)):
        strange = [layer for layer in names if layer not in layers]
        if strange:
            raise UnknownNameError(
                Phrase(
                    "{key}: no layer '{layer}' is given; there are {names}",
                    key=what,
                    layer=strange[0],
                    names=shown(sorted(layers)),
                )
            )
    keys: dict[str, Mapping[str, Any]] = {"role": roles, "where": where, "measure": measures}
    mended = {} if max_repair_share is None else {"max_repair_share": max_repair_share}
    sections = [
        {"name": layer, "source": _source(layer)}
        | mended
        | {key: named[layer] for key, named in keys.items() if layer in named}
        for layer in layers
    ]
    units: dict[str, Any] = {"source": _source("units"), "id": unit_id or UNIT_ID} | mended
    units |= {key: value for key, value in (("name", name), ("jurisdiction", jurisdiction)) if value}
    return named_sources(
        {
            "study": {"name": "in memory", "date": date.max, "rulebook": "in_memory"},
            "units": units,
            "layers": tuple(sections),
            "tables": tuple({"source": table, "id": UNIT_ID} for table in tables),
        }
    )


def _source(name: str, ending: str = ".parquet") -> str:
    return f"{MEMORY}/{name}{ending}"


class OwnFolder:
    """A folder that is gone when nobody has it any more."""

    def __init__(self) -> None:
        self.path = Path(mkdtemp(prefix="zoneplan-"))
        weakref.finalize(self, shutil.rmtree, self.path, ignore_errors=True)


class _Written:
    """What was given in memory, as files in a folder that goes when nobody reads it any more."""

    def __init__(self, sources: Sources) -> None:
        self.sources = sources
        self.folder = OwnFolder()
        self.places: dict[str, Path] = {}
        self.copied: set[str] = set()
        """Of rasters what was written with the one band that is meant."""

    def put_units(self, units: pd.DataFrame | pa.Table | None) -> None:
        if units is None:
            return
        section = self.sources.units
        source = self._features("units", units, section.id)
        self._say(units=section.model_copy(update=_of_memory(UnitsSection, source)))

    def put_layer(self, name: str, data: Any) -> None:
        position = _place_of(name, [layer.name for layer in self.sources.layers], NO_LAYER)
        section = self.sources.layers[position]
        more: dict[str, Any] = {"x": None, "y": None}
        if isinstance(data, pd.DataFrame) or is_arrow(data):
            plain = section.id is None and isinstance(getattr(data, "index", None), pd.RangeIndex | None)
            more["id"] = None if plain else section.id or FEATURE_ID
            source = self._features(name, data, more["id"])
        else:
            source = self._raster(name, data, section.band)
            if source in self.copied:
                more["band"] = None
        changed = section.model_copy(update=_of_memory(LayerSection, source) | more)
        self._say(layers=_with(self.sources.layers, position, changed))

    def put_table(self, name: str, data: pd.DataFrame | pa.Table) -> None:
        position = _place_of(name, [table.source for table in self.sources.tables], NO_TABLE)
        section = self.sources.tables[position]
        source = _source(f"table_{position}")
        if isinstance(data, pd.DataFrame):
            frame = data if section.id in data.columns else data.rename_axis(section.id).reset_index()
            frame.to_parquet(self._path(source), index=False)
        else:
            _write_arrow(data, self._path(source))
        changed = section.model_copy(update=_of_memory(TableSection, source))
        self._say(tables=_with(self.sources.tables, position, changed))

    def _say(self, **sections: object) -> None:
        document = self.sources.document
        self.sources = self.sources.model_copy(update=sections)
        self.sources.stand_in(document)

    def _path(self, source: str) -> Path:
        path = self.folder.path / source
        path.parent.mkdir(exist_ok=True)
        self.places[source] = path
        return path

    def _features(self, name: str, features: pd.DataFrame | pa.Table, ids: str | None) -> str:
        """Features as a file, their index as a column where no column has the ids."""
        if isinstance(features, pd.Series) or not (isinstance(features, pd.DataFrame) or is_arrow(features)):
            raise _no_layer(name, features)
        if not isinstance(features, pd.DataFrame):
            features = _arrow(features)
        _refuse_columns(name, features, ids)
        if not isinstance(features, gpd.GeoDataFrame):
            source = _source(name)
            _write_arrow(_with_geometry(features, name, ids), self._path(source))
            return source
        if features.crs is None:
            raise CrsError(
                Phrase("layer '{layer}' has no CRS: say which one its coordinates are in (set_crs)", layer=name),
                layer=name,
            )
        source = _source(name)
        shapes = features.rename_geometry("geometry") if features.geometry.name != "geometry" else features
        written = shapes.reset_index(drop=True)
        if ids is not None and ids not in written.columns:
            written.insert(0, ids, np.asarray(features.index))
        written.to_parquet(self._path(source), index=False)
        return source

    def _raster(self, name: str, data: Any, band: int | None) -> str:
        source = _source(name, ".tif")
        if isinstance(data, (str, Path)):
            self.places[source] = Path(data).resolve()
        elif hasattr(data, "read") and hasattr(data, "profile"):
            self._copy(data, name, source, band)
        elif hasattr(data, "dims") and hasattr(data, "coords"):
            self._array(data, name, source)
        elif isinstance(data, tuple) and len(data) == 3:
            self._cells(*data, name, source)
        else:
            raise _no_layer(name, data)
        return source

    def _copy(self, dataset: Any, name: str, source: str, band: int | None) -> None:
        """An open dataset: its own file, or what it holds where it has none that is a GeoTIFF."""
        file = Path(dataset.name)
        if dataset.driver == "GTiff" and file.is_file():
            self.places[source] = file.resolve()
            return
        if band is not None and band > dataset.count:
            raise SourceError(
                Phrase(
                    "layer '{layer}': {file} {fault}.",
                    layer=name,
                    file=file.name,
                    fault=Phrase("has no band {band}, but {count}", band=band, count=dataset.count),
                ),
                code="grid",
                layer=name,
            )
        self.copied.add(source)
        band_number, count = band or 1, dataset.count if band is None else 1
        nodata = dataset.nodatavals[band_number - 1]
        _write_band(self._path(source), name, dataset.read(band_number), dataset.transform, dataset.crs, nodata, count)

    def _array(self, data: Any, name: str, source: str) -> None:
        flat = data.squeeze()
        if set(flat.dims) != {"x", "y"}:
            raise SourceError(
                Phrase(
                    "layer '{layer}' has the dimensions {dims}: a raster has y, x and one band",
                    layer=name,
                    dims=phrase_list(map(str, data.dims)),
                ),
                code="grid",
                layer=name,
            )
        flat = flat.transpose("y", "x").sortby("y", ascending=False).sortby("x")
        values = np.asarray(flat.values)
        nodata = flat.attrs.get("_FillValue", flat.attrs.get("nodata"))
        if values.dtype.kind == "f" and nodata is None:
            nodata = math.nan
        _write_band(self._path(source), name, values, array_grid(flat, name), array_crs(flat, name), nodata, 1)

    def _cells(self, array: npt.ArrayLike, transform: Sequence[float], crs: Any, name: str, source: str) -> None:
        """An array of numpy with its transform and its CRS."""
        from affine import Affine  # noqa: PLC0415  (rasterio's, loaded for rasters alone)

        values: Any = np.ma.asanyarray(array)
        values = values[0] if values.ndim == 3 and len(values) == 1 else values
        if values.ndim != 2 or values.dtype.kind not in "biuf":
            raise SourceError(
                Phrase(
                    "layer '{layer}' is an array of {kind} with {count} dimension(s): a raster has rows and columns of "
                    "numbers",
                    layer=name,
                    kind=values.dtype.name,
                    count=values.ndim,
                ),
                code="grid",
                layer=name,
            )
        steps = np.asarray(transform if transform is not None else (), dtype=object).ravel()[:6].tolist()
        if len(steps) < 6 or not all(isinstance(step, int | float) for step in steps):
            raise SourceError(
                Phrase("layer '{layer}': its transform is no six numbers, as affine.Affine has them", layer=name),
                code="grid",
                layer=name,
            )
        if np.ma.getmaskarray(values).any():  # what is missing is NaN, which whole numbers do not have
            values = values.astype(np.promote_types(values.dtype, np.float32)).filled(np.nan)
        nodata = math.nan if values.dtype.kind == "f" else None
        _write_band(self._path(source), name, np.asarray(values), Affine(*steps), crs, nodata, 1)


def _no_layer(name: str, data: object) -> SourceError:
    return SourceError(
        Phrase(
            "layer '{layer}' is a {kind}: give a GeoDataFrame, a DataFrame with well-known binary, an Arrow "
            "table, the path of a grid, an open rasterio dataset, an xarray.DataArray or (array, transform, crs)",
            layer=name,
            kind=type(data).__name__,
        ),
        code="kind",
        layer=name,
    )


def _refuse_columns(name: str, features: pd.DataFrame | pa.Table, ids: str | None) -> None:
    """Refuse what no file can hold: columns of one name, and an index of several levels that is to be the ids."""
    names = pd.Index(features.columns if isinstance(features, pd.DataFrame) else features.column_names)
    twice = sorted({str(column) for column in names[names.duplicated()]})
    if twice:
        message = Phrase(
            "layer '{layer}' has columns of one name: {names}; rename them", layer=name, names=shown(twice)
        )
        raise SourceError(message, code="columns", layer=name)
    levels = features.index.nlevels if isinstance(features, pd.DataFrame) else 1
    if ids is not None and ids not in names and levels > 1:
        message = Phrase(
            "layer '{layer}' has an index of {count} levels; make one id of them, such as "
            "table.index = ['-'.join(map(str, one)) for one in table.index]",
            layer=name,
            count=levels,
        )
        raise SourceError(message, code="ids", layer=name)


def is_arrow(data: object) -> bool:
    """Whether something is a table of Arrow, of whichever library; frames and arrays can be had as one, too."""
    return hasattr(data, "__arrow_c_stream__") and not isinstance(data, pd.DataFrame) and not hasattr(data, "dims")


def _arrow(data: Any) -> pa.Table:
    """A table of Arrow of whichever library as pyarrow's; a stream can be read once."""
    import pyarrow as pa  # noqa: PLC0415  (loaded for Arrow tables alone)

    return pa.table(data)


def _write_arrow(table: Any, path: Path) -> None:
    import pyarrow.parquet as pq  # noqa: PLC0415  (loaded for Arrow tables alone)

    pq.write_table(_arrow(table), path)


def _with_geometry(features: pd.DataFrame | pa.Table, name: str, ids: str | None) -> pa.Table:
    """A table that says of one column of well-known binary what GeoParquet says; the index becomes a column of ids."""
    import pyarrow as pa  # noqa: PLC0415  (loaded for such tables alone)

    if isinstance(features, pd.DataFrame):
        crs = features.attrs.get("crs")
        frame = features.reset_index(drop=True)
        if ids is not None and ids not in frame.columns:
            frame.insert(0, ids, np.asarray(features.index))
        table = pa.Table.from_pandas(frame, preserve_index=False)
        binary = [
            field.name
            for field in table.schema
            if pa.types.is_binary(field.type) or pa.types.is_large_binary(field.type)
        ]
        column = "geometry" if "geometry" in binary else binary[0] if len(binary) == 1 else None
    else:
        table = features
        column, crs = _stated_geometry(table)
    if column is None or column not in table.column_names:
        raise SourceError(
            Phrase(
                "layer '{layer}' has no column of shapes: give it one of well-known binary, called 'geometry', or as "
                "GeoArrow or GeoParquet say it",
                layer=name,
            ),
            code="no_geometry",
            layer=name,
        )
    if crs is None:
        raise CrsError(
            Phrase(
                "layer '{layer}' has no CRS: say which one its shapes are in (attrs['crs'] of a DataFrame, the "
                "metadata of an Arrow column)",
                layer=name,
            ),
            layer=name,
        )
    about = {"encoding": "WKB", "geometry_types": [], "crs": CRS.from_user_input(crs).to_json_dict()}
    geo_metadata = {"version": "1.0.0", "primary_column": "geometry", "columns": {"geometry": about}}
    position = table.column_names.index(column)
    blobs = table.column(position)
    plain = pa.chunked_array(
        [getattr(chunk, "storage", chunk).cast(pa.binary()) for chunk in blobs.chunks], type=pa.binary()
    )
    return table.set_column(position, "geometry", plain).replace_schema_metadata({"geo": json.dumps(geo_metadata)})


def _stated_geometry(table: pa.Table) -> tuple[str | None, Any]:
    """The column of well-known binary that a table tells of, as GeoParquet or GeoArrow do, and its CRS."""
    geo = json.loads((table.schema.metadata or {}).get(b"geo", b"null"))
    if geo:
        column = geo.get("primary_column", "geometry")
        about = geo.get("columns", {}).get(column, {})
        return (column if about.get("encoding") == "WKB" else None), about.get("crs", "OGC:CRS84")
    for field in table.schema:
        metadata = field.metadata or {}
        kind = metadata.get(b"ARROW:extension:name", str(getattr(field.type, "extension_name", "")).encode())
        if kind == b"geoarrow.wkb":
            about = json.loads(metadata.get(b"ARROW:extension:metadata") or b"{}")
            return field.name, about.get("crs")
    return None, None


def _place_of(name: str, names: list[str], message: str) -> int:
    """Where the section of that name stands."""
    if name not in names:
        raise UnknownNameError(Phrase(message, name=name, names=shown(names)), layer=name)
    return names.index(name)


def _with(sections: tuple[Entry, ...], position: int, changed: Entry) -> tuple[Entry, ...]:
    """Sections with another one in a place."""
    return (*sections[:position], changed, *sections[position + 1 :])


def _of_memory(kind: type[UnitsSection | LayerSection | TableSection], source: str) -> dict[str, str | bool | None]:
    """What a section says of its file, said of one that was written from memory."""
    file: dict[str, str | bool | None] = dict.fromkeys(
        ("layer", "crs", "encoding", "decimal", "separator", "pin"), None
    )
    file |= {"source": source, "override_crs": False}
    return {key: value for key, value in file.items() if key in kind.model_fields}


def array_grid(array: Any, name: str) -> Affine:
    """From (column, row) to (x, y): the coordinates are those of the middles of cells, evenly spaced."""
    from affine import Affine  # noqa: PLC0415  (rasterio's, loaded for rasters alone)

    steps = []
    for axis in ("x", "y"):
        middles = np.asarray(array[axis].values, dtype=np.float64)
        gaps = np.diff(middles)
        if len(middles) < 2 or not np.allclose(gaps, gaps[0], rtol=1e-6, atol=0):
            raise SourceError(
                Phrase(
                    "layer '{layer}': its {axis} are not evenly spaced, or fewer than two: no plain grid",
                    layer=name,
                    axis=axis,
                ),
                code="grid",
                layer=name,
            )
        steps.append((float(middles[0]), float((middles[-1] - middles[0]) / (len(middles) - 1))))
    (west, wide), (north, high) = steps
    return Affine(wide, 0.0, west - wide / 2, 0.0, high, north - high / 2)


def array_crs(array: Any, name: str) -> Any:
    """The CRS of an ``xarray.DataArray``: that of rioxarray, or of ``attrs["crs"]``."""
    with suppress(AttributeError):
        if array.rio.crs is not None:
            return array.rio.crs
    if "crs" in array.attrs:
        return array.attrs["crs"]
    raise CrsError(
        Phrase(
            "layer '{layer}' has no CRS: write it with rioxarray (array.rio.write_crs), or into attrs['crs']",
            layer=name,
        ),
        layer=name,
    )


def _write_band(
    path: Path, name: str, values: npt.NDArray[Any], transform: Affine, crs: Any, nodata: float | None, count: int
) -> None:
    load_gdal("rasterio")
    import rasterio  # noqa: PLC0415  (loaded by load_gdal)

    if count != 1:
        raise SourceError(
            Phrase("layer '{layer}' has {count} bands: give the one that is meant", layer=name, count=count),
            code="grid",
            layer=name,
        )
    if crs is None:
        raise CrsError(Phrase("layer '{layer}' has no CRS: say which one its grid is in", layer=name), layer=name)
    stored = values.astype("uint8") if values.dtype.kind == "b" else values
    height, width = stored.shape
    shape = {"height": height, "width": width, "count": 1, "dtype": stored.dtype, "nodata": nodata}
    with rasterio.open(path, "w", driver="GTiff", crs=crs, transform=transform, **shape) as written:
        written.write(stored, 1)
