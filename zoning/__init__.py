"""Decide: overlay, measure, classify, resolve, allocate, site, account, assign; reads no file but plan and rulebook."""

from zoneplan.front_door import serve

__all__, __getattr__, __dir__ = serve(__name__)
