"""The command, before anything is loaded: its first second goes into imports, and Ctrl-C may end that, too."""

from __future__ import annotations

import atexit
import gc
import os
import sys
import threading
from typing import NoReturn

from zoneplan.driver_wall import limit_drivers
from zoneplan.own_packages import clashes, report_clashes
from zoneplan.sturdy_output import SturdyOutput

INTERRUPTED = 130
OBJECTS_BETWEEN_COLLECTIONS = 1_000_000
"""After so many new objects Python looks for cycles; a plan is made of tables and records, which have hardly any."""
YOUNG_COLLECTIONS = 100
"""So often it looks at new objects alone before it looks at those that are left of them again: records stay."""
ENVIRONMENT = {"ARROW_DEFAULT_MEMORY_POOL": "system", "OPENBLAS_NUM_THREADS": "1"}
"""What libraries find when they are loaded, unless the user says it: Arrow's own pool keeps pages for columns of every
size, and OpenBLAS starts a thread for each core, which wait for products of large matrices that no plan has.
"""


def main() -> NoReturn:
    """Run the command as the whole of a process; the entry point of ``zoneplan`` and of ``python -m zoneplan``.

    The process is the command's own. So cycles are looked for less often, memory comes from the system, and once all is
    written and said, it ends without taking apart what it holds: the system takes back the memory as a whole.
    """
    for name, value in ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS, YOUNG_COLLECTIONS)
    try:
        run()
    except SystemExit as left:
        if threading.active_count() > 1:
            raise
        atexit._run_exitfuncs()  # noqa: SLF001  (as the standard library does before it leaves a process in this way)
        os._exit(left.code if isinstance(left.code, int) else 1)


def run() -> NoReturn:
    """Load the command, run it, and leave with its exit code, in a process that may be another's."""
    output = SturdyOutput()
    code: object = INTERRUPTED
    try:
        _run()
    except SystemExit as left:
        code = left.code
    except KeyboardInterrupt:  # a second one, while the first is being told
        print("zoneplan: interrupted", file=sys.stderr)
    except (MemoryError, SystemError) as error:  # memory so short that the command could not say it itself
        from zoneplan.cli import judge  # noqa: PLC0415  (loaded by then, but for the shortest)

        code = judge(error)
    sys.exit(output.exit_code(code if isinstance(code, int) else 0))


def _run() -> None:
    try:
        if complaints := clashes():
            sys.exit(report_clashes(complaints, sys.argv[1:]))
        from zoneplan.cli import main as command  # noqa: PLC0415  (all that loads is to be inside, and the packages are our own)
    except KeyboardInterrupt:
        print("zoneplan: interrupted: no run folder was written", file=sys.stderr)
        sys.exit(INTERRUPTED)
    limit_drivers()
    command()


if __name__ == "__main__":
    main()
