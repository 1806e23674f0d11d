"""What crashes the upstream library or makes it wrong is right here."""

import pytest

# Name of the defect -> statements that hold.
DEFECTS = {
    "integer division by zero": """
for dtype in (np.uint8, np.int8, np.uint16, np.int16, np.int32, np.uint32):
    a = np.array([7, 0], dtype=dtype)
    zero = np.zeros(2, dtype=dtype)
    assert (a // zero).tolist() == [0, 0] and (a % zero).tolist() == [0, 0] and (a / zero)[0] == np.inf
    assert (a // 0).tolist() == [0, 0] and (a % 0).tolist() == [0, 0]
    a %= 0
""",
    "division of integers keeps the fraction": "assert (np.array([7], dtype=np.uint8) / np.array([2], dtype=np.uint8))[0] == 3.5",
    "take with a single index": "assert np.take(np.array([4, 5, 6]), 1) == 5",
    "take from more than two axes": "assert np.take(np.arange(24).reshape((2, 3, 4)), [0, 13, 23]).tolist() == [0, 13, 23]",
    "take wraps negative indices": "assert np.take(np.array([4, 5, 6]), [-1, 3, -4], mode='wrap').tolist() == [6, 4, 6]",
    "random with an int as size": "assert np.random.Generator(1).random(3).shape == (3,) == np.random.Generator(1).random(size=3).shape",
    "normal with an odd size": "assert np.random.Generator(1).normal(size=7).shape == (7,)",
    "uniform number in its limits": "assert 5 <= np.random.Generator(1).uniform(5, 6) < 6",
    "more than 65535 hits of nonzero": "assert np.nonzero(np.ones(70000, dtype=np.uint8))[0][69999] == 69999",
    "bincount beyond 65535": "assert np.bincount(np.zeros(70000, dtype=np.uint8))[0] == 70000",
    "roll of an empty array": "assert np.roll(np.zeros(0), 1).shape == (0,) and np.roll(np.zeros((2, 0)), 1, axis=1).shape == (2, 0)",
    "ragged lists": """
for ragged in ([[1, 2], [3]], [[1], [2, 3]], [[1], 2], [1, [2]], [[[1]], [[2, 3]]]):
    try:
        np.array(ragged)
        assert False, ragged
    except (TypeError, ValueError):
        pass
""",
    "diag of more columns than rows": "assert np.diag(np.arange(10).reshape((2, 5))).tolist() == [0, 6]",
    "flat of a transposed array": """
a = np.arange(6).reshape((2, 3))
assert list(a.T.flat) == [0, 3, 1, 4, 2, 5] and list(a[:, ::-2].flat) == [2, 0, 5, 3]
""",
    "writing to bytes through frombuffer": """
text = b"constant"
a = np.frombuffer(text, dtype=np.uint8)
try:
    a[0] = 0
    assert False
except ValueError:
    pass
assert text == b"constant"
""",
    "items beyond 16 bits": """
a = np.arange(70000, dtype=np.float)[::-1]
assert np.argmax(a, axis=0) == 0 and np.argmin(a) == 69999 and np.sort(a)[69999] == 69999 and a[66000] == 3999
""",
    "signed integers in order": "assert np.sort(np.array([5, -128, 127], dtype=np.int8)).tolist() == [-128, 5, 127]",
    "median of signed integers": "assert np.median(np.array([-5, 1, 2], dtype=np.int16)) == 1",
    "conversion to bool": "assert np.array(np.array([0, 0.5, 2]), dtype=np.bool).tolist() == [False, True, True]",
    "conversion to complex": "assert np.array(np.array([1.5]), dtype=np.complex)[0] == 1.5",
    "eye of complex": "assert np.eye(2, dtype=np.complex).tolist() == [[1 + 0j, 0j], [0j, 1 + 0j]]",
    "all and any of lists": "assert not np.all([1, 0]) and np.any([0, 1]) and np.all([]) and not np.any([])",
    "int16 with float": """
a = np.array([-5], dtype=np.int16)
assert (a - 1.5)[0] == -6.5 and (a > 1.5)[0] == False and (a ** 2.0)[0] == 25 and (a // 2.0)[0] == -3 and (1.5 > a)[0]
""",
    "ints beyond 32 bits as operands": """
a = np.array([1], dtype=np.uint8)
assert (a + 2**31)[0] == 2**31 + 1 and (a + 2**62)[0] == 2.0**62
""",
    "complex into real in place": """
a = np.zeros(2)
try:
    a += np.array([1j, 2], dtype=np.complex)
    assert False
except (TypeError, NotImplementedError):
    pass
""",
    "byteswap of complex": "assert np.array([1 + 2j], dtype=np.complex).byteswap().byteswap()[0] == 1 + 2j",
    "diff past the first row": "assert np.diff(np.arange(24).reshape((2, 3, 4)) ** 2)[1, 2].tolist() == [41, 43, 45]",
    "cross and trapz of views": """
a = np.arange(6)[::2]
assert np.cross(np.array([1, 0, 0])[::-1], np.array([0, 1, 0])).tolist() == [-1, 0, 0] and np.trapz(np.arange(9)[::4]) == 8
""",
    "out of a universal function with gaps": """
a = np.zeros(6)
np.sqrt(np.array([4, 9, 16]), out=a[::2])
assert a.tolist() == [2, 0, 3, 0, 4, 0]
""",
    "shape that is assigned": "a = np.arange(4); a.shape = (2, 2); assert a.ndim == 2 and a.shape == (2, 2) and len(a[0]) == 2",
    "sums of integers": "assert np.sum(np.full(70000, 65535, dtype=np.uint16)) == 70000 * 65535",
    "sum with an infinite item": "assert np.sum(np.array([1, np.inf])) == np.inf",
    "indices that are no indices": """
a = np.arange(4)
for index in (1.0, "x", 1j, object()):
    try:
        a[index]
        assert False, index
    except (IndexError, TypeError):
        pass
assert a[[0, 1]].tolist() == [0, 1] and a[None].shape == (1, 4)
""",
    "huge shapes": """
for shape in (2**62, (2**31, 2**31), (2**31, 2**31, 2**31), (2**62, 2**62), (0, 2**62, 2**62), (65536, 65536)):
    for function in (np.zeros, np.ones, np.empty):
        try:
            function(shape)
            assert False, shape
        except (ValueError, MemoryError, OverflowError):
            pass
""",
    "overlapping assignment": """
a = np.arange(6)
a[1:] = a[:-1]
assert a.tolist() == [0, 0, 1, 2, 3, 4]
""",
    "text of an empty array": "assert repr(np.zeros((2, 0))) == 'array([], shape=(2,0), dtype=float64)'",
    "reduced qr of a wide matrix": "q, r = np.linalg.qr(np.ones((2, 3))); assert q.shape == (2, 2) and r.shape == (2, 3)",
    "delete of an index beyond the end": """
try:
    np.delete(np.arange(3), 3)
    assert False
except ValueError:
    pass
assert np.delete(np.arange(3), [0, 0]).tolist() == [1, 2]
""",
    "an error text as long as the buffer": """
try:
    np.zeros(3)[object()]
    assert False
except IndexError:
    pass
""",
    "a list many times": """
try:
    np.tile(False, 2**62)
    assert False
except (ValueError, MemoryError, OverflowError):
    pass
""",
    "an empty view of a buffer": "assert np.frombuffer(bytearray()).reshape((2, 0, 4))[0:2, 0:0, 1:3].sum() == 0",
    "a number for a path": """
try:
    np.loadtxt(0)
    assert False
except TypeError:
    pass
""",
    "nanmax along the only axis": "assert np.nanmax(np.array([1, np.nan]), axis=0) == 1",
}

RUN = """
from ulab import numpy as np
for name, statements in {DEFECTS}:
    try:
        exec(statements, {"np": np})
    except BaseException as error:
        print(name, "|", repr(error))
"""


@pytest.fixture(scope="module")
def problems(interpreter):
    printed = interpreter.run(RUN.replace("{DEFECTS}", repr(list(DEFECTS.items()))))
    return dict(line.split(" | ", 1) for line in printed.splitlines())


@pytest.mark.parametrize("name", DEFECTS)
def test_right(problems, name):
    assert problems.get(name) is None
