"""Universal functions against NumPy in higher precision, and the same bits on every processor."""

import functools
import json

import numpy as np
import pytest
from ulab_cases import Cases

# Name in ulab, in NumPy, and the greatest error in units in the last place for float32 and float64.
FUNCTIONS = {
    "acos": ("arccos", 1, 1.5),
    "acosh": ("arccosh", 1, 2.5),
    "asin": ("arcsin", 1, 1.5),
    "asinh": ("arcsinh", 1, 2.5),
    "atan": ("arctan", 1, 1.5),
    "atanh": ("arctanh", 1, 2.5),
    "cbrt": ("cbrt", 1, 4),
    "ceil": ("ceil", 0.5, 0.5),
    "cos": ("cos", 2, 1.5),
    "cosh": ("cosh", 1, 2.5),
    "degrees": ("degrees", 1, 2),
    "exp": ("exp", 2, 1),
    "exp2": ("exp2", 1, 1),
    "expm1": ("expm1", 2, 2),
    "fix": ("fix", 0.5, 0.5),
    "floor": ("floor", 0.5, 0.5),
    "log": ("log", 2, 2),
    "log10": ("log10", 2, 2),
    "log1p": ("log1p", 1, 1.5),
    "log2": ("log2", 2, 2),
    "radians": ("radians", 1, 2),
    "rint": ("rint", 0.5, 0.5),
    "sin": ("sin", 2, 1.5),
    "sinc": ("sinc", 4, 4),
    "sinh": ("sinh", 1, 2.5),
    "sqrt": ("sqrt", 0.5, 0.5),
    "tan": ("tan", 1, 2),
    "tanh": ("tanh", 2, 2.5),
    "trunc": ("trunc", 0.5, 0.5),
}
PREDICATES = ("isfinite", "isinf", "isnan", "signbit")
# The others come from the C library of the build.
COMPUTED_ALIKE = {
    "float32": ("exp", "expm1", "log", "log10", "log2", "sin", "cos", "sqrt", "tanh"),
    "float64": ("exp", "expm1", "log", "log10", "log2", "sqrt", "tanh"),
}

SCRIPT = """
import sys, json, binascii
from ulab import numpy as np
names, arrays = json.loads(open(sys.argv[1]).read())
for dtype, items in arrays:
    a = np.frombuffer(binascii.unhexlify(items), dtype=getattr(np, dtype))
    for name in names:
        print(binascii.hexlify(getattr(np, name)(a).tobytes()).decode())
"""


def inputs(dtype):
    """Values of every size, and those where functions change their way."""
    random = np.random.default_rng(7)
    limits = np.finfo(dtype)
    count = 1500
    special = [0.0, np.inf, np.nan, limits.max, limits.tiny, limits.smallest_subnormal, 1.0, 0.5, 1e-20, 88.7, 88.73,
               103.9, 104.0, 709.78, 709.79, 745.1, 745.2, 2.0**27, 1e10, 1e22, 16.0, 1000.0]  # fmt: skip
    special += [multiple * np.pi / 4 for multiple in range(1, 40)]
    with np.errstate(over="ignore"):
        special = np.array(special).astype(dtype)
    exponents = random.uniform(limits.minexp, limits.maxexp - 1, count)
    sizes = np.concatenate([
        np.exp2(exponents).astype(dtype) * random.uniform(0.5, 1, count),
        random.uniform(0, 4, count),
        random.uniform(0.9, 1.1, count),
        random.uniform(0, 120, count),
        random.uniform(0, 1e5, count),
    ])  # fmt: skip
    sizes = np.concatenate([special, sizes.astype(dtype)])
    return np.concatenate([sizes, -sizes])


@functools.cache
def answers(interpreter, folder):
    """What each function gives for the inputs, by dtype and name."""
    names = [*FUNCTIONS, *PREDICATES]
    arrays = [(dtype, inputs(dtype)) for dtype in ("float32", "float64")]
    path = folder / "inputs"
    path.write_text(json.dumps([names, [(dtype, array.tobytes().hex()) for dtype, array in arrays]]))
    lines = iter(interpreter.run(SCRIPT, path).split())
    return {
        (dtype, name): np.frombuffer(bytes.fromhex(next(lines)), "?" if name in PREDICATES else dtype)
        for dtype, array in arrays
        for name in names
    }


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("universal")


