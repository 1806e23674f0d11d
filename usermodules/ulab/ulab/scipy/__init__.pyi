"""Algorithms over arrays and functions: `from ulab import scipy as spy`."""

from . import integrate as integrate
from . import linalg as linalg
from . import optimize as optimize
from . import signal as signal
from . import special as special
