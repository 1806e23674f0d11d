"""Triangular systems."""

from ulab.numpy import linalg as _linalg


def solve_triangular(a, b, lower=True):
    return _linalg._substitute(a, b, lower)


def cho_solve(factor, b):
    lower = True
    if isinstance(factor, tuple):
        factor, lower = factor
    if not lower:
        factor = factor.T
    return _linalg._substitute(factor.T, _linalg._substitute(factor, b, True), False)
