"""Indices at the front door, ``zp.indices``: each a plain function of pandas objects, whose index comes back.

Nothing is loaded before a name is asked for.

Examples
--------
>>> import pandas as pd
>>> import zoneplan as zp
>>> scores = zp.indices.minmax(pd.DataFrame({"water": [10.0, 30.0], "slope": [3.0, 12.0]}), cost=["slope"])
>>> zp.indices.weakest_link(scores).tolist()
[0.0, 0.0]
"""

from zoneplan.front_door import serve

__all__, __getattr__, __dir__ = serve(__name__)
