"""The run folder: written whole or not at all, sealed by a manifest, read back as a plan."""

from maps.run_folder.comparison_folder import require_own, write_comparison_folder
from maps.run_folder.manifest import MANIFEST
from maps.run_folder.rerun import run_again
from maps.run_folder.run_files import RULEBOOK_FOLDER, read_run, run_language
from maps.run_folder.run_verification import require_whole, verify
from maps.run_folder.run_writer import put_back, require_room, write_run

__all__ = [
    "MANIFEST",
    "RULEBOOK_FOLDER",
    "put_back",
    "read_run",
    "require_own",
    "require_room",
    "require_whole",
    "run_again",
    "run_language",
    "verify",
    "write_comparison_folder",
    "write_run",
]