def errors(got, exact, dtype):
    """Distances in units in the last place; infinite where one is nan, or has another sign or no limit."""
    rounded = exact.astype(dtype)
    _, exponents = np.frexp(np.abs(rounded).astype(np.longdouble))
    info = np.finfo(dtype)
    unit = np.exp2(np.maximum(exponents - 1, info.minexp).astype(np.longdouble) - info.nmant)
    error = np.abs(got.astype(np.longdouble) - exact) / unit
    same = (got == rounded) & (np.signbit(got) == np.signbit(rounded)) | (np.isnan(got) & np.isnan(rounded))
    return np.where(same, np.where(np.isfinite(rounded), error, 0), np.where(np.isfinite(error), error, np.inf))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_precision(interpreter, folder, name, dtype):
    numpy_name, *bounds = FUNCTIONS[name]
    x = inputs(dtype)
    got = answers(interpreter, folder)[dtype, name]
    with np.errstate(all="ignore"):
        exact = getattr(np, numpy_name)(x.astype(np.longdouble if dtype == "float64" else np.float64))
        error = errors(got, exact.astype(np.longdouble), dtype)
    error = error.astype(float)
    # NEON takes subnormals as zero.
    if interpreter.arch == "armv7hf" and dtype == "float32":
        tiny = np.finfo(dtype).tiny
        error[(np.abs(x) < tiny) | (np.abs(exact) < tiny)] = 0
    if name == "sinc":
        error[np.abs(x) > 0.5] = 0  # pi x is rounded, which matters near the zeros
    worst = int(np.argmax(error))
    assert error[worst] <= bounds[dtype == "float64"], f"{x[worst]!r} gives {got[worst]!r}, is {exact[worst]!r}"


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", PREDICATES)
def test_predicates(interpreter, folder, name, dtype):
    expected = getattr(np, name)(inputs(dtype))
    np.testing.assert_array_equal(answers(interpreter, folder)[dtype, name], expected)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_same_bits(interpreter, host, folder, dtype):
    if interpreter.arch == host.arch:
        pytest.skip("the build that the others are compared with")
    x = inputs(dtype)
    for name in COMPUTED_ALIKE[dtype]:
        got, expected = (answers(build, folder)[dtype, name] for build in (interpreter, host))
        different = (got != expected) & ~(np.isnan(got) & np.isnan(expected))
        different &= (np.abs(x) >= np.finfo(dtype).tiny) & (np.abs(expected) >= np.finfo(dtype).tiny)
        assert not different.any(), f"{name} of {x[different][:5]}"


