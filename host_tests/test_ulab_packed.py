"""Names of ulab's modules that are written in Python are found on first use, however they are asked for."""

SCRIPT = """
import sys
import ulab.scipy
import ulab.numpy
from ulab import numpy as np
from ulab import scipy as spy
assert ulab.scipy is spy and ulab.numpy is np
assert "ulab._optimize" not in sys.modules and "ulab.numpy.__init__" not in sys.modules

# A module that is Python.
from ulab.scipy import optimize
import ulab.scipy.optimize as again
assert optimize is again is spy.optimize
assert optimize.bisect is sys.modules["ulab._optimize"].bisect and "bisect" in dir(optimize)
from ulab.scipy.optimize import newton
from ulab.utils import spectrogram

# A function that is Python beside those in C.
from ulab.numpy import trace, zeros
assert trace is np.trace and "trace" in dir(np) and zeros is np.zeros

def error(statement):
    try:
        exec(statement)
    except Exception as e:
        return type(e).__name__

# Names that are not there, and those of Python that are private.
assert not hasattr(np, "nothing") and not hasattr(np, "_np") and not hasattr(spy, "nothing")
assert not hasattr(np, "a_name_that_is_longer_than_any_file")
assert error("from ulab.numpy import nothing") == "ImportError"
assert error("from ulab.scipy import nothing") == "ImportError"
assert error("import ulab.nothing") == "ImportError"
assert error("import ulab.scipy.nothing") == "ImportError"
assert error("import ulab.dtype") == "ImportError"

# Modules in ROM stay as they are.
for statement in ("np.trace = 1", "np.nothing = 1", "spy.optimize = 1", "del np.trace", "del spy.optimize"):
    assert error(statement) == "AttributeError", statement
assert spy.optimize is again

# Forgotten modules are found again.
del sys.modules["ulab.numpy.__init__"]
assert np.trace(np.eye(2)) == 2
print("ok")
"""


def test_imports(interpreter):
    assert interpreter.run(SCRIPT) == "ok\n"
