"""Run by the system's Python, which has QGIS: draw both layers of a GeoPackage as QGIS opens them.

Usage: render_gpkg.py PLAN.gpkg FOLDER CRS_AS_WKT

Writes FOLDER/units.png and FOLDER/pieces.png; prints JSON: for each layer the pixels of each colour.
"""

import json
import sys
from collections import Counter

from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsMapRendererSequentialJob,
    QgsMapSettings,
    QgsProject,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor, QImage

WIDTH = 1600  # a multiple of 4, so that rows of three bytes a pixel are not padded
DPI = 220  # thin lines are then some pixels wide and show their own colour


def draw(path: str, name: str, crs: QgsCoordinateReferenceSystem) -> QImage:
    """One layer with the style that the file gives it, in the frame of its extent."""
    layer = QgsVectorLayer(f"{path}|layername={name}", name, "ogr")
    if not layer.isValid():
        sys.exit(f"QGIS cannot open layer {name} of {path}")
    extent = QgsCoordinateTransform(layer.crs(), crs, QgsProject.instance()).transformBoundingBox(layer.extent())
    settings = QgsMapSettings()
    settings.setLayers([layer])
    settings.setDestinationCrs(crs)
    settings.setExtent(extent)
    settings.setOutputSize(QSize(WIDTH, round(WIDTH * extent.height() / extent.width())))
    settings.setOutputDpi(DPI)
    settings.setBackgroundColor(QColor("#FFFFFF"))
    job = QgsMapRendererSequentialJob(settings)
    job.start()
    job.waitForFinished()
    return job.renderedImage()


def colours(image: QImage) -> dict[str, int]:
    """The number of pixels of each colour."""
    image = image.convertToFormat(QImage.Format_RGB888)
    bits = image.constBits().asstring(image.sizeInBytes())
    pixels = zip(bits[0::3], bits[1::3], bits[2::3], strict=True)
    return {f"#{red:02X}{green:02X}{blue:02X}": count for (red, green, blue), count in Counter(pixels).items()}


def main(path: str, folder: str, wkt: str) -> None:
    """Draw, save, count."""
    QgsApplication.setPrefixPath("/usr", useDefaultPaths=True)
    application = QgsApplication([], False)
    application.initQgis()
    crs = QgsCoordinateReferenceSystem.fromWkt(wkt)
    found = {}
    for name in ("units", "pieces"):
        image = draw(path, name, crs)
        image.save(f"{folder}/{name}.png")
        found[name] = colours(image)
    print(json.dumps(found))
    application.exitQgis()


main(*sys.argv[1:])
