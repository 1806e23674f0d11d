"""Entries of the table for linalg, random, scipy and utils."""

import math

import numpy as np
import ulab_oracle as oracle
from ulab_generator import FLOATS, REALS
from ulab_table import Case, covers, short

MATRIX_DTYPES = ("float64", "float32", "int16", "uint8")


def matrix(program, name="a", rows=None, columns=None, symmetric=False, dtypes=MATRIX_DTYPES):
    """A matrix that is far from singular: small items, and a large diagonal."""
    rows = program.pick(3, 1, 2, 4, 5, 8) if rows is None else rows
    columns = rows if columns is None else columns
    array = program.array(name, dtypes, (rows, columns), kind="small")
    text = f"{name} + {5 * max(rows, columns)} * np.eye({rows}, M={columns})"
    program.execute(f"m = {text}", in_oracle=True)
    if symmetric:
        program.execute("m = m + m.T", in_oracle=True)
    return array


def single(array):
    """Units in the last place of float64 that rounding in single precision makes."""
    return 2.0**31 if array.dtype == np.float32 else 2.0**12


@covers("linalg.det", "linalg.inv", "linalg.cond", "linalg.pinv", "linalg.eigvalsh", "linalg.matrix_rank", "linalg.slogdet",
        "linalg.cholesky", "linalg.qr")  # fmt: skip
def of_a_matrix(program, name):
    symmetric = short(name) in ("eigvalsh", "cholesky")
    rows = program.pick(2, 3, 5) if short(name) in ("pinv", "matrix_rank", "qr", "cond") else None
    a = matrix(program, symmetric=symmetric, rows=rows, columns=program.pick(rows, 4) if rows else None)
    # With eye() the matrix is float64.
    assert a.size
    return Case(f"np.{name}(m)", f"np.flat_tuple(np.{name}(m))", ulps=2.0**14, size="np.sized(m)")


@covers("linalg.matrix_power")
def matrix_power(program, name):
    matrix(program)
    n = program.whole(-2, 5)
    return Case(f"np.{name}(m, {n})", ulps=2.0**14, size=f"np.maximum(1, np.max(abs(np.{name}(m, {n}))))")


@covers("linalg.solve", "linalg.lstsq")
def equations(program, name):
    rows = program.pick(3, 1, 4, 6)
    columns = program.pick(2, rows) if short(name) == "lstsq" and rows > 2 else rows
    matrix(program, rows=rows, columns=columns)
    program.array("b", FLOATS, program.pick((rows,), (rows, 2)), kind="small")
    result = "" if short(name) == "solve" else "[0]"
    return Case(f"np.{name}(m, b){result}", ulps=2.0**14, size="np.sized(b)")


@covers("linalg.eig", "linalg.eigh")
def eigenvectors(program, name):
    matrix(program, symmetric=short(name) == "eigh" or program.pick(True, False))
    program.execute(f"w, v = np.{name}(m)")
    program.execute("w, v = np.array(w, dtype=np.complex), np.array(v, dtype=np.complex)")
    program.execute("residual = [(m * v[:, i]).sum(axis=1) - w[i] * v[:, i] for i in range(len(m))]")
    return Case("np.max(abs(np.array(residual, dtype=np.complex))) < 1e-10 * np.max(abs(m)), np.sort(w.real)",
                f"True, np.sort(np.{name}(m)[0].real)", ulps=2.0**14, size="np.sized(m)")  # fmt: skip


@covers("linalg.eigvals")
def eigenvalues(program, name):
    matrix(program)
    return Case(f"np.sort(np.{name}(m).real)", ulps=2.0**14, size="np.sized(m)")


@covers("linalg.svd")
def singular_values(program, name):
    matrix(program, rows=program.pick(2, 3), columns=program.pick(2, 3, 5))
    program.execute("u, s, v = np.linalg.svd(m, full_matrices=False)")
    return Case("s, np.dot(u * s, v)", "np.linalg.svd(m, compute_uv=False), m", ulps=2.0**14, size="np.sized(m)")


@covers("linalg.norm")
def norm(program, name):
    a = program.array("a", REALS, shape=program.pick((5,), (3, 4)), kind="small")
    options = program.pick("", "ord=1", "ord=np.inf", "ord=2", "axis=0", "ord=-np.inf")
    if options == "axis=0" and a.ndim == 1:
        options = ""
    return Case(f"np.linalg.norm(a{', ' if options else ''}{options})",
                f"np.single(np.linalg.norm(a.astype(np.float){', ' if options else ''}{options}), a)",
                ulps=2.0**12, size="np.sized(a)")  # fmt: skip


# Transforms of real items and frequencies


@covers("fft.rfft", "fft.irfft")
def real_transforms(program, name):
    dtypes = REALS if name.endswith("rfft") and not name.endswith("irfft") else ("complex",)
    program.array("a", dtypes, (program.pick(8, 2, 3, 5, 16, 17, 64, 100),), kind="finite")
    return Case(f"np.{name}(a)", ulps=64, size="np.sized(a)")


