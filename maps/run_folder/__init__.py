"""The run folder: written whole or not at all, sealed by a manifest, read back as a plan."""

from maps.run_folder.comparison_folder import COMPARISON_KIND, write_comparison_folder
from maps.run_folder.consensus_folder import CONSENSUS_KIND, write_consensus_folder
from maps.run_folder.content_cache import MOST_BYTES, ContentCache, cache_folder
from maps.run_folder.folder_exchange import require_own
from maps.run_folder.manifest import MANIFEST
from maps.run_folder.rerun import run_again
from maps.run_folder.robustness_folder import ROBUSTNESS_KIND, write_robustness_folder
from maps.run_folder.run_cache import KeptRun, Options, find_run, keep_run, kept_steps, key_after, key_before
from maps.run_folder.run_files import RULEBOOK_FOLDER, read_run, run_language
from maps.run_folder.run_verification import require_whole, verify
from maps.run_folder.run_writer import put_back, require_room, write_kept_run, write_run

__all__ = [
    "COMPARISON_KIND",
    "CONSENSUS_KIND",
    "MANIFEST",
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
    "put_back",
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
