"""The compiled kernel: where it is, whether it is ours, and its functions.

ctypes instead of an extension module: one binary serves every version of Python, loading takes
about a millisecond, and calls release the interpreter's lock, so that threads count side by side.
"""

import ctypes
import hashlib
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from bundle_pipeline.errors import ConfigError

SOURCE = Path(__file__).with_name("counting.c")
BINARY = SOURCE.with_suffix({"darwin": ".dylib", "win32": ".dll"}.get(sys.platform, ".so"))

# As in counting.c.
MAX_SIZE = 16
LARGEST_CODE = 2**31 - 1
NO_RANK = 2**32 - 1

_HASH_DIGITS = 16


class Stream(ctypes.Structure):
    """``struct stream``: baskets as they are laid one after the other."""

    _fields_: ClassVar = [
        ("codes", ctypes.c_void_p),
        ("seen", ctypes.c_void_p),
        ("count", ctypes.c_void_p),
        ("item_count", ctypes.c_int64),
        ("length", ctypes.c_int64),
        ("baskets", ctypes.c_int64),
        ("last_basket", ctypes.c_int64),
    ]


class Database(ctypes.Structure):
    """``struct database``: baskets, and where each item stands in them."""

    _fields_: ClassVar = [
        ("codes", ctypes.c_void_p),
        ("postings", ctypes.c_void_p),
        ("start", ctypes.c_void_p),
        ("first_rank", ctypes.c_uint32),
        ("item_count", ctypes.c_uint32),
        ("name", ctypes.c_void_p),
        ("accumulator", ctypes.c_void_p),
        ("partner", ctypes.c_void_p),
    ]


class Miner(ctypes.Structure):
    """``struct miner``: what one thread counts with and writes to."""

    _fields_: ClassVar = [
        ("top", Database),
        ("min_count", ctypes.c_uint32),
        ("max_size", ctypes.c_uint32),
        ("scratch", ctypes.c_void_p),
        ("scratch_size", ctypes.c_int64),
        ("scratch_missing", ctypes.c_int64),
        ("out", ctypes.c_void_p * (MAX_SIZE + 1)),
        ("capacity", ctypes.c_int64 * (MAX_SIZE + 1)),
        ("used", ctypes.c_int64 * (MAX_SIZE + 1)),
        ("missing", ctypes.c_int64 * (MAX_SIZE + 1)),
        ("missing_count", ctypes.c_int64),
        ("most_missing", ctypes.c_int64),
        ("prefix", ctypes.c_uint32 * MAX_SIZE),
    ]


class Edges(ctypes.Structure):
    """``struct edges``: lines that swap their items."""

    _fields_: ClassVar = [
        ("item", ctypes.c_void_p),
        ("basket", ctypes.c_void_p),
        ("start", ctypes.c_void_p),
    ]


@dataclass(frozen=True)
class KernelState:
    """Whether the kernel can be used."""

    binary: Path
    """Where it is looked for."""
    problem: str | None
    """Why it can't be used; None if it can."""


@cache
def kernel_state() -> KernelState:
    """Whether the kernel is there, loads, and was made from the source beside it."""
    try:
        _loaded()
    except (OSError, AttributeError) as error:
        return KernelState(BINARY, f"not there or not loadable ({error})")
    if _built_from() != source_hash(SOURCE):
        return KernelState(BINARY, "made from another version of counting.c")
    return KernelState(BINARY, None)


def kernel() -> ctypes.CDLL:
    """The kernel's functions.

    Raises:
        ConfigError: It can't be used.
    """
    state = kernel_state()
    if state.problem is not None:
        raise ConfigError(
            "BP-KERNEL",
            place=str(state.binary),
            found=state.problem,
            expected="the kernel that installing this version compiles",
            remedy="install the package again (`make install`); counting can also do without it, "
            "by mining.engine: duckdb",
        )
    return _loaded()


def source_hash(source: Path) -> str:
    """What a binary says that it was made from."""
    return hashlib.sha256(source.read_bytes()).hexdigest()[:_HASH_DIGITS]


def address(array: npt.NDArray[np.generic]) -> int:
    """Where an array's data starts; the caller keeps the array alive."""
    return int(array.ctypes.data)


@cache
def _loaded() -> ctypes.CDLL:
    library = ctypes.CDLL(str(BINARY))
    pointer, size, rank = ctypes.c_void_p, ctypes.c_int64, ctypes.c_uint32
    for name, result, arguments in (
        ("kernel_source", ctypes.c_char_p, []),
        ("kernel_append", ctypes.c_int, [pointer, pointer, pointer, size, pointer]),
        ("kernel_close", None, [pointer]),
        ("kernel_basket_start", size, [pointer, size, size]),
        ("kernel_prune", size, [pointer, size, size, pointer, pointer]),
        ("kernel_post", None, [pointer, size, size, rank, rank, pointer, pointer]),
        ("kernel_rows", rank, [pointer, rank, rank]),
        ("kernel_around", rank, [pointer, rank, rank, pointer, pointer]),
        ("kernel_swap", size, [pointer, pointer, pointer, size]),
    ):
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library


def _built_from() -> str:
    return str(_loaded().kernel_source().decode())
