"""Methods, attributes and views of buffers against NumPy."""

import numpy as np
from ulab_cases import DTYPES, Cases, values

LAYOUTS = ("a", "a[::2]", "a[:, ::-1]", "a.T", "a[1:, 1:3]", "a[:0]")
NUMBERS = ("uint8", "int8", "uint16", "int16", "int32", "uint32", "float32", "float64", "complex")


def test_attributes(interpreter, tmp_path):
    cases = Cases()
    for dtype in NUMBERS:
        array = np.nan_to_num(values(dtype, (4, 6), 1), posinf=5, neginf=-5)
        for layout in LAYOUTS:
            cases.check("b.nbytes, b.size, b.ndim, b.itemsize, b.shape, len(b.flat), list(b.flat)",
                        f"b = {layout}", a=array)  # fmt: skip
            cases.check("b.real, b.imag", f"b = {layout}", a=array)
            cases.check("b.byteswap(), b.byteswap(inplace=False)", f"b = {layout}", a=array)
            cases.check("a", f"b = {layout}; b.byteswap(inplace=True)", a=array)
            cases.check("b.tobytes() == c.tobytes()", f"b = {layout}; c = b.copy()", a=array)
            cases.check("b.tolist()", f"b = {layout}", a=array)
            cases.check("b.view() + 0", f"b = {layout}", a=array)
            for order in ("'C'", "'F'"):
                cases.check(f"b.flatten({order}), b.flatten(order={order})", f"b = {layout}", a=array)
                cases.check(f"b.reshape(-1, order={order})" if "0" not in layout else "b", f"b = {layout}", a=array)
        for order in ("'C'", "'F'"):
            for shape in ("(3, 8)", "(2, 3, 4)", "(2, -1)", "24", "(1, 24, 1)", "(2, 2, 2, 3)"):
                cases.check(f"a.reshape({shape}, order={order}), a.T.reshape({shape}, order={order})", a=array)
    cases.check("a.base is None, b.base is a, c.base is a", "b = a[1:]; c = b[1:]", a=np.zeros(5))
    cases.check("a", "a.reshape((3, 2), order='F')[2, 1] = 9", a=np.zeros(6))
    cases.check("a", "a.flat[4] = 7; a.flat[-1] = 2", a=np.zeros((3, 2), np.int16))
    cases.check("b.flat[4], b.flat[-2]", "b = a.T[:, ::-1]", a=values("int16", (3, 4), 2))
    cases.check("[x for x in b.flat]", "b = a.T[:, ::-1]", a=values("int16", (3, 4), 2))
    for code in ("a.flat[6]", "a.flat[-7]"):
        cases.expect(code, "IndexError", a=np.zeros((3, 2)))
    for code in ("a.flat[0] = [1]", "a.flat['x']", "del a.flat[0]", "a.flat[0] = None", "a.flat[0] = 1j"):
        cases.expect("0", "TypeError", code, a=np.zeros((3, 2)))
    for code in ("a.reshape(2, 3, order='K')", "a.flatten('x')", "a.reshape(order='F')", "a.reshape(7, order='F')"):
        cases.expect(code, ("ValueError", "TypeError"), a=np.zeros(6))
    cases.run(interpreter, tmp_path)


