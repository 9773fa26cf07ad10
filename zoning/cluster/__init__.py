"""Cluster: tiles of units cut by the workers of an existing cluster, the same bytes as on one machine."""

from zoning.cluster.tile_scheduler import on_cluster

__all__ = ["on_cluster"]
