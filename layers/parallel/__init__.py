"""Parallel work: how many cores there are, calls in threads, and jobs in copies of this process."""

from layers.parallel.process_copies import Copies, copies
from layers.parallel.thread_calls import begin, in_threads
from layers.parallel.worker_count import require_workers, worker_count

__all__ = ["Copies", "begin", "copies", "in_threads", "require_workers", "worker_count"]
