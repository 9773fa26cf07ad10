"""The run folder: written whole or not at all, sealed by a manifest, read back as a plan.

Its names load what they need when they are asked for: a kept run is found without what draws maps.
"""

from typing import TYPE_CHECKING

from layers.lazy_exports import export_lazily

if TYPE_CHECKING:
    from maps.runs.comparison_folder import (
        COMPARISON_KIND,
        CONSENSUS_KIND,
        ROBUSTNESS_KIND,
        require_own,
        write_comparison_folder,
        write_consensus_folder,
        write_robustness_folder,
    )
    from maps.runs.manifest import RULEBOOK_FOLDER
    from maps.runs.run_cache import (
        MOST_BYTES,
        ContentCache,
        KeptRun,
        Options,
        cache_folder,
        find_run,
        keep_run,
        kept_steps,
        key_after,
        key_before,
    )
    from maps.runs.run_files import read_run, run_language
    from maps.runs.run_verification import require_whole, run_again, verify
    from maps.runs.run_writer import load_writers, require_room, write_kept_run, write_run

__all__ = [
    "COMPARISON_KIND",
    "CONSENSUS_KIND",
    "MOST_BYTES",
    "ROBUSTNESS_KIND",
    "RULEBOOK_FOLDER",
    "ContentCache",
    "KeptRun",
    "Options",
    "cache_folder",
    "find_run",
    "keep_run",
    "kept_steps",
    "key_after",
    "key_before",
    "load_writers",
    "read_run",
    "require_own",
    "require_room",
    "require_whole",
    "run_again",
    "run_language",
    "verify",
    "write_comparison_folder",
    "write_consensus_folder",
    "write_kept_run",
    "write_robustness_folder",
    "write_run",
]

_ROOMS = {
    "COMPARISON_KIND": "maps.runs.comparison_folder",
    "CONSENSUS_KIND": "maps.runs.comparison_folder",
    "MOST_BYTES": "maps.runs.run_cache",
    "ROBUSTNESS_KIND": "maps.runs.comparison_folder",
    "RULEBOOK_FOLDER": "maps.runs.manifest",
    "ContentCache": "maps.runs.run_cache",
    "KeptRun": "maps.runs.run_cache",
    "Options": "maps.runs.run_cache",
    "cache_folder": "maps.runs.run_cache",
    "find_run": "maps.runs.run_cache",
    "keep_run": "maps.runs.run_cache",
    "kept_steps": "maps.runs.run_cache",
    "key_after": "maps.runs.run_cache",
    "key_before": "maps.runs.run_cache",
    "load_writers": "maps.runs.run_writer",
    "read_run": "maps.runs.run_files",
    "require_own": "maps.runs.comparison_folder",
    "require_room": "maps.runs.run_writer",
    "require_whole": "maps.runs.run_verification",
    "run_again": "maps.runs.run_verification",
    "run_language": "maps.runs.run_files",
    "verify": "maps.runs.run_verification",
    "write_comparison_folder": "maps.runs.comparison_folder",
    "write_consensus_folder": "maps.runs.comparison_folder",
    "write_kept_run": "maps.runs.run_writer",
    "write_robustness_folder": "maps.runs.comparison_folder",
    "write_run": "maps.runs.run_writer",
}

__getattr__, __dir__ = export_lazily(__name__, _ROOMS)
