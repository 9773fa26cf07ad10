"""Archives unpacked by a child: once for a command, and what is wrong with one is an error of its layer."""

from __future__ import annotations

import shutil
from pathlib import Path

import geopandas as gpd
import pytest
from shapely import box

import zoneplan as zp
from layers.errors import SourceError
from layers.formats import unpacked_ahead
from layers.sandbox import can_fork, sandboxed

pytestmark = pytest.mark.skipif(not can_fork(), reason="this system copies no process safely")


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """A zipped shapefile."""
    (tmp_path / "plain").mkdir()
    gpd.GeoDataFrame({"a": [1]}, geometry=[box(4e6, 3e6, 4.001e6, 3.001e6)], crs="EPSG:3035").to_file(
        tmp_path / "plain" / "a.shp"
    )
    return Path(shutil.make_archive(str(tmp_path / "more"), "zip", tmp_path / "plain"))


def test_an_archive_is_unpacked_once_and_goes_with_the_block(archive: Path) -> None:
    with sandboxed("process"):
        first = Path(unpacked_ahead({"more": archive})[str(archive)])
        with sandboxed(None):
            assert Path(unpacked_ahead({"again": archive})[str(archive)]) == first
        held = {path.suffix: path.read_bytes() for path in first.parent.iterdir()}
        assert held == {path.suffix: path.read_bytes() for path in (archive.parent / "plain").iterdir()}
        archive.write_bytes(archive.read_bytes() + b"\0")
        assert Path(unpacked_ahead({"more": archive})[str(archive)]) != first
    assert not first.parent.exists()


def test_an_offset_that_leads_nowhere_is_an_error_of_the_layer(archive: Path, toy_folder: Path) -> None:
    """The directory of a ZIP says where each file begins; where it does not, seeking fails."""
    content = bytearray(archive.read_bytes())
    end = content.rindex(b"PK\5\6")
    content[end + 16 : end + 20] = b"\xff\xff\xff\x7f"
    (toy_folder / "more.zip").write_bytes(content)
    plan = toy_folder / "plan.toml"
    plan.write_text(
        f'{plan.read_text("utf-8")}\n[[layers]]\nname = "more"\nsource = "more.zip"\nmeasure = {{ m = "ha()" }}\n',
        "utf-8",
    )
    for reader in ("process", "inline"):
        with pytest.raises(SourceError, match=r"layer 'more': more.zip cannot be read") as caught:
            zp.read_inputs(zp.read_study(plan), reader=reader)
        assert caught.value.exit_code == 3
