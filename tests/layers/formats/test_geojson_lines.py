"""GeoJSON one feature a line: every line counts, and one that is cut short is named."""

from __future__ import annotations

import json

import geopandas as gpd
import pytest
from shapely import box

from layers.errors import SourceError
from layers.formats import count_features, read_features
from layers.formats.header_counts import box_of


@pytest.fixture(params=["", "\x1e"])
def save(tmp_path, request):
    """A function that writes texts as records, one a line or after record separators."""

    def write(*texts, end="\n", name="a.geojsonl"):
        path = tmp_path / name
        path.write_text("".join(f"{request.param}{one}{end}" for one in texts), "utf-8")
        return path

    return write


def feature(place, **properties):
    shape = box(place, 40, place + 1, 41).__geo_interface__
    return json.dumps({"type": "Feature", "properties": properties, "geometry": shape}, ensure_ascii=False)


def test_lines_are_features_with_ids_as_text(save):
    path = save(feature(0, code="010203", big=2**53 + 1), "", feature(1, code="ä", big=1))
    features, ledger = read_features(path, "a", id="code")
    assert list(features.index) == ["010203", "ä"]
    assert features["big"].tolist() == [str(2**53 + 1), "1"]
    assert features.crs == "EPSG:4326"
    assert list(ledger["finding"]) == ["number"]
    assert count_features(path).features == 2
    assert box_of(path)[0].tolist() == [0, 40, 2, 41]


@pytest.mark.parametrize("name", ["a.geojsonl", "a.geojsons", "a.ndjson", "a.ndgeojson", "A.GEOJSONL"])
def test_its_endings(save, name):
    assert len(read_features(save(feature(0), feature(1), name=name), "a")[0]) == 2


@pytest.mark.parametrize("left", [1, 20, 100])
def test_a_line_that_was_cut_short_is_named(save, left):
    path = save(feature(0), feature(1), feature(2)[:-left])
    with pytest.raises(SourceError, match=r"a.geojsonl, line 3, is no feature: .*cut short") as caught:
        read_features(path, "a")
    assert caught.value.exit_code == 3


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("nonsense", "line 2, is no feature: Expecting value"),
        ("[1]", "line 2, is no feature: its type is None"),
        ('{"type": "FeatureCollection", "features": []}', "line 2, is no feature: its type is 'FeatureCollection'"),
    ],
)
def test_a_line_of_something_else_is_refused(save, text, said):
    with pytest.raises(SourceError, match=said):
        read_features(save(feature(0), text, feature(1)), "a")


def test_one_feature_over_several_lines_is_none_a_line(tmp_path):
    path = tmp_path / "a.geojsonl"
    gpd.GeoDataFrame({"a": [1]}, geometry=[box(0, 0, 1, 1)], crs="EPSG:4326").to_file(path, driver="GeoJSON")
    with pytest.raises(SourceError, match="line 1, is no feature"):
        read_features(path, "a")


def test_a_link_as_crs_is_not_followed(save):
    """GeoJSON of this kind is in longitude and latitude, whatever it says."""
    link = {"crs": {"type": "link", "properties": {"href": "http://127.0.0.1:9/x", "type": "proj4"}}}
    path = save(json.dumps(json.loads(feature(0)) | link))
    assert read_features(path, "a")[0].crs == "EPSG:4326"


def test_whole_numbers_that_would_be_rounded_are_refused(save):
    """Where another number of the column has a fraction, GDAL makes fractions of all of them."""
    path = save(feature(0, code="a", big=2**53 + 1), feature(1, code="b", big=0.5))
    with pytest.raises(SourceError, match=r"column 'big' has whole numbers beyond 2\^53 .*9007199254740993") as caught:
        read_features(path, "a")
    assert caught.value.code == "rounded"
    assert len(read_features(save(feature(0, big=2.0**60), feature(1, big=0.5)), "a")[0]) == 2
