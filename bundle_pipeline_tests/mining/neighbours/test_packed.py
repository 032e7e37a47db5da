import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bundle_pipeline.errors import ConfigError
from bundle_pipeline.mining.neighbours.packed import PackedMatrix, packed_matrix
from bundle_pipeline_tests.mining.neighbours.shops import Floats


def positive(size: int, seed: int) -> Floats:
    """A symmetric positive definite matrix."""
    factor = np.random.default_rng(seed).standard_normal((size, size))
    return factor @ factor.T + size * np.eye(size)


def packed(matrix: Floats, block: int) -> PackedMatrix:
    """Written a few rows at a time."""
    half = packed_matrix(len(matrix), matrix.dtype)
    for start in range(0, len(matrix), block):
        half.set_rows(start, matrix[start : start + block])
    return half


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 12), st.integers(1, 5), st.integers(0, 100), st.data())
def test_any_rows_are_those_that_were_written(
    size: int, block: int, seed: int, data: st.DataObject
) -> None:
    matrix = positive(size, seed)
    half = packed(matrix, block)
    items = np.array(data.draw(st.lists(st.integers(0, size - 1))) if size else [], dtype=np.int64)
    assert (half.rows(items) == matrix[items]).all()
    assert (half.diagonal() == np.diagonal(matrix)).all()
    half.add_to_diagonal(2)
    assert half.rows(np.arange(size)) == pytest.approx(matrix + 2 * np.eye(size))


def test_two_rows_by_hand() -> None:
    # Column 0 from its diagonal on, and before it the last row's own cell.
    half = packed(np.array([[1.0, 2.0], [2.0, 3.0]]), 1).half
    assert half.tolist() == [[3, 1, 2]]


@pytest.mark.parametrize("size", [0, 1, 2, 3, 63, 64, 515])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_it_is_inverted_where_it_stands(size: int, dtype: type) -> None:
    matrix = positive(size, size).astype(dtype)
    half = packed(matrix, 32)
    cells = half.half
    half.invert()
    inverse = half.rows(np.arange(size))
    assert inverse.dtype == dtype
    assert half.half is cells
    assert matrix.astype(np.float64) @ inverse == pytest.approx(
        np.eye(size), abs=20 * float(np.finfo(dtype).eps)
    )
    assert (inverse == inverse.T).all()


def test_about_half_of_all_cells_are_kept() -> None:
    assert packed_matrix(1000, np.float32).half.nbytes == 4 * 1000 * 1001 / 2


@pytest.mark.parametrize("matrix", [[[1.0, 2.0], [2.0, 1.0]], [[0.0, 0.0], [0.0, 1.0]]])
def test_what_cannot_be_inverted_names_the_setting(matrix: list[list[float]]) -> None:
    with pytest.raises(ConfigError, match="BP-NEIGHBOURS-RIDGE setting mining"):
        packed(np.array(matrix), 2).invert()
