"""Databases: tables of PostGIS that a plan names, read as one moment has them."""

from layers.databases.extracts import extracted, tell_of_tables, without_key

__all__ = ["extracted", "tell_of_tables", "without_key"]
