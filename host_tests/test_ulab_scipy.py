"""ulab.scipy and ulab.utils against the mathematics, Python's math module and NumPy."""

import math

import numpy as np
import pytest
from ulab_values import Raised, evaluate

SPY = "__import__('ulab.scipy').scipy"
UTILS = "__import__('ulab.utils').utils"


def values(interpreter, folder, expressions, **arrays):
    """What expressions give, in which spy and utils are the modules."""
    cases = [
        (expression.replace("spy.", f"{SPY}.").replace("utils.", f"{UTILS}."), arrays) for expression in expressions
    ]
    return evaluate(interpreter, folder, cases)


def check_errors(interpreter, folder, cases, **arrays):
    for (expression, expected), value in zip(cases, values(interpreter, folder, [c for c, _ in cases], **arrays)):
        assert isinstance(value, Raised), f"{expression}: {value}"
        assert value.name in expected, f"{expression}: {value}"


SPECIAL = {
    "erf": (math.erf, np.concatenate([np.linspace(-6, 6, 301), [1e-300, 1e-9, -1e-9, 0.4999999, 0.5, 30, -30, 0.0]])),
    "erfc": (math.erfc, np.concatenate([np.linspace(-6, 26.5, 501), [1e-9, 0.0, 30.0, -30.0]])),
    "gamma": (math.gamma, np.concatenate([np.linspace(0.1, 171.5, 500), np.arange(1.0, 30), np.linspace(-20.3, -0.2, 80)])),
    "gammaln": (math.lgamma, np.concatenate([np.linspace(0.1, 50, 300), [1e5, 1e10, 1e100, 1e300, 1e-9], np.linspace(-9.7, -0.1, 60)])),
}


@pytest.mark.parametrize("name", SPECIAL)
def test_special(interpreter, tmp_path, name):
    oracle, x = SPECIAL[name]
    x = x[(x > 0) | (x != np.floor(x)) | ("erf" in name)]
    exact = np.array([oracle(item) for item in x])
    call = f"spy.special.{name}"
    got, single, scalar, listed, out, strided = values(
        interpreter,
        tmp_path,
        [f"{call}(x)", f"{call}(np.array(x, dtype=np.float32))", f"{call}(1.5)", f"{call}([1, 2.5])",
         f"{call}(x, out=np.zeros({len(x)}))", f"{call}(x[::-3])"],
        x=x,
    )  # fmt: skip
    size = np.abs(exact)
    if name == "gammaln":
        size = np.maximum(size, 1)
    # Near its poles gamma magnifies the rounding of its argument.
    wrong = np.abs(got - exact) > size * (2e-14 if name.startswith("gamma") else 2e-15)
    assert not wrong.any(), list(zip(x[wrong], got[wrong], exact[wrong]))
    assert single.dtype == np.float32
    assert math.isclose(scalar, oracle(1.5), rel_tol=1e-14, abs_tol=1e-14)
    assert np.allclose(listed, [oracle(1), oracle(2.5)], rtol=1e-14, atol=1e-15)
    assert np.array_equal(out, got)
    assert np.array_equal(strided, got[::-3])


def test_special_ends(interpreter, tmp_path):
    x = np.array([np.inf, -np.inf, np.nan, 0.0, -0.0, -1.0, -2.0, 1.0, 2.0, 5.0, 23.0, 171.0, 172.5])
    erf, erfc, gamma, gammaln = values(interpreter, tmp_path, [f"spy.special.{name}(x)" for name in SPECIAL], x=x)
    assert np.array_equal(erf[:5], [1, -1, np.nan, 0, 0], equal_nan=True)
    assert np.array_equal(erfc[:5], [0, 2, np.nan, 1, 1], equal_nan=True)
    assert np.array_equal(gamma[:7], [np.inf, np.nan, np.nan, np.inf, -np.inf, np.nan, np.nan], equal_nan=True)
    assert gamma[7:11].tolist() == [1, 1, 24, math.factorial(22)]
    assert math.isclose(gamma[11], math.gamma(171), rel_tol=1e-14)
    assert gamma[12] == np.inf
    assert np.array_equal(gammaln[:9], [np.inf, np.inf, np.nan, np.inf, np.inf, np.inf, np.inf, 0, 0], equal_nan=True)
    check_errors(
        interpreter,
        tmp_path,
        [("spy.special.erf(x * 1j)", "NotImplementedError"), ("spy.special.erf('a')", "TypeError"),
         ("spy.special.gamma()", "TypeError"), ("spy.special.erf(x, out=np.zeros(3))", "ValueError")],
        x=x,
    )  # fmt: skip