@covers("fft.fftfreq", "fft.rfftfreq")
def frequencies(program, name):
    return Case(f"np.{name}({program.whole(1, 20)}{program.pick('', ', 0.5', ', d=2.0')})", ulps=4)


@covers("fft.fft", "fft.ifft", "fft.rfft", "fft.irfft")
def transforms_of_axes(program, name):
    real = name == "fft.rfft"
    a = program.array("a", FLOATS if real else ("complex", "float64"), program.pick((4, 6), (3, 5), (2, 3, 8), (7,)), kind="finite")
    options = program.pick("", f", n={program.whole(2, 9)}") + program.pick("", f", axis={program.axis(a, none=False)}")
    options += program.pick("", ", norm='ortho'", ", norm='forward'")
    return Case(f"np.{name}(a{options})", ulps=256, size="np.sized(a)")


# Random numbers: what does not depend on the generator


@covers("random.Generator.integers")
def integers(program, name):
    low, high = program.pick((0, 10), (-5, 5), (3, 4), (0, 1000), (-(2**31), 2**31 - 1))
    program.execute(f"x = {generator(name)}({low}, {high}, size=50)")
    return Case("x.shape, np.all(x >= 0 + (%d)), np.all(x < %d)" % (low, high), "(50,), True, True")


def generator(name):
    """The text of a method of a generator with a seed."""
    return f"np.random.Generator(1).{short(name)}"


@covers("random.Generator.choice", "random.Generator.permutation", "random.Generator.shuffle")
def order_by_chance(program, name):
    program.execute("x = np.array([5, 3, 9, 1, 7], dtype=np.int16)")
    if short(name) == "shuffle":
        program.execute(f"{generator(name)}(x)")
        return Case("np.sort(x)", "np.array([1, 3, 5, 7, 9], dtype=np.int16)")
    options = ", size=5, replace=False" if short(name) == "choice" else ""
    return Case(f"np.sort({generator(name)}(x{options}))", "np.array([1, 3, 5, 7, 9], dtype=np.int16)")


@covers("random.Generator.random", "random.Generator.uniform")
def uniform(program, name):
    shape = program.pick("(3, 4)", "(5,)", "7")
    call = f"{generator(name)}({shape})" if short(name) == "random" else f"{generator(name)}(size={shape})"
    program.execute(f"x = {call}")
    return Case("x.shape, np.all(x >= 0), np.all(x < 1)", f"np.zeros({shape}).shape, True, True")


@covers("random.Generator.normal", "random.Generator.standard_normal",
        "random.Generator.exponential", "random.Generator.poisson")  # fmt: skip
def normal(program, name):
    shape = program.pick("(3, 5)", "(5,)", "7")
    program.execute(f"x = {generator(name)}(size={shape})")
    return Case("x.shape, np.all(np.isfinite(x)), abs(np.mean(x)) < 6", f"np.zeros({shape}).shape, True, True")


@covers("random.Generator", "random.default_rng")
def generators(program, name):
    seed = program.whole(0, 2**31)
    return Case(f"np.{name}({seed}).random() == np.{name}({seed}).random()", "True")


# scipy and utils


@covers("scipy.special.erf", "scipy.special.erfc", "scipy.special.gamma", "scipy.special.gammaln")
def special(program, name):
    function = {"erf": math.erf, "erfc": math.erfc, "gamma": math.gamma, "gammaln": math.lgamma}[short(name)]
    a = program.array("a", ("float64", "float32", "uint8"), kind="positive" if "gamma" in name else "small")
    with np.errstate(all="ignore"):
        program.names["expected"] = np.array(
            [_guarded(function, float(item)) for item in a.flatten()], float
        ).reshape(a.shape).astype(oracle.real_dtype(a))  # fmt: skip
    program.execute("from ulab import scipy")
    return Case(f"{name}(a)", "expected", ulps=64, size="1" if "gammaln" in name else "")


def _guarded(function, value):
    try:
        return function(value)
    except OverflowError:
        return math.inf


@covers("scipy.optimize.bisect", "scipy.optimize.newton", "scipy.optimize.fmin")
def roots(program, name):
    program.execute("from ulab import scipy")
    root = program.pick(1.5, 2.0, 3.25)
    arguments = {"bisect": "0, 10", "newton": "2.7", "fmin": "2.7"}[short(name)]
    function = f"lambda x: (x - {root}) ** 2" if name.endswith("fmin") else f"lambda x: x * x * x - {root**3}"
    return Case(f"abs({name}({function}, {arguments}) - {root}) < 1e-3", "True")


@covers("scipy.optimize.curve_fit")
def curve_fit(program, name):
    program.execute("from ulab import scipy")
    program.execute("x = np.linspace(0, 4, 20)")
    return Case("np.max(abs(scipy.optimize.curve_fit(lambda x, a, b: a * x + b, x, 3 * x - 2, [1, 1])[0] - np.array([3, -2]))) < 1e-6",
                "True")  # fmt: skip


