"""Databases: tables of PostGIS that a plan names, read as one moment has them, and the transaction that writes back."""

from layers.databases.connections import in_transaction
from layers.databases.extracts import extracted, tell_of_tables, without_key

__all__ = ["extracted", "in_transaction", "tell_of_tables", "without_key"]