def filtered(b, a, x):
    """The difference equation itself."""
    b, a = np.asarray(b) / a[0], np.asarray(a) / a[0]
    y = np.zeros(len(x))
    for n in range(len(x)):
        y[n] = sum(b[k] * x[n - k] for k in range(len(b)) if n >= k)
        y[n] -= sum(a[k] * y[n - k] for k in range(1, len(a)) if n >= k)
    return y


def test_filters(interpreter, tmp_path):
    random = np.random.default_rng(1)
    x = random.normal(size=60)
    sos = np.array([[0.2, 0.4, 0.2, 1, -0.5, 0.25], [1, -1, 0, 1, 0.3, 0]])
    expected = filtered(sos[1, :3], sos[1, 3:], filtered(sos[0, :3], sos[0, 3:], x))
    b, a = [0.1, 0.2, 0.3], [2.0, -0.5, 0.25, 0.1]
    got = values(
        interpreter,
        tmp_path,
        [
            "spy.signal.sosfilt(sos, x)",
            "spy.signal.sosfilt(sos.tolist(), x.tolist())",
            "spy.signal.sosfilt(sos, x, zi=np.zeros((2, 2)))",
            "(lambda first: np.concatenate((first[0], spy.signal.sosfilt(sos, x[25:], zi=first[1])[0])))"
            "(spy.signal.sosfilt(sos, x[:25], zi=np.zeros((2, 2))))",
            "(lambda zi: (spy.signal.sosfilt(sos, x, zi=zi), zi)[1])(np.zeros((2, 2)))",
            "spy.signal.sosfilt(sos, x[::-1])[::-1]",
            "spy.signal.sosfilt(sos, x[:0]).shape",
            f"spy.signal.lfilter({b}, {a}, x)",
            f"spy.signal.lfilter({b}, [2], x)",
            f"spy.signal.lfilter([3], {a}, np.array(x * 9, dtype=np.int8))",
            f"(lambda y: np.concatenate((y[0], spy.signal.lfilter({b}, {a}, x[20:], zi=y[1])[0])))"
            f"(spy.signal.lfilter({b}, {a}, x[:20], zi=np.zeros(3)))",
            "(spy.signal.sosfilt(sos, x), x)[1]",
        ],
        x=x,
        sos=sos,
    )
    assert np.allclose(got[0], expected, rtol=1e-12, atol=1e-13)
    assert np.allclose(got[1], expected, rtol=1e-12, atol=1e-13)
    assert np.array_equal(got[2][0], got[0])
    assert got[2][1].shape == (2, 2)
    assert np.array_equal(got[3], got[0])
    assert (got[4] == 0).all()
    backwards = filtered(sos[1, :3], sos[1, 3:], filtered(sos[0, :3], sos[0, 3:], x[::-1]))[::-1]
    assert np.allclose(got[5], backwards, rtol=1e-12, atol=1e-13)
    assert got[6] == (0,)
    assert np.allclose(got[7], filtered(b, a, x), rtol=1e-12, atol=1e-13)
    assert np.allclose(got[8], filtered(b, [2.0], x), rtol=1e-12, atol=1e-13)
    whole = np.trunc(x * 9 + np.copysign(0.5, x))
    assert np.allclose(got[9], filtered([3.0], a, whole), rtol=1e-12, atol=1e-12)
    assert np.allclose(got[10], got[7], rtol=1e-14, atol=1e-15)
    assert np.array_equal(got[11], x)
    check_errors(
        interpreter,
        tmp_path,
        [
            ("spy.signal.sosfilt(3, x)", "TypeError"),
            ("spy.signal.sosfilt(sos, 3)", "TypeError"),
            ("spy.signal.sosfilt(sos[:, :5], x)", "ValueError"),
            ("spy.signal.sosfilt(sos[0], x)", "ValueError"),
            ("spy.signal.sosfilt(sos * 2, x)", "ValueError"),
            ("spy.signal.sosfilt(sos, sos)", "ValueError"),
            ("spy.signal.sosfilt(sos, x, zi=[[0, 0], [0, 0]])", "TypeError"),
            ("spy.signal.sosfilt(sos, x, zi=np.zeros((3, 2)))", "ValueError"),
            ("spy.signal.sosfilt(sos, x * 1j)", "NotImplementedError"),
            ("spy.signal.lfilter([1], [0, 1], x)", "ValueError"),
            ("spy.signal.lfilter([1], [], x)", "ValueError"),
            ("spy.signal.lfilter([1, 2], [1], x, zi=np.zeros(2))", "ValueError"),
            ("spy._filter(x, x, x[:3], x)", "ValueError"),
            ("spy._filter(x[:0], x[:0], x[:0], x)", "ValueError"),
            ("spy._filter(x, x, x[::-1], x)", "ValueError"),
            ("spy._filter(1, 2, 3, 4)", "TypeError"),
        ],
        x=x,
        sos=sos,
    )


