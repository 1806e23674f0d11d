"""Triangular systems."""

from ..numpy import ndarray

def solve_triangular(a: ndarray, b: ndarray, lower: bool = True) -> ndarray:
    """The x with a times x equal to b, from one triangle of a. b may have several columns; lower is the default.

    Raises TypeError for anything but arrays, ValueError where a is not square or
    has 0 on its diagonal, or b has not as many rows.

    >>> from ulab import scipy as spy
    >>> spy.linalg.solve_triangular(np.array([[2, 0], [1, 4]]), np.array([2, 9]))
    array([1.0, 2.0], dtype=float64)
    """

def cho_solve(factor: ndarray | tuple[ndarray, bool], b: ndarray) -> ndarray:
    """The x with a times x equal to b, from the lower triangle that np.linalg.cholesky(a) gives.

    The factor may also be a tuple with whether it is the lower triangle. Raises as solve_triangular().

    >>> from ulab import scipy as spy
    >>> factor = np.linalg.cholesky(np.array([[4, 2], [2, 5]]))
    >>> spy.linalg.cho_solve(factor, np.array([8, 12]))
    array([1.0, 2.0], dtype=float64)
    """
