"""variant/elementary.c: exp, exp2, log, log2, log10 and pow against decimal arithmetic and C's special values."""

import ctypes
import itertools
import math
import random
import struct
import subprocess
from decimal import Decimal, localcontext

import pytest
from interpreters import ROOT

SEED = 2024
SPECIAL = (0.0, 1.0, 2.0, 3.0, 0.5, 2.5, 5e-324, 1e-308, 1e300, 1.7976931348623157e308, 709.78, 745.1, 746.0, 1e5)
SPECIALS = (*SPECIAL, *(-value for value in SPECIAL), math.inf, -math.inf, math.nan)

SCRIPT = """
import math, struct, sys
for line in sys.stdin:
    name, *values = line.split()
    values = [struct.unpack("<d", bytes.fromhex(value))[0] for value in values]
    result = values[0] ** values[1] if name == "pow" else getattr(math, name)(*values)
    print(struct.pack("<d", result).hex())
"""


def evaluate(interpreter, cases):
    """The interpreter's answers to (name, *values)."""
    lines = (" ".join([name, *(struct.pack("<d", value).hex() for value in values)]) for name, *values in cases)
    answers = interpreter.run(SCRIPT, input="\n".join(lines)).split()
    return [struct.unpack("<d", bytes.fromhex(answer))[0] for answer in answers]


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    """The functions by themselves: MicroPython's math module has no log2, log10 and exp2."""
    path = tmp_path_factory.mktemp("elementary") / "elementary.so"
    source = ROOT / "variant" / "elementary.c"
    subprocess.run(["gcc", "-O2", "-ffp-contract=off", "-fno-builtin", "-shared", "-fPIC", "-Wl,-Bsymbolic",
                    "-o", path, source, "-lm"], check=True)  # fmt: skip
    library = ctypes.CDLL(str(path))

    def call(name, *values):
        function = getattr(library, name)
        function.restype = ctypes.c_double
        return function(*map(ctypes.c_double, values))

    return call


def exact(name, x, y=None):
    x = Decimal(x)
    if name == "pow":
        return (x.ln() * Decimal(y)).exp()
    return {"exp": x.exp, "exp2": lambda: (x * Decimal(2).ln()).exp(),
            "log": x.ln, "log2": lambda: x.ln() / Decimal(2).ln(), "log10": x.log10}[name]()  # fmt: skip


def random_cases():
    """Exponents of every size, and arguments near one, where a logarithm is small."""
    rng = random.Random(SEED)
    for _ in range(250):
        yield "exp", rng.choice([rng.uniform(-1, 1), rng.uniform(-708, 709.7), rng.gauss(0, 1e-8)])
        yield "exp2", rng.choice([rng.uniform(-1, 1), rng.uniform(-1022, 1023.9), rng.gauss(0, 1e-8)])
        positive = rng.choice([2 ** rng.uniform(-1074, 1023), 1 + rng.gauss(0, 1e-6), rng.uniform(0.5, 2)])
        yield from ((name, positive) for name in ("log", "log2", "log10"))
        exponent = rng.choice([rng.uniform(-3, 3), float(rng.randrange(-30, 30)), rng.uniform(-708, 709)])
        if abs(exponent) > 30:
            exponent /= math.log(positive)
        if abs(exponent * math.log(positive)) < 708:
            yield "pow", positive, exponent


def test_error_is_about_half_a_unit(library):
    with localcontext() as context:
        context.prec = 60
        for case in random_cases():
            answer, expected = library(*case), exact(*case)
            units = abs(Decimal(answer) - expected) / Decimal(math.ulp(float(expected)))
            assert units < Decimal("0.52"), (case, answer, float(units))


def test_same_bits_in_every_build(library, interpreter):
    cases = [case for case in random_cases() if case[0] in ("exp", "log", "pow")]
    assert evaluate(interpreter, cases) == [library(*case) for case in cases]


def test_powers_that_are_numbers_are_exact(library):
    """Powers of two and ten, squares, and their logarithms."""
    for n in range(-1074, 1024):
        assert library("pow", 2.0, n) == library("exp2", n) == math.ldexp(1.0, n)
        assert library("log2", math.ldexp(1.0, n)) == n
    for n in range(23):
        assert library("pow", 10.0, n) == 10**n
        assert library("log10", 10.0**n) == n
    for n in range(-40, 40):
        assert library("pow", n * 0.25, 2.0) == (n * 0.25) ** 2
    assert library("exp", 0.0) == 1.0
    assert library("log", 1.0) == 0.0


def c99(name, x, y=None):
    """CPython's answer, or the value that C gives where CPython has an exception."""
    odd = y is not None and math.isfinite(y) and y % 2 == 1
    try:
        return math.pow(x, y) if name == "pow" else getattr(math, name)(x)
    except OverflowError:
        return -math.inf if odd and x < 0 else math.inf
    except ValueError:
        if x != 0:
            return math.nan
        return -math.inf if name == "log" else math.copysign(math.inf, x if odd else 1.0)


def test_special_values(library):
    """Zeros, infinities, nan, the smallest and the largest numbers."""
    cases = [("pow", x, y) for x, y in itertools.product(SPECIALS, repeat=2)]
    cases += [(name, x) for name in ("exp", "log", "log10") for x in SPECIALS]
    for case in cases:
        answer, expected = library(*case), c99(*case)
        if case[0] == "log10" and case[1] == 0:
            expected = -math.inf
        if math.isnan(expected):
            assert math.isnan(answer), case
        else:
            assert math.isclose(answer, expected, rel_tol=4e-16), (case, answer, expected)
            assert math.copysign(1.0, answer) == math.copysign(1.0, expected), (case, answer, expected)


def test_special_values_of_base_two(library):
    assert library("log2", 0.0) == library("log2", -0.0) == -math.inf
    assert library("log2", math.inf) == library("exp2", math.inf) == library("exp2", 1024.0) == math.inf
    assert library("exp2", -math.inf) == library("exp2", -1076.0) == library("exp2", -1e300) == 0.0
    assert library("exp2", 1e300) == math.inf
    assert math.isnan(library("log2", -1.0)) and math.isnan(library("log2", math.nan))
    assert math.isnan(library("exp2", math.nan))
