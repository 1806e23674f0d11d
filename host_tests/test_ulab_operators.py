"""Operators with the array on either side, in place, and the protocols around them."""

import operator

import numpy as np
from ulab_cases import Cases, values

COMPARISONS = ("<", "<=", ">", ">=", "==", "!=")
NUMBERS = ("2", "-3", "0", "2.5", "300", "2**40", "True", "[1, 2, 3, 4, 5, 6, 7]", "(0, 1, 2, 3, 4, 5, 6)")


def test_comparisons_with_the_number_on_the_left(interpreter, tmp_path):
    cases = Cases()
    for dtype in ("bool", "uint8", "int8", "uint16", "int16", "int32", "uint32", "float32", "float64"):
        array = values(dtype, (7,), 1)
        for number in NUMBERS:
            for sign in COMPARISONS:
                left = np.asarray(eval(number), float)
                cases.expect(f"{number} {sign} a", eval(f"left {sign} a", {"left": left, "a": array}), a=array)
    for bad in ("'text'", "None", "{}.get"):
        cases.expect(f"{bad} < a", "TypeError", a=np.zeros(3))
        cases.expect(f"a >= {bad}", "TypeError", a=np.zeros(3))
    # Other comparisons are what they were.
    for text in ("1 < 2", "2.5 >= 1", "'a' < 'b'", "[1] < [2]", "(1, 2) > (1,)", "True <= 2", "1 < 2**70"):
        cases.check(text)
    cases.run(interpreter, tmp_path)


def test_reflected(interpreter, tmp_path):
    cases = Cases()
    array = np.arange(1, 8, dtype=np.int16)
    real = array / 2
    for sign in ("+", "-", "*", "/", "//"):
        for number in ("7", "-7", "2.5", "[7, 6, 5, 4, 3, 2, 1]"):
            function = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv,
                        "//": operator.floordiv}[sign]  # fmt: skip
            left = eval(number)
            cases.expect(f"{number} {sign} a", function(np.asarray(left, float), real), a=real)
            if isinstance(left, int) and sign != "/":
                cases.expect(f"{number} {sign} a", function(np.int16(left), array), a=array)
    cases.check("2.0 ** a", a=real)
    cases.check("7 % a", a=array)
    cases.check("(1 + 2j) - a", a=real)
    cases.check("1 & a", a=array)
    cases.check("6 | a", a=array)
    cases.check("5 ^ a", a=array)
    cases.check("3 << a", a=array)
    cases.check("1000 >> a", a=array)
    cases.run(interpreter, tmp_path)


def test_shifts(interpreter, tmp_path):
    cases = Cases()
    for dtype in ("uint8", "int8", "uint16", "int16", "int32", "uint32"):
        array = values(dtype, (3, 5), 2)
        places = np.arange(5, dtype=dtype)
        cases.check("a << b", a=array, b=places)
        cases.check("a >> b", a=array, b=places)
        cases.check("a", "a <<= 2", a=array)
        cases.check("a", "a >>= b", a=array, b=places)
        cases.check("a", "b = a; b[1:] <<= a[:-1] & 3; a", a=np.abs(array))
    for code in ("a << 1", "1 << a", "a >> 1.5", "a <<= 1"):
        cases.expect("0", "TypeError", code, a=np.zeros(3))
    cases.expect("0", "TypeError", "a <<= 1.5", a=np.zeros(3, np.int16))
    cases.run(interpreter, tmp_path)


def test_divmod(interpreter, tmp_path):
    cases = Cases()
    for dtype in ("int8", "int16", "int32", "uint8", "float32", "float64"):
        a = np.array([-7, -6, -1, 0, 1, 7, 9, -9]).astype(dtype)
        b = np.array([3, -3, 4, -4, 5, -2, 2, 7]).astype(dtype)
        cases.check("divmod(a, b)", a=a, b=b)
        cases.check("divmod(a, a[5:6])", a=a)
    f = np.array([-7.5, 2.25, 0.5, 3.0])
    cases.check("divmod(a, 2)", a=f)
    cases.check("divmod(7, a)", a=f)
    cases.check("divmod(-2.5, a)", a=f)
    cases.expect("divmod(a, [2, 2, 2, 2])", np.divmod(f, 2), a=f)
    cases.expect("divmod(a, 'x')", "TypeError", a=f)
    cases.expect("divmod('x', a)", "TypeError", a=f)
    cases.expect("divmod(a, 1j)", ("TypeError", "NotImplementedError"), a=f)
    cases.check("divmod(7, -2), divmod(7.5, 2)")
    cases.run(interpreter, tmp_path)


def test_unary_and_protocols(interpreter, tmp_path):
    cases = Cases()
    for dtype in ("bool", "uint8", "int8", "uint16", "int16", "int32", "uint32", "float32", "float64", "complex"):
        array = values(dtype, (4, 3), 3)
        if dtype != "bool":
            cases.check("-a", a=array)
            cases.check("+a", a=array)
        if dtype != "complex":
            cases.check("abs(a)", a=array)
        if dtype not in ("float32", "float64", "complex"):
            cases.check("~a", a=array)
        else:
            cases.expect("~a", "ValueError", a=array)
        cases.check("len(a), [x for x in a.flatten()], [x for x in a]", a=array)
        finite = np.nan_to_num(array, posinf=1, neginf=2)
        cases.check(f"{finite.flat[5].item()!r} in a" if dtype not in ("float32", "complex") else "0 in a", a=finite)
    for text, expected in {
        "None == a": np.False_, "a == None": np.False_, "a != None": np.True_, "a == 'x'": np.False_,
        "bool(a)": np.True_, "not a": np.False_, "bool(a[:0])": np.False_, "'x' in a": np.False_,
        "None in a": np.False_, "a is a": np.True_, "a is not a[:]": np.True_,
    }.items():  # fmt: skip
        cases.expect(text, expected, a=np.arange(3.0))
    cases.expect("hash(a)", "TypeError", a=np.zeros(3))
    cases.expect("{a: 1}", "TypeError", a=np.zeros(3))
    cases.check("sorted(a), sum(a), max(a), min(a)", a=np.array([3.0, 1.0, 2.0]))
    cases.check("a == [3, 1, 5]", a=np.array([3.0, 1.0, 2.0]))
    cases.check("[3, 1, 5] != a", a=np.array([3.0, 1.0, 2.0]))
    cases.run(interpreter, tmp_path)


def test_in_place(interpreter, tmp_path):
    cases = Cases()
    a = values("int32", (4, 3), 4)
    for code in ("b = a; a += 2; b", "b = a[1:]; b *= 3", "a[::2] -= a[1::2]", "a[1:] += a[:-1]", "a += a.T[:3, :3][0]",
                 "b = a.T; b -= 1", "a[:, 0] *= a[:, 1]"):  # fmt: skip
        cases.check("a", code, a=a)
    cases.expect("a", "ValueError", "a += np.zeros((2, 4, 3), dtype=np.int32)", a=a)
    for code in ("a += 1.5", "a /= 2", "a **= 2", "a += 1j"):
        cases.expect("a", "TypeError", code, a=a)
    cases.check("a", "a /= 2; a **= 2; a %= 5; a -= 1", a=np.abs(values("float64", (6,), 5)) % 1000)
    cases.run(interpreter, tmp_path)
