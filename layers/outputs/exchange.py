"""Renaming as the kernel can do it: two folders that change places, a name that is taken only where it is free."""

from __future__ import annotations

import ctypes
import errno
import os
from contextlib import suppress
from pathlib import Path

_HERE = -100  # AT_FDCWD: paths are read from the working folder
_NO_REPLACE, _EXCHANGE = 1, 2  # RENAME_NOREPLACE, RENAME_EXCHANGE
_CANNOT = {errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EPERM}


def exchange(one: Path, other: Path) -> bool:
    """Let two folders change places, so that at no moment either is missing."""
    return _renameat2(one, other, _EXCHANGE)


def rename_new(old: Path, new: Path) -> None:
    """Rename a file or a folder to a name that nobody has; FileExistsError where somebody has.

    Where the system has no such call, a file is linked first, which replaces nothing either; of a folder it is looked
    at before.
    """
    if _renameat2(old, new, _NO_REPLACE):
        return
    if old.is_file():
        with suppress(PermissionError, NotImplementedError):  # a file system without links
            try:
                os.link(old, new, follow_symlinks=False)
            except OSError as error:
                if error.errno not in _CANNOT:
                    raise
            else:
                old.unlink()
                return
    if os.path.lexists(new):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(new))
    old.rename(new)


def _renameat2(old: Path, new: Path, flag: int) -> bool:
    renameat2 = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None) if os.name == "posix" else None
    if renameat2 is None:
        return False
    if renameat2(_HERE, os.fsencode(old), _HERE, os.fsencode(new), flag) == 0:
        return True
    number = ctypes.get_errno()
    if number in _CANNOT:
        return False
    raise OSError(number, os.strerror(number), str(old), None, str(new))
