"""Folium is loaded without what it asks servers with; who needs that has it all the same."""

from __future__ import annotations

import subprocess
import sys

LOADED = """
import sys
import maps.web.offline_page
import folium.features
print("requests" in sys.modules, "urllib3" in sys.modules)
asked = folium.features.requests.get
import requests
print(asked is requests.get, requests.__name__)
"""


def test_requests_is_loaded_when_folium_asks_for_it() -> None:
    done = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False", "True", "requests"]
