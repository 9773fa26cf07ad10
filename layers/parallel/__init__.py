"""Parallel work: how many cores there are, calls in threads, and jobs in copies of this process."""

from layers.parallel.workers import Copies, begin, copies, in_threads, require_workers, worker_count

__all__ = ["Copies", "begin", "copies", "in_threads", "require_workers", "worker_count"]