def test_methods(interpreter, tmp_path):
    cases = Cases()
    for dtype in NUMBERS:
        array = np.nan_to_num(values(dtype, (3, 4), 3), posinf=5, neginf=-5)
        cases.check("a.item(5), a.item(-1), a.item(2, 3), a.item((1, -1)), a[:1, :1].item()", a=array)
        cases.check("a", "a.fill(3)", a=array)
        cases.check("a", "a[::2, 1:].fill(1)", a=array)
        cases.check("a.T[:2].copy()", a=array)
        for other in NUMBERS:
            if np.dtype(DTYPES[dtype]).kind in "ui" and np.dtype(DTYPES[other]).kind in "ui":
                cases.check(f"a.view(np.{other}), a[1:].view(np.{other})" if other != "complex" else "a", a=array)
    for code in ("a.item()", "a.item(0, 1, 2)", "a.item(1, slice(None))", "a.item((0,))"):
        cases.expect(code, ("ValueError", "IndexError", "TypeError"), a=np.zeros((3, 2)))
    for code in ("a.item(6)", "a.item(3, 0)", "a.item(-7)"):
        cases.expect(code, "IndexError", a=np.zeros((3, 2)))
    for code in ("a.fill([1])", "a.fill(None)", "a.fill(1j)", "a.fill('1')"):
        cases.expect("0", "TypeError", code, a=np.zeros((3, 2)))
    for code in ("a[::2].view(np.uint16)", "a.view(np.float)", "a.T.view(np.uint16)", "a.view(np.uint16)"):
        cases.expect(code, "ValueError", a=np.zeros((6, 3), np.uint8))
    cases.expect("a.view(7)", "TypeError", a=np.zeros(3))
    # Methods that are functions.
    a = np.nan_to_num(values("float64", (3, 4), 4), posinf=5, neginf=-5)
    for call in ("sum()", "max()", "min()", "argmax()", "argmin()", "any()", "all()", "sum(axis=0)", "max(1)", "min(-1)",
                 "mean()", "std()", "clip(-1, 1)", "dot(a.T)"):  # fmt: skip
        cases.check(f"a.{call}", ulps=64, a=a)
    cases.expect("a.nothing", "AttributeError", a=a)
    cases.expect("a", "AttributeError", "a.nothing = 1", a=a)
    cases.run(interpreter, tmp_path)


def test_views_of_buffers(interpreter, tmp_path):
    cases = Cases()
    a = values("uint8", (60,), 5)
    for shape, dtype, offset, strides in (
        ((3, 4), "uint8", 0, None), ((2, 3), "int16", 1, None), ((3, 4), "uint8", 5, (10, 2)), ((4,), "uint16", 7, (3,)),
        ((5, 3), "uint8", 0, (1, 1)), ((4, 4), "uint8", 59, (-4, -1)), ((2, 2, 2, 2), "int8", 3, (1, 2, 3, 4)),
        ((3,), "float64", 4, (24,)), ((0, 3), "uint8", 60, None), ((2,), "complex", 9, (16,)), ((9, 4), "uint8", 2, (0, 1)),
        ((3, 0, 2), "int32", 0, (1000, 1000, 1000)), ((1,), "int32", 56, (100000,)), ((15,), "uint32", 0, None),
    ):  # fmt: skip
        call = f"np.ndarray({shape}, dtype=np.{dtype}, buffer=a, offset={offset}, strides={strides})"
        reference = np.ndarray(shape, DTYPES[dtype], a, offset, strides)
        cases.expect(f"{call} if True else 0", reference.copy(), a=a)
        cases.expect(call.replace("=a", "=bytes(a)"), reference.copy(), a=a)
        cases.expect(call.replace("=a", "=bytearray(a)"), reference.copy(), a=a)
        cases.expect(call.replace("=a", "=memoryview(a)"), reference.copy(), a=a)
        cases.expect(f"np.ndarray({shape}, np.{dtype}, a, {offset}, {strides})", reference.copy(), a=a)
    for shape, dtype, offset, strides in (
        ((61,), "uint8", 0, None), ((60,), "uint8", 1, None), ((2,), "uint8", 0, (60,)), ((2,), "uint8", 0, (-1,)),
        ((8,), "float64", 0, None), ((1,), "float64", 53, None), ((1,), "uint8", -1, None), ((1,), "uint8", 61, None),
        ((2, 2), "uint8", 0, (1,)), ((2,), "uint8", 0, (1, 1)), ((2**31 - 1, 2**31 - 1), "uint8", 0, (0, 0)),
        ((2**20, 2**20), "float64", 0, None), ((3,), "uint8", 0, (2**30,)), ((3,), "uint8", 0, (-(2**31),)),
        ((5, 5), "uint8", 0, (12, 4)), ((2**31 - 1,), "uint8", 0, (2**31 - 1,)), ((-1,), "uint8", 0, None),
    ):  # fmt: skip
        call = f"np.ndarray({shape}, dtype=np.{dtype}, buffer=a, offset={offset}, strides={strides})"
        # What can be viewed on 64 bits cannot be copied.
        cases.expect(call, ("ValueError", "OverflowError", "MemoryError"), a=a)
    cases.check("a", "np.ndarray((3, 4), dtype=np.uint8, buffer=a, strides=(20, 5))[:] = 1", a=a)
    cases.check("a.tolist()", "b = bytearray(6); a = np.ndarray((2, 2), dtype=np.uint8, buffer=b, offset=2); a[1] = 9")
    cases.check("list(b)", "b = bytearray(6); a = np.ndarray((2, 2), dtype=np.uint8, buffer=b, offset=2); a[1] = 9")
    for code in ("a[0] = 1", "a += 1", "a.fill(1)", "a.sort()", "a.byteswap(inplace=True)", "a[[0]] = 1", "a.flat[0] = 1",
                 "a[a > 1] = 0", "a[1:][::-1][0] = 1", "memoryview(a)[0] = 1"):  # fmt: skip
        cases.expect("a", ("ValueError", "TypeError"), f"a = np.ndarray((3,), dtype=np.uint8, buffer=b'abc'); {code}")
    for code in ("np.ndarray((2,), buffer=3)", "np.ndarray(buffer=b'a')", "np.ndarray((2,), buffer=None)",
                 "np.ndarray('x', buffer=b'a')", "np.ndarray((1.5,), buffer=b'abc')", "np.ndarray((1,) * 5, buffer=b'abc')",
                 "np.ndarray((1,), dtype=3, buffer=b'abc')", "np.ndarray((1,), buffer=b'abc' * 9, strides=('x',))",
                 "np.ndarray((1,), np.uint8, b'abc', 0, None, 'C')"):  # fmt: skip
        cases.expect(code, "TypeError")
    # The alias of array() for everything else.
    cases.expect("np.ndarray([1, 2])", np.array([1.0, 2.0]))
    cases.expect("np.ndarray((2, 3), dtype=np.uint8)", np.array([2, 3], np.uint8))
    cases.run(interpreter, tmp_path)


