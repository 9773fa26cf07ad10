"""The widget of a plan: the page of the map in a notebook, whose chosen unit and filters Python can read."""

from __future__ import annotations

from typing import Any

from layers.errors import ZoneplanError
from layers.phrases import Phrase
from maps.web import draw
from zoning.plan import Plan

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
