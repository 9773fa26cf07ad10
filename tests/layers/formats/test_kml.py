"""KML: placemarks by folder, as GDAL reads them; nothing is followed, expanded or nested without end."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString, MultiPoint, MultiPolygon, Point, Polygon, box

from layers.errors import GeometryError, SourceError
from layers.formats import count_features, layers_of, read_features
from layers.formats.gdal_drivers import FORMATS
from layers.formats.header_counts import box_of
from layers.formats.kml_and_topojson import kml_layers

(KML,) = (one for one in FORMATS if one.name == "KML")
RING = "<LinearRing><coordinates>0,0 1,0 1,1 0,0</coordinates></LinearRing>"
SQUARE = f"<Polygon><outerBoundaryIs>{RING}</outerBoundaryIs></Polygon>"


@pytest.fixture
def write(tmp_path):
    """A function that writes a document around some elements."""

    def written(inner, head=""):
        path = tmp_path / "a.kml"
        path.write_text(
            f'<?xml version="1.0"?>{head}<kml xmlns="http://www.opengis.net/kml/2.2">{inner}</kml>', "utf-8"
        )
        return path

    return written


@pytest.mark.parametrize("driver", ["KML", "LIBKML"])
def test_what_gdal_writes_reads_as_gdal_reads_it(tmp_path, driver):
    shapes = [
        Polygon([(0, 0), (4, 0), (4, 4), (0, 4)], [[(1, 1), (1, 2), (2, 2), (2, 1)]]),
        MultiPolygon([box(5, 0, 6, 1), box(7, 0, 8, 1)]),
        box(9, 0, 9.1, 0.1),
    ]
    names = ["昭通", "b & <c>", "d"]
    frame = gpd.GeoDataFrame(
        {"code": ["01", "2", "3"], "name": names, "big": [2**40, 1, 2]}, geometry=shapes, crs="EPSG:4326"
    )
    path = tmp_path / "a.kml"
    frame.to_file(path, driver=driver, layer="units")
    features, ledger = read_features(path, "a", id="code")
    plain = pyogrio.read_dataframe(path, layer="units")
    if "code" not in plain or plain["code"].tolist() != frame["code"].tolist():
        pytest.skip("the driver of this GDAL leaves out or mixes up what KML calls extended data")
    assert features.index.tolist() == plain["code"].tolist() == ["01", "2", "3"]
    assert features["name"].tolist() == plain["Name"].tolist() == names
    assert features["big"].tolist() == frame["big"].tolist()
    flat = shapely.force_2d(np.asarray(plain.geometry))
    assert shapely.equals_exact(np.asarray(features.geometry), flat).all()
    assert features.crs == plain.crs
    assert len(ledger) == (driver == "LIBKML")  # heights of 0 left out
    assert count_features(path).features == 3
    assert box_of(path) is None


@given(st.lists(st.tuples(st.floats(-180, 180), st.floats(-90, 90)), min_size=2, max_size=6, unique=True))
def test_coordinates_are_read_to_the_last_digit(tmp_path_factory, places):
    path = tmp_path_factory.mktemp("kml") / "a.kml"
    text = " ".join(f"{x!r},{y!r}" for x, y in places)
    path.write_text(f"<kml><Placemark><LineString><coordinates>{text}</coordinates></LineString></Placemark></kml>")
    (found,) = kml_layers(path, "a").values()
    assert shapely.get_coordinates(shapely.from_wkb(found.geometry[0].as_py())).tolist() == [
        list(one) for one in places
    ]


def test_shapes_of_every_kind(write):
    point = "<Point><coordinates>1,2,3</coordinates></Point>"
    line = "<LineString><coordinates>\n 0,0\n 1,1\t</coordinates></LineString>"
    inner = "".join(
        f"<Placemark>{one}</Placemark>"
        for one in (point, f"<MultiGeometry>{point}{point}</MultiGeometry>", line, "<name>nowhere</name>")
    )
    features, ledger = read_features(write(inner), "a")
    assert features.geometry.tolist() == [Point(1, 2), MultiPoint([(1, 2), (1, 2)]), LineString([(0, 0), (1, 1)]), None]
    assert features.index.tolist() == ["1", "2", "3", "4"]
    assert len(ledger) == 1  # heights left out


def test_folders_are_layers(write):
    inner = (
        f"<Document><name>all</name><Folder><Placemark>{SQUARE}</Placemark><name>lakes</name></Folder>"
        f"<Folder><name>rivers</name><Placemark>{SQUARE}</Placemark><Placemark/></Folder></Document>"
    )
    path = write(inner)
    assert layers_of(path, KML, "a") == {"lakes": "Polygon", "rivers": "Polygon"}
    assert len(read_features(path, "a", layer="rivers")[0]) == 2
    with pytest.raises(SourceError, match=r"a.kml holds 2 layers: 'lakes', 'rivers'. Say which one"):
        read_features(path, "a")


def test_extended_data_of_both_kinds(write):
    data = '<Data name="code"><displayName>c</displayName><value> 007 </value></Data><Data name="none"/>'
    typed = '<SchemaData><SimpleData name="people">12</SimpleData></SchemaData>'
    inner = f"<Placemark><ExtendedData>{data}{typed}</ExtendedData>{SQUARE}</Placemark>"
    features, _ = read_features(write(inner), "a")
    assert features.drop(columns="geometry").iloc[0].to_dict() == {"code": "007", "people": 12}


@pytest.mark.parametrize(
    ("inner", "said"),
    [
        ("<NetworkLink><Link><href>http://127.0.0.1:9/a.kml</href></Link></NetworkLink>", "links to another document"),
        ("<Document>" * 70 + "</Document>" * 70, "nests more than 60 elements"),
        (
            '<Placemark><ExtendedData><Data name=""><value>1</value></Data></ExtendedData></Placemark>',
            "data without a name",
        ),
    ],
)
def test_s18_what_leads_elsewhere_or_has_no_end_is_refused(write, inner, said):
    """S18: a link to another document is never asked for."""
    with pytest.raises(SourceError, match=rf"a.kml .*{said}"):
        read_features(write(inner), "a")


@pytest.mark.parametrize(
    "declared",
    [
        '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>',
        '<!DOCTYPE x [<!ENTITY e "aaaa"><!ENTITY f "&e;&e;&e;&e;">]>',
        '<!DOCTYPE kml SYSTEM "http://127.0.0.1:9/kml.dtd">',
    ],
)
def test_s16_s17_entities_are_refused_before_anything_is_read(write, declared):
    """S16, S17: entities that read files, or entities of entities."""
    path = write(f"<Placemark><name>&e;</name>{SQUARE}</Placemark>", declared)
    with pytest.raises(SourceError, match="declares a document type, which may hold entities"):
        read_features(path, "a")


@pytest.mark.parametrize(
    ("shape", "said"),
    [
        (SQUARE.replace(" 0,0<", " 0,1<"), "a ring that is not closed: number '2'"),
        ("<Point><coordinates>1;2</coordinates></Point>", "coordinates that are none"),
        ("<Point><coordinates>1,2,3,4</coordinates></Point>", "coordinates that are none"),
        ("<LineString><coordinates>1,2 1,2,3</coordinates></LineString>", "coordinates that are none"),
        ("<Model/>", r"a shape that is not read \(Model\)"),
        ("<MultiGeometry><Track/></MultiGeometry>", r"a shape that is not read \(Track\)"),
        (
            '<name>a</name><ExtendedData><Data name="name"><value>b</value></Data></ExtendedData>',
            "two values for 'name'",
        ),
    ],
)
def test_what_is_wrong_with_a_placemark_is_told_by_its_number(write, shape, said):
    path = write(f"<Placemark>{SQUARE}</Placemark><Placemark>{shape}</Placemark>")
    with pytest.raises(GeometryError, match=rf"1 placemark\(s\) of a.kml have {said}"):
        read_features(path, "a")


@pytest.mark.parametrize("left", [5, 40, 100])
def test_a_document_that_was_cut_short_is_one_clear_error(write, left):
    path = write(f"<Placemark>{SQUARE}</Placemark>" * 3)
    path.write_bytes(path.read_bytes()[:-left])
    with pytest.raises(SourceError, match=r"a.kml cannot be read: .*cut short") as caught:
        read_features(path, "a")
    assert caught.value.exit_code == 3


def test_other_xml_and_an_empty_document_are_refused(tmp_path, write):
    with pytest.raises(SourceError, match=r"a.kml has no features"):
        read_features(write("<Document/>"), "a")
    (tmp_path / "b.kml").write_text("<gml/>")
    with pytest.raises(SourceError, match="it begins with 'gml', not with kml"):
        read_features(tmp_path / "b.kml", "a")
