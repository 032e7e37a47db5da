"""C sources of the package, and the libraries that installing makes of them (``hatch_build.py``).

ctypes instead of extension modules: one binary serves every version of Python, loading takes about
a millisecond, and calls release the interpreter's lock, so that threads work side by side.
"""

import ctypes
import hashlib
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

_SUFFIX = {"darwin": ".dylib", "win32": ".dll"}.get(sys.platform, ".so")
_HASH_DIGITS = 16


@dataclass(frozen=True)
class Function:
    """A function of a library: its name, and the ctypes of its result and arguments."""

    name: str
    result: Any
    arguments: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Library:
    """What is made of a C source.

    Attributes:
        source: The source.
        binary: Where the library is looked for.
        source_name: Its function that says what source it was made of, see :func:`source_hash`.
        functions: Its other functions.
    """

    source: Path
    binary: Path
    source_name: str
    functions: tuple[Function, ...]

    def problem(self) -> str | None:
        """Why it can't be used; None if it is there, loads, and was made of this source."""
        return _problem(self)

    def loaded(self) -> ctypes.CDLL:
        """Its functions.

        Raises:
            OSError: It isn't there, or isn't for this machine.
            AttributeError: It lacks a function.
        """
        return _loaded(self)


def binary_of(source: Path) -> Path:
    """Where installing puts the library of a source: beside it."""
    return source.with_suffix(_SUFFIX)


def source_hash(source: Path) -> str:
    """What a binary says that it was made of."""
    return hashlib.sha256(source.read_bytes()).hexdigest()[:_HASH_DIGITS]


@cache
def _problem(library: Library) -> str | None:
    try:
        built_from = getattr(library.loaded(), library.source_name)().decode()
    except (OSError, AttributeError) as error:
        return f"not there or not loadable ({error})"
    if built_from != source_hash(library.source):
        return f"made from another version of {library.source.name}"
    return None


@cache
def _loaded(library: Library) -> ctypes.CDLL:
    loaded = ctypes.CDLL(str(library.binary))
    for stated in (Function(library.source_name, ctypes.c_char_p), *library.functions):
        function = getattr(loaded, stated.name)
        function.restype, function.argtypes = stated.result, stated.arguments
    return loaded