@covers("scipy.integrate.quad", "scipy.integrate.romberg", "scipy.integrate.simpson", "scipy.integrate.tanhsinh")
def integrals(program, name):
    program.execute("from ulab import scipy")
    low, high = program.pick((0, 1), (-1, 2), (0, 3))
    program.execute(f"x = {name}(lambda x: x * x + 1, {low}, {high})")
    value = (high**3 - low**3) / 3 + high - low
    return Case(f"abs((x[0] if isinstance(x, tuple) else x) - {value}) < 1e-5", "True")


@covers("scipy.linalg.solve_triangular", "scipy.linalg.cho_solve")
def triangular(program, name):
    program.execute("from ulab import scipy")
    matrix(program, symmetric=True, rows=program.pick(1, 3, 5))
    size = program.names["a"].shape[0]
    program.array("b", ("float64",), (size,), kind="small")
    program.execute("l = np.linalg.cholesky(m)", in_oracle=True)
    if short(name) == "cho_solve":
        return Case("scipy.linalg.cho_solve(l, b)", "np.linalg.solve(m, b)", ulps=2.0**14, size="np.sized(b)")
    lower = program.pick(True, False)
    return Case(f"scipy.linalg.solve_triangular({'l' if lower else 'l.T.copy()'}, b, lower={lower})",
                f"np.linalg.solve({'l' if lower else 'l.T'}, b)", ulps=2.0**14, size="np.sized(b)")  # fmt: skip


@covers("scipy.signal.sosfilt")
def sosfilt(program, name):
    program.execute("from ulab import scipy")
    x = program.array("a", ("float64", "int16"), (program.pick(9, 1, 40),), kind="small")
    sections = [[1.0, 0.5, 0.25, 1.0, -0.5, 0.125], [0.5, -1.0, 2.0, 1.0, 0.25, -0.125]][: program.whole(1, 2)]
    y = x.astype(float)
    for b0, b1, b2, _, a1, a2 in sections:
        z1 = z2 = 0.0
        for i, value in enumerate(y):
            y[i] = b0 * value + z1
            z1, z2 = b1 * value - a1 * y[i] + z2, b2 * value - a2 * y[i]
    program.names["expected"] = y
    return Case(f"scipy.signal.sosfilt({sections}, a)", "expected", ulps=512, size="np.sized(expected)")


@covers("utils.from_int16_buffer", "utils.from_uint16_buffer", "utils.from_int32_buffer", "utils.from_uint32_buffer")
def from_buffers(program, name):
    program.execute("from ulab import utils")
    dtype = short(name)[5:-7]
    a = program.array("a", (dtype,), (program.pick(5, 1, 30),), dense=True)
    swap = program.pick(False, True)
    offset = program.pick(0, a.itemsize)
    program.names["expected"] = (a.byteswap() if swap else a)[offset // a.itemsize :].astype(float)
    return Case(f"{name}(a, offset={offset}, byteswap={swap})" if a.size > 1 or not offset else "np.zeros(0)", "expected")


@covers("utils.spectrogram")
def spectrogram(program, name):
    program.execute("from ulab import utils")
    program.array("a", ("float64", "complex", "int16"), (program.pick(8, 16, 64),), kind="finite")
    return Case("utils.spectrogram(a)", "abs(np.fft.fft(a))", ulps=64, size="np.sized(a)")


@covers("scipy.signal.lfilter")
def lfilter(program, name):
    program.execute("from ulab import scipy")
    x = program.array("a", ("float64", "int16"), (program.pick(9, 1, 40),), kind="small").astype(float)
    b, a = program.pick(([1.0], [1.0, -0.5]), ([0.5, 0.25, -1.0], [2.0, 0.5]), ([1.0, 2.0], [1.0]))
    y = np.zeros(len(x))
    for i in range(len(x)):
        y[i] = sum(b[k] * x[i - k] for k in range(len(b)) if i >= k)
        y[i] = (y[i] - sum(a[k] * y[i - k] for k in range(1, len(a)) if i >= k)) / a[0]
    program.names["expected"] = y
    return Case(f"scipy.signal.lfilter({b}, {a}, a)", "expected", ulps=512, size="np.sized(expected)")


@covers("scipy.signal.butter")
def butter(program, name):
    """The filter passes all of one end of the spectrum, nothing of the other, and half the power at the cutoff."""
    program.execute("from ulab import scipy")
    order, cutoff = program.whole(1, 4), program.pick(0.25, 0.5, 0.125)
    low = program.pick(True, False)
    program.execute(f"b, a = scipy.signal.butter({order}, {cutoff}, {'low' if low else 'high'!r})")
    gain = "abs(sum([c * z ** k for k, c in enumerate(b)]) / sum([c * z ** k for k, c in enumerate(a)]))"
    z = complex(math.cos(math.pi * cutoff), -math.sin(math.pi * cutoff))
    program.execute("gains = []")
    for point in (1, z, -1):
        program.execute(f"z = {point}")
        program.execute(f"gains.append({gain})")
    return Case("np.array(gains)", f"np.array([{1.0 if low else 0.0}, {math.sqrt(0.5)}, {0.0 if low else 1.0}])", ulps=1e6, size="1")
