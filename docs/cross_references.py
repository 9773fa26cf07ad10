# ruff: noqa: INP001  (part of the site, no package)
"""Links in the rendered docstrings: ``:func:`layers.crs.working_crs``` becomes a link to ``zoneplan.working_crs``.

Names that no page describes are shown as code. A step of the front door is shown as there: it gives the table alone. An
extension of Griffe, named in ``mkdocs.yml``.
"""

from __future__ import annotations

import re
from typing import Any

from griffe import Alias, Attribute, ExprSubscript, Extension, Function, Module, Object

import zoneplan as zp
from zoneplan.old_names import LEFT

STEP = re.compile(r"gives_table\((\w+)\)")
ROLE = re.compile(r":(?:attr|class|data|exc|func|meth|mod):`~?([\w.]+)`")


class CrossReferences(Extension):
    """Roles of reStructuredText in docstrings, written as Markdown."""

    def on_object(self, *, obj: Object, **_: Any) -> None:
        """Rewrite the docstring of an object that Griffe has read."""
        if obj.docstring is not None:
            obj.docstring.value = ROLE.sub(lambda role: linked(role[1]), obj.docstring.value)

    def on_module_members(self, *, mod: Module, **_: Any) -> None:
        """Take a step that the stub of the front door adapts from where it is written."""
        for name, member in list(mod.members.items()):
            step = STEP.fullmatch(str(member.value)) if isinstance(member, Attribute) else None
            if step is not None:
                mod.set_member(name, Alias(name, mod.members[step[1]].target_path))

    def on_function(self, *, func: Function, **_: Any) -> None:
        """Rewrite the result of a step of the front door."""
        made = func.returns if func.name in zp.__all__ else None
        if isinstance(made, ExprSubscript) and str(made.left) == "Made":
            func.returns = made.slice.elements[0]


def linked(target: str) -> str:
    """A name as a link to its page, or as code where it has none.

    Examples
    --------
    >>> linked("layers.crs.working_crs"), linked("Rulebook.at"), linked("zoning.tables")
    ('[`working_crs`][zoneplan.working_crs]', '[`Rulebook.at`][zoneplan.Rulebook.at]', '`zoning.tables`')
    """
    parts = target.split(".")
    for start, part in enumerate(parts):
        if part in zp.__all__ or (part == "indices" and parts[start + 1 :] and parts[start + 1] in zp.indices.__all__):
            name = ".".join(parts[start:])
            return f"[`{name}`][zoneplan.{name}]"
        if part in LEFT:
            name = ".".join(parts[start:])
            return f"[`{name}`][{LEFT[part]}.{name}]"
    return f"`{target}`"