def test_construction(interpreter, tmp_path):
    cases = Cases()
    for dtype in DTYPES:
        number = DTYPES[dtype]
        for given in ("[0, 1, 1]", "((1, 0), (0, 1))", "range(4)", "[[[1], [0]]]", "[]", "[[], []]", "(x for x in [1, 0])",
                      "map(abs, [1, 0])", "[[1, 0], range(2), (0, 0), b'ab']" if dtype != "bool" else "[1]",
                      "bytearray(b'abc')" if dtype not in ("int8", "bool") else "[1]", "{1: 2}.keys()"):  # fmt: skip
            plain = [list(x) if isinstance(x, (bytes, range)) else x for x in eval(given)]
            cases.expect(f"np.array({given}, dtype=np.{dtype})", np.array(plain, number))
            cases.expect(f"np.array({given}, np.{dtype})", np.array(plain, number))
        cases.expect(f"np.zeros(3, np.{dtype}), np.ones((2, 1), np.{dtype}), np.full((2,), 1, np.{dtype})",
                     (np.zeros(3, number), np.ones((2, 1), number), np.ones(2, number)))  # fmt: skip
        cases.expect(f"np.array([a, a[::-1]], dtype=np.{dtype})", np.array([[1, 0, 1], [1, 0, 1]], number),
                     a=np.array([1, 0, 1], number))  # fmt: skip
    cases.expect("np.array([2**32 + 5, -1, 2**31], dtype=np.int32)", np.array([5, -1, -(2**31)], np.int32))
    cases.expect("np.array([2**32 + 5, -1, 2**31], dtype=np.uint32)", np.array([5, 2**32 - 1, 2**31], np.uint32))
    for bad in ("[[1, 2], [3]]", "[[1], [2, 3]]", "[[1, 2], 3]", "[1, [2]]", "[[[1]], [[2], [3]]]", "[[1, 2], (3, 4, 5)]",
                "[[[[[1]]]]]", "[np.zeros(2), np.zeros(3)]", "[np.zeros((2, 2)), [1, 2]]", "[[1, 2], np.zeros(3)]"):  # fmt: skip
        cases.expect(f"np.array({bad})", ("ValueError", "TypeError"))
    for bad in ("3", "None", "'text'", "['a', 'b']", "[None]", "[[1], ['a']]", "{}", "{1: 2}", "1.5", "object()"):
        cases.expect(f"np.array({bad})", "TypeError")
    for bad in ("[1.5]", "[1j]", "[1, 2.0]"):
        cases.expect(f"np.array({bad}, dtype=np.int32)", "TypeError")
    for bad in ("np.float * 2", "'x'", "None", "-1", "1.5"):
        cases.expect(f"np.zeros(3, dtype={bad})", "TypeError")
    for shape in ("2**40", "(2**31, 2**31)", "(2**16, 2**16, 2**16, 2**16)", "(2**31 - 1, 2**31 - 1)", "(65536, 65536)",
                  "(0, 2**62, 4)", "(2**62, 4, 0)", "2**100"):  # fmt: skip
        for function in ("zeros", "empty", "ones"):
            cases.expect(f"np.{function}({shape})", ("ValueError", "MemoryError", "OverflowError"))
    cases.run(interpreter, tmp_path)


