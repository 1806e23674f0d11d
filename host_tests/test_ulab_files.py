"""Arrays in .npy files and columns of text: written by ulab and read by NumPy, and the other way."""

import numpy as np
import pytest
from interpreters import ScriptFailed
from ulab_cases import DTYPES, values

COPY = """
import sys
from ulab import numpy as np
folder = sys.argv[1]
for name in sys.argv[2:]:
    a = np.load(folder + "/" + name + ".npy")
    np.save(folder + "/again_" + name + ".npy", a)
    np.save(folder + "/turned_" + name + ".npy", a.T[::-1])
print("ok")
"""


def test_npy(interpreter, tmp_path):
    arrays = {}
    for dtype in DTYPES:
        for shape in ((5,), (3, 4), (2, 3, 2, 2), (0,), (2, 0)):
            arrays[f"{dtype}_{'x'.join(map(str, shape))}"] = values(dtype, shape, 1)
    arrays["fortran"] = np.asfortranarray(np.arange(24.0).reshape(2, 3, 4))
    arrays["big_endian"] = np.arange(-3, 3, dtype=">i2")
    arrays["big_endian_complex"] = np.array([1 + 2j, -3j], ">c16")
    for name, array in arrays.items():
        np.save(tmp_path / f"{name}.npy", array)
    with (tmp_path / "version2.npy").open("wb") as file:
        np.lib.format.write_array(file, np.arange(3.0), version=(2, 0))
    arrays["version2"] = np.arange(3.0)
    assert interpreter.run(COPY, tmp_path, *arrays) == "ok\n"
    for name, array in arrays.items():
        again = np.load(tmp_path / f"again_{name}.npy")
        assert again.dtype == array.dtype.newbyteorder("=") and again.shape == array.shape, name
        assert np.array_equal(again, array, equal_nan=array.dtype.kind in "fc"), name
        turned = np.load(tmp_path / f"turned_{name}.npy")
        assert np.array_equal(turned, array.T[::-1], equal_nan=array.dtype.kind in "fc"), name
    # Our header is NumPy's, byte for byte.
    for name in ("uint8_5", "float64_3x4", "complex_2x0"):
        assert (tmp_path / f"again_{name}.npy").read_bytes() == (tmp_path / f"{name}.npy").read_bytes()


LOAD_ERRORS = """
import sys
from ulab import numpy as np
for path in sys.argv[1:]:
    try:
        np.load(path)
        print("none")
    except Exception as error:
        print(type(error).__name__)
"""


def test_damaged_npy(interpreter, tmp_path):
    np.save(tmp_path / "whole.npy", np.arange(9.0))
    whole = (tmp_path / "whole.npy").read_bytes()
    for n, (content, _) in enumerate(DAMAGED):
        (tmp_path / f"{n}.npy").write_bytes(content(whole))
    np.save(tmp_path / "int64.npy", np.arange(3))
    np.save(tmp_path / "text.npy", np.array(["a"]))
    paths = [tmp_path / f"{n}.npy" for n in range(len(DAMAGED))]
    extra = [tmp_path / "int64.npy", tmp_path / "text.npy", tmp_path / "missing.npy"]
    answers = interpreter.run(LOAD_ERRORS, *paths, *extra).split()
    assert answers == [error for _, error in DAMAGED] + ["TypeError", "TypeError", "OSError"]


DAMAGED = [
    (lambda whole: b"", "RuntimeError"),
    (lambda whole: whole[:9], "RuntimeError"),
    (lambda whole: b"x" + whole[1:], "RuntimeError"),
    (lambda whole: whole[:60], "RuntimeError"),
    (lambda whole: whole[:-1], "RuntimeError"),
    (lambda whole: whole.replace(b"descr", b"desxr"), "RuntimeError"),
    (lambda whole: whole.replace(b"(9,)", b"(x,)"), "RuntimeError"),
    (lambda whole: whole.replace(b"(9,), }", b"(-9,), "), "ValueError"),
    (lambda whole: whole.replace(b"(9,), }              ", b"(9, 9, 9, 9, 9,), }  "), "TypeError"),
]

TEXT = """
import sys
from ulab import numpy as np
path = sys.argv[1]
np.savetxt(path, np.array([[1, 2.5], [-3, 1e6]]), header="two columns", footer="end")
print(open(path).read(), end="")
print(np.loadtxt(path))
np.savetxt(path, np.array([1, 2, 3], dtype=np.uint8), delimiter=",", comments="%")
print(np.loadtxt(path, dtype=np.uint8))
with open(path, "w") as file:
    file.write("a, b, c\\n1, 2, 3 # one\\n\\n4, 5, 6\\n7.5, 8, 300\\n")
print(np.loadtxt(path, delimiter=",", skiprows=1))
print(np.loadtxt(path, delimiter=",", skiprows=1, max_rows=2, usecols=(2, 0)))
print(np.loadtxt(path, delimiter=",", skiprows=1, usecols=2, dtype=np.uint8))
for arguments in ({"skiprows": 9}, {"skiprows": 1, "delimiter": ",", "usecols": 3}, {}, {"skiprows": 1}):
    try:
        np.loadtxt(path, **arguments)
        print("none")
    except ValueError:
        print("ValueError")
try:
    np.savetxt(path, np.zeros((2, 2, 2)))
except ValueError as error:
    print(error)
"""

TEXT_RESULT = """\
# two columns
1.000000000000000 2.500000000000000
-3.000000000000000 1000000.000000000000000
# end
array([[1.0, 2.5],
       [-3.0, 1000000.0]], dtype=float64)
array([[1],
       [2],
       [3]], dtype=uint8)
array([[1.0, 2.0, 3.0],
       [4.0, 5.0, 6.0],
       [7.5, 8.0, 300.0]], dtype=float64)
array([[3.0, 1.0],
       [6.0, 4.0]], dtype=float64)
array([[3],
       [6],
       [44]], dtype=uint8)
ValueError
ValueError
ValueError
ValueError
array has too many dimensions
"""


def test_text(interpreter, tmp_path):
    assert interpreter.run(TEXT, tmp_path / "table.txt") == TEXT_RESULT


def test_wrong_arguments(interpreter, tmp_path):
    for call in ("np.load(3)", "np.save(3, np.zeros(1))", f"np.save('{tmp_path}/x', [1])"):
        with pytest.raises(ScriptFailed, match="TypeError"):
            interpreter.run(f"from ulab import numpy as np\n{call}")