def test_arguments(interpreter, tmp_path):
    cases = Cases()
    for dtype in ("float32", "float64"):
        for count in (0, 1, 2, 3, 4, 5, 63, 64, 65, 131):
            x = np.linspace(0.1, 3, count).astype(dtype)
            for name in ("exp", "log", "sin", "tanh", "sqrt"):
                cases.check(f"np.{name}(x)", ulps=3, x=x)
                cases.check(f"np.{name}(x[::-2])", ulps=3, x=x)
                cases.check("x", f"np.{name}(x, out=x)", ulps=3, x=x)
            for name in PREDICATES:
                cases.check(f"np.{name}(x[::-2])", x=x)
        x = np.linspace(0.1, 3, 60).astype(dtype)
        # Overlapping, stretched and converted.
        cases.check("x", "np.exp(x[:-1].copy(), out=x[1:])", ulps=3, x=x)
        cases.expect("x", np.concatenate([x[:1], np.exp(x[:-1])]), "np.exp(x[:-1], out=x[1:])", ulps=3, x=x)
        cases.check("np.exp(x[:6].reshape((2, 3)).T)", ulps=3, x=x)
        cases.check("y", "y = np.zeros((3, 60)); np.exp(x, out=y)", ulps=3 if dtype == "float64" else 1e9, x=x)
        cases.check("y", "y = np.zeros(4); np.exp(1.0, out=y)", ulps=3)
        cases.expect("np.exp(x, dtype=np.float32)", np.exp(x.astype("f4")), ulps=3 if dtype == "float32" else 4, x=x)
        cases.expect("np.exp(x, dtype=np.uint8)", "TypeError", x=x)
        cases.expect("np.tan(x, dtype=np.complex)", "TypeError", x=x)
        cases.expect("np.exp(x, out=np.zeros(3))", "ValueError", x=x)
        cases.expect("np.exp(x, out=np.zeros(60, dtype=np.uint8))", "ValueError", x=x)
        cases.expect("np.exp(x, out=[1])", "ValueError", x=x)
        cases.expect("np.isnan(x, out=np.zeros(60))", "ValueError", x=x)
        cases.expect("y", np.zeros(60, bool), "y = np.zeros(60, dtype=np.bool); np.isnan(x, out=y)", x=x)
    for dtype in ("bool", "uint8", "int8", "uint16", "int16", "uint32", "int32"):
        x = np.arange(40).astype(dtype)
        expected = np.exp(x.astype("f8"))
        cases.expect("np.exp(x)", expected, ulps=3, x=x)
        cases.expect("np.isfinite(x[1::3])", np.ones(13, bool), x=x)
        cases.expect("np.exp(x, dtype=np.float32)", expected.astype("f4"), ulps=3, x=x)
    for text in ("2", "-0.5", "True", "[0.5, 2]", "(1, 2)", "range(3)", "1e300"):
        for name in ("exp", "log", "sinh", "isnan", "trunc"):
            cases.expect(f"np.{name}({text})", getattr(np, name)(eval(text), dtype=None if name == "isnan" else "f8")
                if name != "trunc" else np.trunc(np.asarray(eval(text), "f8"))[()], ulps=3)  # fmt: skip
    cases.expect("np.exp('2')", "TypeError")
    cases.expect("np.exp()", "TypeError")
    cases.run(interpreter, tmp_path)


def test_complex(interpreter, tmp_path):
    cases = Cases()
    parts = [-3.5, -1.0, 0.25, 2.0, 30.0]
    z = np.array([complex(real, imaginary) for real in parts for imaginary in parts])
    for name in ("exp", "log", "sin", "cos", "sinh", "cosh", "sqrt"):
        cases.check(f"np.{name}(z)", ulps=64, z=z)
        cases.check(f"np.{name}(z[3])", ulps=64, z=z)
        cases.check("z", f"np.{name}(z, out=z)", ulps=64, z=z)
    with np.errstate(all="ignore"):
        cases.expect("np.log(x, dtype=np.complex)", np.log(np.array(parts) + 0j), ulps=8, x=np.array(parts))
        cases.expect("np.sqrt(-4, dtype=np.complex)", 2j, ulps=8)
    z = z.copy()
    z[3] = complex(np.nan, 1)
    z[4] = complex(1, np.inf)
    for name in ("isfinite", "isinf", "isnan"):
        cases.check(f"np.{name}(z)", z=z)
    cases.expect("np.cbrt(z)", "NotImplementedError", z=z)
    cases.run(interpreter, tmp_path)


def test_around(interpreter, tmp_path):
    cases = Cases()
    x = np.array([0.5, 1.5, -2.5, 2.345, -1234.5678, 0.0, -0.0, np.inf, np.nan, 0.49999999999999994, 1e17])
    cases.expect("np.around(x)", np.trunc(x + np.copysign(np.where(x == x[9], 0, 0.5), x)), x=x)
    for decimals in (1, 2, -2):
        expected = np.trunc(x * 10.0**decimals + np.copysign(0.5, x)) / 10.0**decimals
        cases.expect(f"np.around(x, decimals={decimals})", expected, ulps=2, x=x)
        cases.expect("x", expected, f"np.round(x, {decimals}, out=x)", ulps=2, x=x)
        cases.expect(f"np.around(x, {decimals})", expected.astype("f4"), ulps=4, x=x.astype("f4"))
    cases.expect("np.around([1, 25], -1)", np.array([0.0, 30.0]))
    cases.expect("np.around(2.5)", 3.0)
    cases.run(interpreter, tmp_path)