def test_butter(interpreter, tmp_path):
    """The response is that of Butterworth: half the power at the cut-off, flat where it passes."""
    designs = [(order, cutoff, kind) for order in (1, 2, 3, 4, 7) for cutoff in (0.1, 0.5, 0.8) for kind in ("low", "high")]
    expressions = [f"spy.signal.butter({o}, {c}, '{k}'), spy.signal.butter({o}, {c}, '{k}', output='sos')" for o, c, k in designs]
    for (order, cutoff, kind), ((b, a), sos) in zip(designs, values(interpreter, tmp_path, expressions)):
        assert len(b) == len(a) == order + 1
        frequencies = np.linspace(0.02, 0.98, 25)
        z = np.exp(-1j * np.pi * frequencies)
        ratio = np.tan(np.pi * frequencies / 2) / math.tan(math.pi * cutoff / 2)
        exact = 1 / np.sqrt(1 + (ratio if kind == "low" else 1 / ratio) ** (2 * order))
        from_ba = np.abs(np.polyval(b[::-1], z) / np.polyval(a[::-1], z))
        from_sos = np.abs(np.prod([np.polyval(s[2::-1], z) / np.polyval(s[:2:-1], z) for s in sos], axis=0))
        assert np.allclose(from_sos, exact, rtol=1e-9, atol=1e-12)
        assert np.allclose(from_ba, exact, rtol=1e-6, atol=1e-9)
    check_errors(
        interpreter,
        tmp_path,
        [(f"spy.signal.butter({arguments})", "ValueError") for arguments in ("0, 0.5", "2, 0", "2, 1", "2, 0.5, 'x'")],
    )


def test_linalg(interpreter, tmp_path):
    random = np.random.default_rng(2)
    a = np.tril(random.normal(size=(6, 6))) + 3 * np.eye(6)
    b, columns = random.normal(size=6), random.normal(size=(6, 3))
    got = values(
        interpreter,
        tmp_path,
        ["spy.linalg.solve_triangular(a, b)", "spy.linalg.solve_triangular(a, b, lower=True)",
         "spy.linalg.solve_triangular(a.T, b, lower=False)", "spy.linalg.solve_triangular(a, c)",
         "spy.linalg.solve_triangular(a.T, c, False)", "spy.linalg.cho_solve(a, b)", "spy.linalg.cho_solve(a, c)",
         "spy.linalg.cho_solve((a, True), b)", "spy.linalg.cho_solve((a.T, False), b)"],
        a=a, b=b, c=columns,
    )  # fmt: skip
    square = a @ a.T
    expected = [np.linalg.solve(a, b)] * 2 + [np.linalg.solve(a.T, b), np.linalg.solve(a, columns)]
    expected += [np.linalg.solve(a.T, columns), np.linalg.solve(square, b), np.linalg.solve(square, columns)]
    expected += [np.linalg.solve(square, b)] * 2
    for value, wanted in zip(got, expected, strict=True):
        assert value.shape == wanted.shape
        assert np.allclose(value, wanted, rtol=1e-12, atol=1e-13)
    check_errors(
        interpreter,
        tmp_path,
        [("spy.linalg.solve_triangular([[1]], b)", "TypeError"), ("spy.linalg.solve_triangular(a, [1])", "TypeError"),
         ("spy.linalg.solve_triangular(a * 0, b)", "ValueError"), ("spy.linalg.solve_triangular(a, b[:3])", "ValueError"),
         ("spy.linalg.solve_triangular(a[:3], b)", "ValueError"), ("spy.linalg.cho_solve(a * 0, b)", "ValueError"),
         ("spy.linalg.cho_solve(b, b)", "ValueError"), ("spy.linalg.cho_solve(None, b)", ("TypeError", "AttributeError"))],
        a=a, b=b,
    )  # fmt: skip


