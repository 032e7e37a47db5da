"""The compiled kernel: whether it is there, and its functions."""

import ctypes
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from bundle_pipeline.compiled import Function, Library, binary_of
from bundle_pipeline.errors import ConfigError

# As in counting.c.
MAX_SIZE = 16
LARGEST_CODE = 2**31 - 1
NO_RANK = 2**32 - 1
NOBODY = 2**32 - 1

_SOURCE = Path(__file__).with_name("counting.c")
_POINTER, _SIZE, _RANK = ctypes.c_void_p, ctypes.c_int64, ctypes.c_uint32


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


class Tally(ctypes.Structure):
    """``struct tally``: itemsets to look up, and the baskets that hold their first items."""

    _fields_: ClassVar = [
        ("codes", ctypes.c_void_p),
        ("baskets", ctypes.c_void_p),
        ("itemsets", ctypes.c_void_p),
        ("row", ctypes.c_void_p),
        ("begins", ctypes.c_void_p),
        ("postings", ctypes.c_void_p),
        ("start", ctypes.c_void_p),
        ("cells", ctypes.c_void_p),
        ("size", ctypes.c_uint32),
        ("width", ctypes.c_uint32),
        ("first_item", ctypes.c_uint32),
    ]


class Edges(ctypes.Structure):
    """``struct edges``: lines that swap their items."""

    _fields_: ClassVar = [
        ("item", ctypes.c_void_p),
        ("basket", ctypes.c_void_p),
        ("start", ctypes.c_void_p),
    ]


LIBRARY = Library(
    source=_SOURCE,
    binary=binary_of(_SOURCE),
    source_name="kernel_source",
    functions=(
        Function("kernel_append", ctypes.c_int, (_POINTER, _POINTER, _POINTER, _SIZE, _POINTER)),
        Function("kernel_close", None, (_POINTER,)),
        Function("kernel_basket_start", _SIZE, (_POINTER, _SIZE, _SIZE)),
        Function("kernel_prune", _SIZE, (_POINTER, _SIZE, _SIZE, _POINTER, _POINTER)),
        Function("kernel_post", None, (_POINTER, _SIZE, _SIZE, _RANK, _RANK, _POINTER, _POINTER)),
        Function("kernel_rows", _RANK, (_POINTER, _RANK, _RANK)),
        Function("kernel_around", _RANK, (_POINTER, _RANK, _RANK, _POINTER, _POINTER)),
        Function(
            "kernel_by_customer", None, (_POINTER, _POINTER, _POINTER, _SIZE, _POINTER, _POINTER)
        ),
        Function("kernel_visits", None, (_POINTER, _SIZE, _SIZE, _RANK, _RANK, _POINTER, _POINTER)),
        Function("kernel_tally", None, (_POINTER, _RANK, _RANK, _POINTER)),
        Function("kernel_sum_lines", None, (_POINTER, _POINTER, _POINTER, _SIZE, _SIZE, _POINTER)),
        Function("kernel_swap", _SIZE, (_POINTER, _POINTER, _POINTER, _SIZE)),
    ),
)


@dataclass(frozen=True)
class KernelState:
    """Whether the kernel can be used."""

    binary: Path
    """Where it is looked for."""
    problem: str | None
    """Why it can't be used; None if it can."""


def kernel_state() -> KernelState:
    """Whether the kernel is there, loads, and was made from the source beside it."""
    return KernelState(LIBRARY.binary, LIBRARY.problem())


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
    return LIBRARY.loaded()


def address(array: npt.NDArray[np.generic]) -> int:
    """Where an array's data starts; the caller keeps the array alive."""
    return int(array.ctypes.data)
