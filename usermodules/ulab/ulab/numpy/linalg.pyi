"""Linear algebra with real matrices, computed in double precision.

The results of float32 arrays are float32, those of all other dtypes float64.
Where NumPy raises LinAlgError, these raise ValueError. Complex matrices raise
NotImplementedError, other things than arrays TypeError, arrays that are no
matrix, or not square where it must be, ValueError. A matrix counts as singular
where nothing but rounding errors is left of a pivot.
"""

from collections.abc import Sequence
from typing import Any

from . import ndarray

_Number = int | float | complex

def cholesky(a: ndarray, /) -> ndarray:
    """The lower triangle that gives a symmetric positive definite matrix when multiplied by its transpose.

    Raises ValueError for any other matrix, also for one that is not symmetric.

    >>> np.linalg.cholesky(np.array([[4, 2], [2, 5]]))
    array([[2.0, 0.0],
           [1.0, 2.0]], dtype=float64)
    """

def cond(a: ndarray, p: Any = None) -> float:
    """The condition number in the norm of order p: the greatest by the smallest singular value for None and 2.

    >>> np.linalg.cond(np.array([[10, 0], [0, 2]]))
    5.0
    """

def det(a: ndarray, /) -> float:
    """The determinant.

    >>> np.linalg.det(np.array([[0, 2], [3, 4]]))
    -6.0
    """

def eig(a: ndarray, /) -> tuple[ndarray, ndarray]:
    """Eigenvalues in no order, and eigenvectors of length 1 in the columns of a matrix.

    They are real for a symmetric matrix (by Jacobi's method) and where all
    eigenvalues are real; else they are complex (by the QR algorithm, in Python:
    for matrices of some ten rows).

    Raises ValueError where the iterations do not converge.

    >>> values, vectors = np.linalg.eig(np.array([[2, 0], [0, 3]]))
    >>> values
    array([2.0, 3.0], dtype=float64)
    """

def eigh(a: ndarray) -> tuple[ndarray, ndarray]:
    """Eigenvalues in rising order, and eigenvectors in columns, of the symmetric matrix with a's lower triangle.

    >>> np.linalg.eigh(np.array([[3, 7], [0, 2]]))[0]
    array([2.0, 3.0], dtype=float64)
    """

def eigvals(a: ndarray) -> ndarray:
    """The eigenvalues of eig().

    >>> values = np.linalg.eigvals(np.array([[0, 1], [-1, 0]]))
    >>> print(["%.3f" % x for x in values.imag])
    ['1.000', '-1.000']
    """

def eigvalsh(a: ndarray) -> ndarray:
    """The eigenvalues of eigh().

    >>> np.linalg.eigvalsh(np.array([[3, 7], [0, 2]]))
    array([2.0, 3.0], dtype=float64)
    """

def inv(a: ndarray, /) -> ndarray:
    """The inverse. Raises ValueError for a singular matrix.

    >>> np.linalg.inv(np.array([[0, 2], [4, 0]]))
    array([[0.0, 0.25],
           [0.5, 0.0]], dtype=float64)
    """

def lstsq(a: ndarray, b: ndarray, rcond: float | None = None) -> tuple[ndarray, ndarray, int, ndarray]:
    """The shortest of the vectors x that bring a times x nearest to b, which may have several columns.

    Returns x, the sums of squared residuals (none where the rank is below the
    number of columns or there are not more rows), the rank, and the singular
    values. Those up to rcond times the first count as 0; None is the rounding
    error of a number times the greater size of a.

    Raises ValueError where b has not as many rows as a.

    >>> line = np.array([[1, 0], [1, 1], [1, 2]])
    >>> x, residuals, rank, s = np.linalg.lstsq(line, np.array([1, 3, 5]))
    >>> print("%.3f %.3f" % (x[0], x[1]), rank)
    1.000 2.000 2
    """

def matrix_power(a: ndarray, n: int) -> ndarray:
    """The product of n times the square matrix a; of its inverse where n is negative.

    >>> np.linalg.matrix_power(np.array([[1, 1], [1, 0]]), 10)
    array([[89.0, 55.0],
           [55.0, 34.0]], dtype=float64)
    """

def matrix_rank(a: ndarray, tol: float | None = None) -> int:
    """The number of singular values above tol.

    None is the greatest one times the rounding error of a number times the greater size.

    >>> np.linalg.matrix_rank(np.array([[1, 2], [2, 4]]))
    1
    """

def norm(
    a: ndarray | Sequence[Any],
    axis: int | tuple[int, int] | None = None,
    *,
    ord: Any = None,
    keepdims: bool = False,
) -> float | ndarray:
    """The norm of all items as one vector, or of the vectors along an axis.

    The second positional argument is the axis, not the order as in NumPy. An
    axis of an array of one dimension gives an array of one item. Orders of
    vectors are any number, np.inf and -np.inf, those of matrices (without an
    axis, or with two) None, "fro", "nuc", 1, -1, 2, -2, np.inf and -np.inf.

    >>> np.linalg.norm(np.array([3, 4]))
    5.0
    >>> np.linalg.norm(np.array([[3, 4], [6, 8]]), axis=1)
    array([5.0, 10.0], dtype=float64)
    >>> np.linalg.norm([3, -4], ord=np.inf)
    4.0
    """

def pinv(a: ndarray, rcond: float = 1e-15) -> ndarray:
    """The pseudo-inverse, in which singular values up to rcond times the greatest count as 0.

    >>> np.linalg.pinv(np.array([[2, 0], [0, 0]]))
    array([[0.5, 0.0],
           [0.0, 0.0]], dtype=float64)
    """

def qr(a: ndarray, /, mode: str = "reduced") -> tuple[ndarray, ndarray] | ndarray:
    """Orthonormal columns q and an upper triangle r with a = q times r, of the smaller size, or "complete".

    With "r" only r. The signs are LAPACK's and so NumPy's.

    Raises ValueError for another mode.

    >>> q, r = np.linalg.qr(np.array([[3, 1], [4, 2]]))
    >>> print("%.1f %.1f %.1f" % (r[0, 0], r[0, 1], r[1, 0]))
    -5.0 -2.2 0.0
    """

def slogdet(a: ndarray, /) -> tuple[float, float]:
    """The sign of the determinant, and the logarithm of its absolute value.

    >>> np.linalg.slogdet(np.eye(3))
    (1.0, 0.0)
    """

def solve(a: ndarray, b: ndarray, /) -> ndarray:
    """The x with a times x equal to b, which may have several columns. Raises ValueError for a singular matrix.

    >>> np.linalg.solve(np.array([[2, 0], [0, 4]]), np.array([1, 2]))
    array([0.5, 0.5], dtype=float64)
    """

def svd(
    a: ndarray, full_matrices: bool = True, compute_uv: bool = True
) -> tuple[ndarray, ndarray, ndarray] | ndarray:
    """Singular values s in falling order, with orthonormal columns u before and rows v behind: a = u * s times v.

    Without full_matrices, u and v are only as many as the values. By the
    one-sided Jacobi method.

    >>> np.linalg.svd(np.array([[0, 2], [3, 0]]), compute_uv=False)
    array([3.0, 2.0], dtype=float64)
    """
