"""Fourier transforms along any axis, cut and filled, against NumPy."""

import numpy as np
from ulab_cases import Cases

OFFSET = 3 + 3j


def check(cases, expression, a, offset=OFFSET):
    """Compare with an absolute error relative to the greatest component."""
    expected = eval(expression, {"np": np, "a": a.astype(complex if a.dtype.kind == "c" else float)})
    scale = float(np.abs(expected).max()) or 1.0
    cases.expect(f"{expression} / {scale!r} + {offset!r}", expected / scale + offset, ulps=64, a=a)


def test_arguments(interpreter, tmp_path):
    cases = Cases()
    random = np.random.default_rng(1)
    for dtype in ("float32", "float64", "uint8", "complex"):
        for shape in ((8,), (3, 8), (4, 5), (2, 3, 4), (2, 2, 3, 5), (1, 1)):
            a = random.integers(0, 200, shape).astype(dtype)
            if dtype == "complex":
                a = a + 1j * a[..., ::-1]
            for axis in range(-1, len(shape)):
                for n in (None, 1, 4, 6, 11, 16):
                    options = f"n={n}, axis={axis}"
                    check(cases, f"np.fft.fft(a, {options})", a)
                    check(cases, f"np.fft.ifft(a, {options})", a)
                    if dtype != "complex":
                        check(cases, f"np.fft.rfft(a, {options})", a)
                    if (n or 2 * (shape[axis] - 1)) > 0:
                        check(cases, f"np.fft.irfft(a, {options})", a, 3.0)
        a = random.integers(0, 200, (6, 8)).astype(dtype)
        for norm in ("backward", "ortho", "forward"):
            for function in ("fft", "ifft"):
                check(cases, f"np.fft.{function}(a, norm='{norm}')", a)
            check(cases, f"np.fft.irfft(a, norm='{norm}')", a, 3.0)
        check(cases, "np.fft.fft(a[::2, ::-1].T)", a)
    for n in (1, 2, 3, 8, 9):
        cases.check(f"np.fft.fftfreq({n}, 0.5)", ulps=2)
        cases.check(f"np.fft.rfftfreq({n})", ulps=2)
        a = np.arange(3.0 * n).reshape(3, n)
        for axes in ("", ", axes=0", ", axes=(1,)", ", axes=-1"):
            cases.check(f"np.fft.fftshift(a{axes})", a=a)
            cases.check(f"np.fft.ifftshift(a{axes})", a=a)
    a = np.zeros(4)
    cases.expect("np.fft.fft(a, norm='other')", "ValueError", a=a)
    cases.expect("np.fft.fft(a, 0)", "ValueError", a=a)
    cases.expect("np.fft.fft(a, axis=1)", "ValueError", a=a)
    cases.expect("np.fft.irfft(a[:1])", "ValueError", a=a)
    cases.expect("np.fft.rfft(a)", "TypeError", a=a.astype(complex))
    cases.expect("np.fft.fft(a, 1 << 40)", ("MemoryError", "ValueError", "OverflowError"), a=a)
    cases.run(interpreter, tmp_path)


def test_lengths_in_turn(interpreter, tmp_path):
    """The kept twiddle factors belong to the last short length."""
    cases = Cases()
    random = np.random.default_rng(2)
    for size in (8, 2048, 16, 1024, 8, 37, 8, 4096, 1, 2, 512, 1025):
        a = random.normal(size=size)
        check(cases, "np.fft.fft(a)", a)
        check(cases, "np.fft.ifft(a)", a + 1j * a[::-1])
    cases.run(interpreter, tmp_path)
