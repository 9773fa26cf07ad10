"""What the tests of quotas share."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest


@pytest.fixture
def zones(units: gpd.GeoDataFrame) -> pd.DataFrame:
    """Columns 3 and 4 of row a, and column 2 of row b, are ecologically fragile."""
    zones = pd.DataFrame({"main": "general", "overlays": ""}, index=units.index)
    zones.loc[["a3", "a4", "b2"], "main"] = "ecologically_fragile"
    return zones
