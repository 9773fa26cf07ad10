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
from maps.runs.run_writer import (
    load_writers,
    require_room,
    write_kept_run,
    write_run,
)

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