def test_optimize(interpreter, tmp_path):
    t = np.linspace(0, 4, 30)
    data = 2.5 * np.exp(-1.3 * t) + 0.5
    got = values(
        interpreter,
        tmp_path,
        [
            "spy.optimize.bisect(lambda x: x * x - 2, 0, 2)",
            "spy.optimize.bisect(lambda x: 2 - x * x, 0, 2, xtol=1e-12)",
            "spy.optimize.bisect(lambda x: x, -1, 1)",
            "spy.optimize.bisect(lambda x: x, 0, 1)",
            "spy.optimize.bisect(lambda x: x - 1, 0, 1)",
            "spy.optimize.bisect(lambda x: x * x - 2, 0, 2, maxiter=3)",
            "spy.optimize.newton(lambda x: x * x * x - 2, 3, tol=1e-3, rtol=1e-3)",
            "spy.optimize.newton(lambda x: x * x - 2, 0)",
            "spy.optimize.newton(lambda x: x - 5, 5)",
            "spy.optimize.fmin(lambda x: (x - 1) ** 2 - 1, 9.0)",
            "spy.optimize.fmin(lambda x: (x - 1) ** 2 - 1, 0)",
            "spy.optimize.fmin(lambda x: (x[0] - 1) ** 2 + 10 * (x[1] - x[0] ** 2) ** 2, [-1, 2], maxiter=400)",
            "spy.optimize.fmin(lambda x: np.sum((x - np.arange(4)) ** 2), np.ones(4), maxiter=1000)",
            "spy.optimize.curve_fit(lambda t, a, b, c: a * np.exp(-b * t) + c, t, y, [1, 1, 0])",
            "spy.optimize.curve_fit(lambda t, a, b: a * t + b, t, line, [0, 0])",
            "spy.optimize.curve_fit(lambda t, a, b: a * t + b, t, line, [0, 0], sigma=t + 1)",
        ],
        t=t,
        y=data,
        line=3 * t - 1 + np.cos(9 * t),
    )
    root = 2**0.5
    for value, exact, error in zip(
        got[:11], [root, root, 0, 0, 1, root, 2 ** (1 / 3), root, 5, 1, 1], [3e-7, 2e-12, 3e-7, 3e-7, 3e-7, 0.25] + [1e-5] * 5
    ):
        assert isinstance(value, float)
        assert abs(value - exact) <= error, (value, exact)
    assert np.allclose(got[11], [1, 1], atol=1e-5)
    assert np.allclose(got[12], range(4), atol=1e-5)
    assert np.allclose(got[13][0], [2.5, 1.3, 0.5], rtol=1e-8)
    line = 3 * t - 1 + np.cos(9 * t)
    expected, covariance = np.polyfit(t, line, 1, cov=True)
    assert np.allclose(got[14][0], expected, rtol=1e-7)
    assert np.allclose(got[14][1], covariance, rtol=1e-5)
    expected, covariance = np.polyfit(t, line, 1, w=1 / (t + 1), cov=True)
    assert np.allclose(got[15][0], expected, rtol=1e-7)
    assert np.allclose(got[15][1], covariance, rtol=1e-5)
    check_errors(
        interpreter,
        tmp_path,
        [
            ("spy.optimize.bisect(lambda x: x + 9, 0, 1)", "ValueError"),
            ("spy.optimize.bisect(lambda x: x, -1, 1, maxiter=0)", "ValueError"),
            ("spy.optimize.bisect(3, -1, 1)", "TypeError"),
            ("spy.optimize.bisect(lambda x: 1 // 0, -1, 1)", "ZeroDivisionError"),
            ("spy.optimize.bisect(lambda x: x, 'a', 1)", "TypeError"),
            ("spy.optimize.newton(None, 1)", "TypeError"),
            ("spy.optimize.newton(lambda x: x, 1, maxiter=-1)", "ValueError"),
            ("spy.optimize.fmin('f', 1)", "TypeError"),
            ("spy.optimize.fmin(lambda x: x, 1, maxiter=0)", "ValueError"),
            ("spy.optimize.fmin(lambda x: None, 1)", "TypeError"),
            ("spy.optimize.curve_fit(1, t, t, [1])", "TypeError"),
            ("spy.optimize.curve_fit(lambda t, a: t[:3], t, t, [1])", "ValueError"),
        ],
        t=t,
    )


