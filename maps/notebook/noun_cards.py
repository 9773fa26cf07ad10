"""Cards of a plan and its parts for notebooks, and the widget of the map that Python can read."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from layers.errors import ZoneplanError, escape_hidden
from layers.inputs import Inputs
from layers.overview import Shown
from layers.phrases import Phrase
from maps.drawing import LIGHT, Frame, curve_row, step_curves, svg_path, zone_fills
from maps.web import draw
from zoning.plan import Plan
from zoning.rulebook import Rulebook
from zoning.whatif import Comparison, Robustness
from zoning.zones import Curve

SIZE_PX = 220


def thumbnail(units: gpd.GeoDataFrame, fills: Sequence[str], edge: str) -> str:
    """Units as a small picture.

    Examples
    --------
    >>> from shapely import box
    >>> square = gpd.GeoDataFrame(geometry=[box(0, 0, 1000, 1000)], crs="EPSG:3035")
    >>> thumbnail(square, ["#5FA383"], "#2B3135").count("<path")
    1
    """
    shapes = np.asarray(units.geometry.array)
    frame = Frame.around(units.total_bounds, SIZE_PX, SIZE_PX)
    small = shapely.area(shapely.envelope(shapes)) < frame.metres_per_px**2 * 4
    drawn = np.where(small, shapely.envelope(shapes), shapes)
    drawn = shapely.simplify(drawn, frame.metres_per_px * 0.7, preserve_topology=False)
    drawn = np.where(shapely.is_empty(drawn), shapely.envelope(shapes), drawn)
    colours, paths = np.asarray(fills, dtype=object), []
    width = 0.4 if len(units) < 1000 else 0.15
    for fill in dict.fromkeys(fills):
        path = svg_path(drawn[colours == fill], frame)
        paths.append(f'<path d="{path}" fill="{fill}"/>')
    size = f'width="{frame.width_px:.0f}" height="{frame.height_px:.0f}"'
    box = f'viewBox="0 0 {frame.width_px * 10:.0f} {frame.height_px * 10:.0f}"'
    look = f'fill-rule="evenodd" stroke="{edge}" stroke-width="{width * 10:g}" stroke-opacity=".45"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} {box} role="img" {look}>{"".join(paths)}</svg>'


_CARD = "display:flex;flex-wrap:wrap;gap:20px;align-items:flex-start;font:13px/1.45 system-ui,sans-serif"
_NAME = "text-align:left;vertical-align:top;font-weight:400;opacity:.7;padding:1px 14px 1px 0;white-space:nowrap"
_TEXT = "text-align:left;padding:1px 0"


def plan_card(plan: Plan) -> str:
    """A plan: its units in the colours of their main functions, and its overview."""
    fills = zone_fills(plan.rulebook)
    main = plan.zones.set_index("unit_id")["main"].reindex(plan.units.index)
    drawn = thumbnail(plan.units, [fills.get(code, LIGHT.outside) for code in main], LIGHT.outline)
    used = set(main)
    return _card(plan, drawn + _swatches({code: fill for code, fill in fills.items() if code in used}))


def comparison_card(comparison: Comparison) -> str:
    """A comparison: the units that change their main function in the colours of the second plan, and its overview."""
    after, moved = comparison.after, comparison.moved
    fills, changed = zone_fills(after.rulebook), moved[moved["what"] == "main"].set_index("unit_id")["after"]
    becomes = changed.reindex(after.units.index.astype(str))
    drawn = thumbnail(after.units, [fills.get(code, LIGHT.paper) for code in becomes], LIGHT.outline)
    used = set(changed)
    return _card(comparison, drawn + _swatches({code: fill for code, fill in fills.items() if code in used}))


def curve_card(curve: Curve) -> str:
    """A curve: how many units change around the adopted value, and its overview."""
    return _card(curve, str(step_curves(curve.parameter, ("", "", ""), [curve_row(curve)], wide=120)[0]))


def inputs_card(inputs: Inputs) -> str:
    """Inputs: their units without colours, and their overview."""
    return _card(inputs, thumbnail(inputs.units, [LIGHT.paper] * len(inputs.units), LIGHT.outline))


def robustness_card(robustness: Robustness) -> str:
    """What many draws came to: the units that are not stable in the colours of what they are, and an overview."""
    fills, units = zone_fills(robustness.plan.rulebook), robustness.plan.units
    wavers = robustness.units["main"].where(~robustness.stable).reindex(units.index.astype(str))
    return _card(robustness, thumbnail(units, [fills.get(code, LIGHT.paper) for code in wavers], LIGHT.outline))


def rulebook_card(rulebook: Rulebook) -> str:
    """A rulebook: its main functions with their colours, and its overview."""
    return _card(rulebook, _swatches(zone_fills(rulebook)))


def overview_card(noun: Shown) -> str:
    """Any noun: its overview."""
    return _card(noun, "")


def _card(noun: Shown, beside: str) -> str:
    overview = noun.overview()
    pairs = ((_plain(name), _plain(text)) for name, text in overview.rows if text)
    rows = "".join(f'<tr><th style="{_NAME}">{name}</th><td style="{_TEXT}">{text}</td></tr>' for name, text in pairs)
    table = f'<table style="border-collapse:collapse;margin-top:6px">{rows}</table>'
    head = f'<div style="font-weight:600;font-size:15px">{_plain(overview.title)}</div>'
    left = f"<div>{beside}</div>" if beside else ""
    return f'<div style="{_CARD}">{left}<div style="flex:1;min-width:320px">{head}{table}</div></div>'


def _swatches(fills: dict[str, str]) -> str:
    """Codes with their colours."""
    mark = "display:inline-block;width:11px;height:11px;border:1px solid #0004;border-radius:2px;margin-right:7px"
    rows = (f'<div><span style="{mark};background:{fill}"></span>{_plain(code)}</div>' for code, fill in fills.items())
    return f'<div style="margin-top:6px">{"".join(rows)}</div>'


def _plain(text: str) -> str:
    """A text without markup, with nothing hidden in it."""
    return escape(escape_hidden(text))


_SCRIPT = """
function render({ model, el }) {
  const frame = document.createElement("iframe");
  frame.style.cssText = "width:100%;border:0;border-radius:8px;height:" + model.get("height") + "px";
  const listen = () => {
    frame.contentDocument.addEventListener("zoneplan-shown", ({ detail }) => {
      const { unit, compared, ...filters } = detail;
      model.set("unit", unit);
      model.set("compared", compared);
      model.set("filters", filters);
      model.save_changes();
    });
  };
  frame.addEventListener("load", listen);
  frame.srcdoc = model.get("page");
  el.append(frame);
}
export default { render };
"""


def plan_widget(plan: Plan, language: str = "en", height: int = 640) -> Any:
    """A plan as a widget: see :meth:`zoning.plan.Plan.widget`."""
    try:
        import anywidget  # noqa: PLC0415  (an extra)
        import traitlets  # noqa: PLC0415  (as above)
    except ImportError as error:
        raise ZoneplanError(
            Phrase("a widget needs anywidget, which is not installed: pip install zoneplan[notebook]")
        ) from error

    class PlanWidget(anywidget.AnyWidget):  # type: ignore[misc]  # it has no types
        """The page of a map with what is chosen in it."""

        _esm = _SCRIPT
        page = traitlets.Unicode().tag(sync=True)
        height = traitlets.Int(640).tag(sync=True)
        unit = traitlets.Unicode(None, allow_none=True).tag(sync=True)
        compared = traitlets.Unicode(None, allow_none=True).tag(sync=True)
        filters = traitlets.Dict().tag(sync=True)

    return PlanWidget(page=draw(plan, language).get_root().render(), height=height)
