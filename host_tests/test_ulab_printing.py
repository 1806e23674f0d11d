"""The text of arrays, which is upstream's to the character."""

PRINTED = {
    "np.array([1, 2])": "array([1.0, 2.0], dtype=float64)",
    "np.array([0.1, 1e300, -2.5e-7, float('inf'), float('-inf'), float('nan')])":
        "array([0.1, 1e+300, -2.5e-07, inf, -inf, nan], dtype=float64)",
    "np.array([0.1, 16777216, 1e30, 3, float('nan')], dtype=np.float32)":
        "array([0.1, 1.677722e+07, 1e+30, 3.0, nan], dtype=float32)",
    "np.array([[1, 2], [3, 255]], dtype=np.uint8)": "array([[1, 2],\n       [3, 255]], dtype=uint8)",
    "np.arange(8).reshape((2, 2, 2))":
        "array([[[0, 1],\n       [2, 3]],\n\n       [[4, 5],\n       [6, 7]]], dtype=int16)",
    "np.zeros((2, 1, 2, 1), dtype=np.int8)":
        "array([[[[0],\n       [0]]],\n\n       [[[0],\n       [0]]]], dtype=int8)",
    "np.arange(10)": "array([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], dtype=int16)",
    "np.arange(11, dtype=np.uint16)": "array([0, 1, 2, ..., 8, 9, 10], dtype=uint16)",
    "np.arange(22).reshape((2, 11))":
        "array([[0, 1, 2, ..., 8, 9, 10],\n       [11, 12, 13, ..., 19, 20, 21]], dtype=int16)",
    "np.arange(12).reshape((12, 1))[::6]": "array([[0],\n       [6]], dtype=int16)",
    "np.array([1, 0], dtype=np.bool)": "array([True, False], dtype=bool)",
    "np.array([1 + 2j, -1.5j, -0.0, complex(float('nan'), float('-inf'))], dtype=np.complex)":
        "array([1.0+2.0j, -0.0-1.5j, -0.0+0.0j, nan-infj], dtype=complex)",
    "-np.array([1j], dtype=np.complex) * 0": "array([0.0+-0.0j], dtype=complex)",
    "np.array([])": "array([], dtype=float64)",
    "np.zeros((2, 0), dtype=np.uint8)": "array([], shape=(2,0), dtype=uint8)",
    "np.fft.fft(np.array([1, 2, 3, 4, 1, 2, 3, 4]))":
        "array([20.0+0.0j, 0.0+0.0j, -4.0+4.0j, 0.0+0.0j, -4.0+0.0j, 0.0+0.0j, -4.0-4.0j, 0.0+0.0j], dtype=complex)",
    "np.array([2**31 - 1, -(2**31), 0], dtype=np.int32)": "array([2147483647, -2147483648, 0], dtype=int32)",
    "np.array([2**32 - 1, 2**30], dtype=np.uint32)": "array([4294967295, 1073741824], dtype=uint32)",
    "np.array([127, -128], dtype=np.int8)": "array([127, -128], dtype=int8)",
    "np.array([1e16, 123456789012345678.0, 1e-5, 1.0000000000000002, -0.0])":
        "array([1e+16, 1.234567890123457e+17, 1e-05, 1.0, -0.0], dtype=float64)",
    "np.array([float('nan'), float('-inf'), -0.0, 1e-45, 3.4e38], dtype=np.float32)":
        "array([nan, -inf, -0.0, 1.401298e-45, 3.4e+38], dtype=float32)",
    "np.array([complex(0.0, float('nan')), complex(float('inf'), -0.0)], dtype=np.complex)":
        "array([0.0+nanj, inf+0.0j], dtype=complex)",
    "np.zeros((0, 3, 0), dtype=np.int32)": "array([], shape=(0,3,0), dtype=int32)",
    "np.arange(6).reshape((2, 3)).T[::-1]": "array([[2, 5],\n       [1, 4],\n       [0, 3]], dtype=int16)",
}  # fmt: skip

SCRIPT = """
from ulab import numpy as np
import io
texts = %r
for text in texts:
    array = eval(text)
    printed = repr(array)
    assert str(array) == printed == "{}".format(array) == "%%s" %% (array,), text
    stream = io.StringIO()
    print(array, file=stream, end="")
    assert stream.getvalue() == printed, text
    print(printed)
    print("~")
"""


def test_texts(interpreter):
    texts = list(PRINTED)
    printed = interpreter.run(SCRIPT % texts).split("\n~\n")
    assert dict(zip(texts, printed, strict=False)) == PRINTED


OPTIONS = """
from ulab import numpy as np
assert np.get_printoptions() == {"threshold": 10, "edgeitems": 3}
a = np.arange(6)
def shown(threshold, edgeitems):
    assert np.set_printoptions(threshold=threshold, edgeitems=edgeitems) is None
    return repr(a)[7:-15]
assert shown(6, 1) == "0, 1, 2, 3, 4, 5"
assert shown(5, 1) == "0, ..., 5"
assert shown(0, 2) == "0, 1, ..., 4, 5"
assert shown(0, 3) == "0, 1, 2, 3, 4, 5"
assert shown(5, 0) == "..."
assert shown(None, 1) == "0, ..., 5"
assert shown(2**30, None) == "0, 1, 2, 3, 4, 5"
assert np.get_printoptions() == {"threshold": 2**30, "edgeitems": 1}
for options, error in (({"precision": 3}, TypeError), ({"threshold": -1}, ValueError), ({"edgeitems": "x"}, TypeError)):
    try:
        np.set_printoptions(**options)
        raise Exception(options)
    except error:
        pass
# Long texts are made in time that grows with their length.
np.set_printoptions(threshold=2**30)
text = repr(np.ones((200, 200)) / 3)
assert len(text) == 200 * 4000 + 199 * 9 + 2 + 22, len(text)
"""


def test_options(interpreter):
    interpreter.run(OPTIONS)


def test_names(interpreter):
    interpreter.run(
        """
import ulab
from ulab import numpy as np
assert ulab.__version__ == "6.12.0-4D-c"
for name, code in zip("bool uint8 int8 uint16 int16 float32 float64 float complex".split(), "?BbHhfddc"):
    assert getattr(np, name) == ord(code) == ulab.dtype(code)
    assert ulab.dtype(np.zeros(1, dtype=ord(code))) == ord("B" if code == "?" else code)
for wrong in ("x", "", "BB", 0, 66.0, None):
    try:
        ulab.dtype(wrong)
        raise Exception(wrong)
    except TypeError:
        pass
assert abs(np.pi - 3.141592653589793) < 1e-15 and abs(np.e - 2.718281828459045) < 1e-15
assert np.inf > 1e308 and np.nan != np.nan
assert bool(np.zeros(1)) and not bool(np.zeros(0))
try:
    hash(np.zeros(1))
    raise Exception("hashable")
except TypeError:
    pass
"""
    )