INTEGRALS = [
    ("x * x", "0", "1", 1 / 3),
    ("x ** 0.5", "1", "4", 14 / 3),
    ("m.exp(-x)", "0", "2", 1 - math.exp(-2)),
    ("m.cos(x)", "-1", "2.5", math.sin(2.5) + math.sin(1)),
    ("1 / (1 + 25 * x * x)", "-1", "1", 2 * math.atan(5) / 5),
    ("3", "2", "-1", -9),
    ("x", "1", "1", 0),
]


def test_integrate(interpreter, tmp_path):
    calls = []
    for text, a, b, _ in INTEGRALS:
        function = f"(lambda m: lambda x: {text})(__import__('math'))"
        calls += [f"spy.integrate.{name}({function}, {a}, {b})" for name in ("quad", "romberg", "simpson", "tanhsinh")]
    got = values(interpreter, tmp_path, calls)
    for i, value in enumerate(got):
        exact = INTEGRALS[i // 4][3]
        if i % 2 == 0 and i % 4 == 2 or i % 4 == 1:
            assert isinstance(value, float), calls[i]
        else:
            value, error = value
            assert error >= 0
        assert abs(value - exact) <= 1e-11 * max(1, abs(exact)), (calls[i], value, exact)
    ends = {
        "tanhsinh(lambda x: x ** -0.5, 0, 1)": 2,
        "tanhsinh(lambda x: m.log(x), 0, 1)": -1,
        "tanhsinh(lambda x: m.exp(-x), 0, m.inf)": 1,
        "tanhsinh(lambda x: m.exp(-x * x), -m.inf, m.inf)": math.pi**0.5,
        "tanhsinh(lambda x: m.exp(x), -m.inf, 1)": math.e,
        "tanhsinh(lambda x: 1 / (1 + x * x), m.inf, -m.inf)": -math.pi,
        "quad(lambda x: m.exp(-x * x), -m.inf, m.inf)": math.pi**0.5,
        "quad(lambda x: 1 / (1 + x * x), 0, m.inf)": math.pi / 2,
        "quad(lambda x: abs(x - 0.3), 0, 1, order=20)": 0.29,
    }
    got = values(interpreter, tmp_path, [f"(lambda m: spy.integrate.{call})(__import__('math'))" for call in ends])
    for (call, exact), (value, _) in zip(ends.items(), got):
        assert abs(value - exact) <= 1e-7 * abs(exact), (call, value, exact)
    check_errors(
        interpreter,
        tmp_path,
        [
            *((f"spy.integrate.{name}(3, 0, 1)", "TypeError") for name in ("quad", "romberg", "simpson", "tanhsinh")),
            *((f"spy.integrate.{name}(lambda x: x, 0, 'a')", "TypeError") for name in ("quad", "romberg", "tanhsinh")),
            *((f"spy.integrate.{name}(lambda x: 1 / 0, 0, 1)", "ZeroDivisionError") for name in ("quad", "simpson")),
            ("spy.integrate.quad(lambda x: None, 0, 1)", "TypeError"),
            ("spy.integrate.quad(lambda x: x, 0, 1, order=0)", "ValueError"),
            ("spy.integrate.romberg(lambda x: x, 0, 1, steps=0)", "ValueError"),
            ("spy.integrate.simpson(lambda x: x, 0, 1, steps=-1)", "ValueError"),
            ("spy.integrate.tanhsinh(lambda x: x, 0, 1, levels=0)", "ValueError"),
        ],
    )


CALLBACKS = """
from ulab import numpy as np
from ulab import scipy as spy
import ulab, gc

def endless(x):
    return spy.integrate.quad(endless, 0, 1)[0]

def failing(counter=[0]):
    def f(x):
        counter[0] += 1
        if counter[0] % 7 == 0:
            raise KeyError(counter[0])
        return np.array([1.0, 2.0]) * x + big[0]
    return f

for attempt in range(20):
    big = np.ones(10000)
    for call in (
        lambda: endless(0),
        lambda: spy.optimize.fmin(failing(), [1, 2]),
        lambda: spy.optimize.curve_fit(lambda t, a: failing()(t), big, big, [1]),
        lambda: spy.integrate.tanhsinh(failing(), 0, 1),
        lambda: spy.optimize.fmin(lambda x: x.sort() or big.resize(3), [3, 1]),
    ):
        try:
            call()
            print("no error")
        except (RuntimeError, KeyError, TypeError, ValueError, AttributeError):
            pass
big = call = None
gc.collect()
print(ulab.memory().used < 100000)
"""


def test_callbacks(interpreter):
    """Functions of the program may fail, recurse without end and return anything: no crash and no leak."""
    assert interpreter.run(CALLBACKS) == "True\n"


def test_utils(interpreter, tmp_path):
    data = bytes(range(24))
    kinds = {"int16": "i2", "uint16": "u2", "int32": "i4", "uint32": "u4"}
    calls, expected = [], []
    for name, code in kinds.items():
        call = f"utils.from_{name}_buffer(bytearray({data!r})"
        little, big = np.frombuffer(data, "<" + code).astype(float), np.frombuffer(data, ">" + code).astype(float)
        calls += [f"{call})", f"{call}, byteswap=True)", f"{call}, count=2, offset=4)", f"{call}, out=np.zeros(20))"]
        expected += [little, big, np.frombuffer(data, "<" + code, 2, 4).astype(float)]
        expected += [np.concatenate([little, np.zeros(20 - len(little))])]
        calls += [f"{call}, np.zeros(20), True)", f"{call}, out=np.zeros(20)[::-1])", f"{call}, offset=1, count=1)"]
        expected += [np.concatenate([big, np.zeros(20 - len(big))]), expected[-1]]
        expected += [np.frombuffer(data, "<" + code, 1, 1).astype(float)]
    for call, value, wanted in zip(calls, values(interpreter, tmp_path, calls), expected):
        assert np.array_equal(value, wanted), (call, value, wanted)
    call = "utils.from_int32_buffer(bytearray(10)"
    check_errors(
        interpreter,
        tmp_path,
        [(f"{call})", "ValueError"), (f"{call}, offset=20)", "ValueError"), (f"{call}, offset=-1)", "ValueError"),
         (f"{call}, count=3, offset=2)", "ValueError"), (f"{call}, offset=2, out=np.zeros(1))", "ValueError"),
         (f"{call}, offset=2, out=3)", "TypeError"), (f"{call}, offset=2, out=np.zeros(5, dtype=np.int8))", "TypeError"),
         ("utils.from_int16_buffer(3)", "TypeError")],
    )  # fmt: skip


def test_spectrogram(interpreter, tmp_path):
    x = np.random.default_rng(4).normal(size=64)
    calls = ["spectrogram(x)", "spectrogram(x, log=True)", "spectrogram(c)", "spectrogram(x, scratchpad=np.zeros(128))",
             "spectrogram(x, out=np.zeros(64))", "spectrogram(x[:12])",
             "spectrogram(x, scratchpad=np.zeros(128), out=np.zeros(64), log=True)"]  # fmt: skip
    got = values(interpreter, tmp_path, [f"utils.{call}" for call in calls], x=x, c=x * 1j + x[::-1])
    size = np.abs(np.fft.fft(x))
    expected = [size, np.log(size), np.abs(np.fft.fft(x * 1j + x[::-1])), size, size, np.abs(np.fft.fft(x[:12])), np.log(size)]
    for call, value, wanted in zip(calls, got, expected, strict=True):
        assert np.allclose(value, wanted, rtol=1e-11, atol=1e-12), call
    check_errors(
        interpreter,
        tmp_path,
        [("utils.spectrogram([1, 2])", ("NotImplementedError", "TypeError")), ("utils.spectrogram(x.reshape((8, 8)))", ("TypeError", "ValueError")),
         ("utils.spectrogram(x, scratchpad=np.zeros(64))", "ValueError"), ("utils.spectrogram(x, out=np.zeros(3))", "ValueError"),
         ("utils.spectrogram(x, out=np.zeros(64, dtype=np.uint8))", "TypeError"), ("utils.spectrogram(x, scratchpad=1)", "TypeError")],
        x=x,
    )  # fmt: skip
