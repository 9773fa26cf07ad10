"""Run by the system's Python, which has QGIS: open a project, draw its map and its sheet.

Usage: render_project.py PROJECT.qgs FOLDER

Writes FOLDER/map.png and FOLDER/sheet.png; prints JSON: what QGIS makes of the project, and the colours of the map.
"""

import json
import sys
from collections import Counter

from qgis.core import (
    QgsApplication,
    QgsLayoutExporter,
    QgsLayoutItem,
    QgsLayoutItemLabel,
    QgsLayoutItemMap,
    QgsMapRendererSequentialJob,
    QgsMapSettings,
    QgsProject,
)
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor, QImage

WIDTH = 1200


def colours(image: QImage) -> dict[str, int]:
    """The number of pixels of each colour."""
    image = image.convertToFormat(QImage.Format_RGB888)
    bits = image.constBits().asstring(image.sizeInBytes())
    pixels = zip(bits[0::3], bits[1::3], bits[2::3], strict=True)
    return {f"#{red:02X}{green:02X}{blue:02X}": count for (red, green, blue), count in Counter(pixels).items()}


def draw(project: QgsProject, path: str) -> dict[str, int]:
    """The layers that are shown, in the extent that the project opens with."""
    extent = project.viewSettings().defaultViewExtent()
    settings = QgsMapSettings()
    settings.setLayers(project.layerTreeRoot().checkedLayers())
    settings.setDestinationCrs(project.crs())
    settings.setExtent(extent)
    settings.setOutputSize(QSize(WIDTH, round(WIDTH * extent.height() / extent.width() / 4) * 4))
    settings.setBackgroundColor(QColor("#FFFFFF"))
    job = QgsMapRendererSequentialJob(settings)
    job.start()
    job.waitForFinished()
    job.renderedImage().save(path)
    return colours(job.renderedImage())


def groups(node) -> list:
    """The panel of layers: a name each, and what stands below it."""
    return [[child.name(), groups(child)] if hasattr(child, "addGroup") else child.name() for child in node.children()]


def main(path: str, folder: str) -> None:
    """Open, draw, tell."""
    QgsApplication.setPrefixPath("/usr", useDefaultPaths=True)
    application = QgsApplication([], False)
    application.initQgis()
    project = QgsProject.instance()
    if not project.read(path):
        sys.exit(f"QGIS cannot read {path}: {project.error()}")
    layers = {layer.id(): layer for layer in project.mapLayers().values()}
    layout = project.layoutManager().printLayouts()[0]
    items = [item for item in layout.items() if isinstance(item, QgsLayoutItem) and item.id()]
    (frame,) = (item for item in items if isinstance(item, QgsLayoutItemMap))
    settings = QgsLayoutExporter.ImageExportSettings()
    settings.dpi = 150
    done = QgsLayoutExporter(layout).exportToImage(f"{folder}/sheet.png", settings)
    units = next(layer for name, layer in layers.items() if name.endswith("mains"))
    told = {
        "title": project.title(),
        "valid": all(layer.isValid() for layer in layers.values()),
        "counts": {name: layer.featureCount() for name, layer in layers.items()},
        "crs": {name: layer.crs().authid() for name, layer in layers.items()},
        "groups": groups(project.layerTreeRoot()),
        "aliases": {field.name(): field.alias() for field in units.fields()},
        "layout": layout.name(),
        "items": sorted(item.id() for item in items),
        "texts": {item.id(): item.currentText() for item in items if isinstance(item, QgsLayoutItemLabel)},
        "scale": frame.scale(),
        "exported": done == QgsLayoutExporter.Success,
        "colours": draw(project, f"{folder}/map.png"),
    }
    print(json.dumps(told))
    application.exitQgis()


main(*sys.argv[1:])