BUFFERS = """
import io, struct, array, ulab
from ulab import numpy as np
a = np.array([1, 2, 3, 300], dtype=np.uint16)
assert bytes(a) == b"\\x01\\x00\\x02\\x00\\x03\\x00\\x2c\\x01"
view = memoryview(a)
view[1] = 77
assert a[1] == 77 and view[3] == 300 and len(view) == 4
assert io.BytesIO(b"abcd").readinto(a) == 4 and a[0] == 0x6261
struct.pack_into("H", a, 2, 9)
assert a[1] == 9 and struct.unpack("HHHH", a)[1] == 9
assert bytes(np.array([1, 2], dtype=np.uint32)) == b"\\x01\\x00\\x00\\x00\\x02\\x00\\x00\\x00"
assert memoryview(np.array([-5], dtype=np.int32))[0] == -5
i = np.frombuffer(array.array("i", [1, -2]), dtype=np.int32)
assert i.tolist() == [1, -2]
i[1] = 7
for bad in (lambda: bytes(a[::2]), lambda: memoryview(a[::-1]), lambda: io.BytesIO(b"x").readinto(a[::2])):
    try:
        bad()
        print("no error for a view with gaps")
    except (TypeError, ValueError, BufferError if "BufferError" in dir() else TypeError):
        pass
try:
    memoryview(np.zeros(2, np.complex))
except ValueError:
    pass
read_only = np.frombuffer(b"abcd", dtype=np.uint8)
try:
    io.BytesIO(b"xy").readinto(read_only)
    print("wrote into bytes")
except (TypeError, ValueError):
    pass
# A subclass is no array, and nothing breaks.
class Mine(np.ndarray):
    pass
for use in (lambda: Mine([1, 2]), lambda: Mine([1, 2]) + 1, lambda: np.sum(Mine([1, 2])), lambda: Mine([1, 2])[0],
            lambda: np.zeros(3) + Mine([1]), lambda: repr(Mine([1, 2])), lambda: np.array(Mine([1, 2])),
            lambda: np.ndarray.__del__(Mine([1])), lambda: Mine([1]).shape, lambda: len(Mine([1, 2]))):
    try:
        use()
    except (TypeError, AttributeError, ValueError):
        pass
# The finaliser by name frees nothing that is used.
b = np.ones(5)
b.__del__()
assert b.sum() == 5
print("done")
"""


def test_buffer_protocol(interpreter):
    assert interpreter.run(BUFFERS) == "done\n"
