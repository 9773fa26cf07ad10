"""zoneplan: from map layers to a functional-zoning plan, ``import zoneplan as zp``.

The stub beside this file lists the names, in the order of the flow. Each opens its room when it is asked for, so that
the import alone loads nothing; before the first opens it is made sure that the rooms are zoneplan's own.

Examples
--------
>>> import zoneplan as zp
>>> study = zp.read_study(zp.builtin_study("us_mountain_west"))
>>> plan = zp.run(study)
>>> plan.zones["main"].value_counts().idxmax()
'general'
"""

from zoneplan import indices as indices
from zoneplan.front_door import serve

__all__, __getattr__, __dir__ = serve(__name__)
