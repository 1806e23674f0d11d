"""Algorithms over arrays and functions: `from ulab import scipy as spy`."""

from . import optimize as optimize
