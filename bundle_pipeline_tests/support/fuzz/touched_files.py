"""What the interpreter opens, removes, starts or connects to while something is watched.

Python tells its audit hooks of each of these before it does it; extension modules that open files
on their own don't, so a test also has to look at the files themselves.
"""

import os
import sys
import sysconfig
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import cast

_PROJECT = Path(__file__).parents[3]
_LIBRARIES = tuple(
    os.path.realpath(path)
    for path in {*sysconfig.get_paths().values(), sys.prefix, sys.base_prefix, str(_PROJECT)}
)
# Memory and threads of this very process, and time zones.
_OF_THE_SYSTEM = ("/proc/", "/sys/", "/dev/null", "/usr/share/zoneinfo", "/etc/localtime")
_ON_PATHS = frozenset(
    {
        "open",
        "os.remove",
        "os.rename",
        "os.mkdir",
        "os.rmdir",
        "os.truncate",
        "os.link",
        "os.symlink",
    }
    | {"os.chmod", "os.listdir", "os.scandir", "shutil.rmtree", "shutil.copyfile", "shutil.move"}
)
# Their last argument is the folder that the path starts from, or -1.
_BESIDE_A_FOLDER = frozenset({"os.remove", "os.mkdir", "os.rmdir"})
_FORBIDDEN = frozenset(
    {"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "socket.connect"}
)
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND

_watched: list[tuple[str, str, bool]] | None = None
_is_hooked = False


@contextmanager
def touched_files() -> Iterator[list[tuple[str, str, bool]]]:
    """Watch this process: each event with what it touched, and whether that is changed by it."""
    global _watched, _is_hooked  # noqa: PLW0603 an audit hook can't be removed, only told to rest
    if not _is_hooked:
        sys.addaudithook(_heard)
        _is_hooked = True
    _watched = []
    try:
        yield _watched
    finally:
        _watched = None


def touched_outside(
    touched: Sequence[tuple[str, str, bool]], *, readable: Path, writable: Sequence[Path]
) -> list[str]:
    """Those events that touch anything outside of some folders, as text.

    Args:
        touched: What was heard.
        readable: Folder in which files may be read.
        writable: Folders in which files may be read and changed.
    """
    may_change = tuple(os.path.realpath(folder) for folder in writable)
    libraries = (*_LIBRARIES, *(os.path.realpath(path) for path in sys.path))
    may_read = (*may_change, os.path.realpath(readable), *libraries)
    return [
        f"{event} {place}"
        for event, place, changes in touched
        if event in _FORBIDDEN
        or not (
            _is_below(place, may_change if changes else may_read)
            or (not changes and place.startswith(_OF_THE_SYSTEM))
        )
    ]


def _is_below(place: str, folders: Sequence[str]) -> bool:
    path = os.path.realpath(place)
    return any(path == folder or path.startswith(folder + os.sep) for folder in folders)


def _heard(event: str, arguments: tuple[object, ...]) -> None:
    if _watched is None:
        return
    if event in _FORBIDDEN:
        _watched.append((event, repr(arguments[:1]), True))
    elif event in _ON_PATHS and arguments and isinstance(arguments[0], str | bytes | os.PathLike):
        _watched.append((event, _place(event, arguments), _changes(event, arguments)))


def _place(event: str, arguments: tuple[object, ...]) -> str:
    """The path; one that is relative to an open folder is made whole."""
    path = os.fsdecode(cast("str | bytes | os.PathLike[str]", arguments[0]))
    folder = arguments[-1]
    if event in _BESIDE_A_FOLDER and isinstance(folder, int) and folder >= 0:
        # The hook is called before the folder can be closed.
        return str(Path(f"/proc/self/fd/{folder}").readlink() / path)
    return path


def _changes(event: str, arguments: tuple[object, ...]) -> bool:
    if event in {"os.listdir", "os.scandir"}:
        return False
    if event != "open":
        return True
    _, mode, flags = arguments
    if isinstance(mode, str):
        return any(letter in mode for letter in "wax+")
    return isinstance(flags, int) and bool(flags & _WRITING)
