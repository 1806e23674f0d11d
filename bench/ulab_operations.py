"""The operations that the benchmarks of ulab measure, for ulab and NumPy alike.

Both interpreters read this file, so it is in the Python that they share.
"""

SIZES = (100, 10000, 100000, 1000000)
SMALL = (100, 10000)
MEDIUM = (100, 10000, 100000)
SQUARES = (16, 256, 4096)  # items of matrices of 4, 16 and 64 rows
TRANSFORMS = (64, 1024, 16384)

# What the operations work on; `n` is the number of items.
ARRAYS = """
def ramp(n, dtype):
    values = np.array([i * 37 % 251 for i in range(251)], dtype=dtype)
    while len(values) < n:
        values = np.concatenate((values, values))
    return values[:n].copy()
f = ramp(n, np.float64) / 251 + 0.25
g = f[::-1].copy()
"""
BYTES = "u = ramp(n, np.uint8)\nv = u[::-1].copy()\n"
SHORTS = "i = ramp(n, np.int16)\nj = i[::-1].copy()\n"
COMPLEX = "c = np.array(f, dtype=COMPLEX)\nd = np.array(g, dtype=COMPLEX)\n"
MASK = "m = f > 0.7\n"
MATRIX = "rows = n // int(n ** 0.5)\nA = f[:rows * (n // rows)].reshape((rows, n // rows))\n"
SQUARE = "k = int(n ** 0.5)\nA = f[: k * k].reshape((k, k))\nB = g[: k * k].reshape((k, k))\n"
DEFINITE = SQUARE + "for r in range(k):\n    for s in range(r):\n        A[r, s] = A[s, r]\n    A[r, r] = 2.0 * k\n"
SHUFFLED = "f = np.arange(n, dtype=np.float64) * 7919 % 1000003\n"
SQUARE_SHUFFLED = SHUFFLED + MATRIX
SINGLE = "f = np.array(f, dtype=np.float32)\ng = np.array(g, dtype=np.float32)\n"
SINGLE_SQUARE = SINGLE + SQUARE

# Name, sizes, what is made before, and the statement that is timed.
OPERATIONS = [
    ("call_overhead len(a)", SIZES, "", "len(f)"),
    ("python loop v[i]", (1000,), "", "for q in range(1000): f[q]"),
    ("python loop v[i]=x", (1000,), "", "for q in range(1000): f[q] = 1.0"),
    ("python for x in v", (1000,), "", "for q in f: pass"),
    ("array(list)", SMALL, "l = f.tolist()", "np.array(l)"),
    ("zeros float", SIZES, "", "np.zeros(n)"),
    ("ones uint8", SIZES, "", "np.ones(n, dtype=np.uint8)"),
    ("arange int", SIZES, "", "np.arange(n % 30000, dtype=np.int16)"),
    ("linspace", SIZES, "", "np.linspace(0, 1, n)"),
    ("frombuffer int16", SIZES, "b = bytearray(2 * n)", "np.frombuffer(b, dtype=np.int16)"),
    ("tobytes", SIZES, "", "f.tobytes()"),
    ("tolist", SMALL, "", "f.tolist()"),
    ("repr 10 elements", (10,), "", "repr(f)"),
    ("copy", SIZES, "", "f.copy()"),
    ("convert float->uint8", SIZES, "", "np.array(f, dtype=np.uint8)"),
    ("slice [::2] view", SIZES, "", "f[::2]"),
    ("slice assign scalar", SIZES, "", "f[:] = 1.0"),
    ("slice add a[::2]+b[::2]", SIZES, "", "f[::2] + g[::2]"),
    ("boolean index read", SIZES, MASK, "f[m]"),
    ("boolean index write", SIZES, MASK, "f[m] = 1.0"),
    ("2d A[:,3]", SIZES, MATRIX, "A[:, 3]"),
    ("2d [::2,::2] copy", SIZES, MATRIX, "A[::2, ::2].copy()"),
    ("2d reshape", SIZES, MATRIX, "A.reshape((A.shape[1], A.shape[0]))"),
    ("2d transpose+flatten", SIZES, MATRIX, "A.T.flatten()"),
    ("2d add transposed", SIZES, SQUARE, "A + B.T"),
    ("2d add row broadcast", SIZES, MATRIX, "A + A[0]"),
    ("flip", SIZES, "", "np.flip(f)"),
    ("flip axis0", SIZES, "", "np.flip(f, axis=0)"),
    ("roll", SIZES, "", "np.roll(f, 7)"),
    ("concatenate", SIZES, "", "np.concatenate((f, g))"),
    ("add float+float", SIZES, "", "f + g"),
    ("add float32", SIZES, SINGLE, "f + g"),
    ("add float+scalar", SIZES, "", "f + 1.5"),
    ("iadd float", SIZES, "", "f += g"),
    ("mul float*float", SIZES, "", "f * g"),
    ("mul float*int scalar", SIZES, "", "f * 3"),
    ("div float/float", SIZES, "", "f / g"),
    ("neg float", SIZES, "", "-f"),
    ("pow float**2", SIZES, "", "f ** 2"),
    ("less float<scalar", SIZES, "", "f < 0.5"),
    ("equal float==float", SIZES, "", "f == g"),
    ("add uint8+uint8", SIZES, BYTES, "u + v"),
    ("mixed uint8+int16", SIZES, BYTES + SHORTS, "u + i"),
    ("mixed uint8+float", SIZES, BYTES, "u + f"),
    ("mixed float+uint8", SIZES, BYTES, "f + u"),
    ("mul int16*int16", SIZES, SHORTS, "i * j"),
    ("floordiv int16//scalar", SIZES, SHORTS, "i // 3"),
    ("mod int16%scalar", SIZES, SHORTS, "i % 3"),
    ("abs int16", SIZES, SHORTS, "abs(i)"),
    ("add complex", SIZES, COMPLEX, "c + d"),
    ("mul complex", SIZES, COMPLEX, "c * d"),
    ("maximum", SIZES, "", "np.maximum(f, g)"),
    ("minimum int16", SIZES, SHORTS, "np.minimum(i, j)"),
    ("clip", SIZES, "", "np.clip(f, 0.3, 0.7)"),
    ("where", SIZES, MASK, "np.where(m, f, g)"),
    ("isfinite", SIZES, "", "np.isfinite(f)"),
    ("nonzero", SMALL, MASK, "np.nonzero(m)"),
    ("sqrt", SIZES, "", "np.sqrt(f)"),
    ("exp", SIZES, "", "np.exp(f)"),
    ("exp float32", SIZES, SINGLE, "np.exp(f)"),
    ("exp uint8", SIZES, BYTES, "np.exp(u)"),
    ("log", SIZES, "", "np.log(f)"),
    ("sin", SIZES, "", "np.sin(f)"),
    ("sin float32", SIZES, SINGLE, "np.sin(f)"),
    ("tanh", SIZES, "", "np.tanh(f)"),
    ("sum float", SIZES, "", "np.sum(f)"),
    ("sum uint8", SIZES, BYTES, "np.sum(u)"),
    ("mean float", SIZES, "", "np.mean(f)"),
    ("std float", SIZES, "", "np.std(f)"),
    ("max float", SIZES, "", "np.max(f)"),
    ("argmax float", SIZES, "", "np.argmax(f)"),
    ("all float", SIZES, "", "np.all(f)"),
    ("2d sum axis0", SIZES, MATRIX, "np.sum(A, axis=0)"),
    ("2d sum axis1", SIZES, MATRIX, "np.sum(A, axis=1)"),
    ("2d mean axis1", SIZES, MATRIX, "np.mean(A, axis=1)"),
    ("2d max axis0", SIZES, MATRIX, "np.max(A, axis=0)"),
    ("2d argmax axis1", SIZES, MATRIX, "np.argmax(A, axis=1)"),
    ("median float", SIZES, SHUFFLED, "np.median(f)"),
    ("2d median axis0", SIZES, SQUARE_SHUFFLED, "np.median(A, axis=0)"),
    ("sort float", SIZES, SHUFFLED, "np.sort(f)"),
    ("2d sort axis1", SIZES, SQUARE_SHUFFLED, "np.sort(A, axis=1)"),
    ("argsort float", SMALL, SHUFFLED, "np.argsort(f, axis=0)"),
    ("diff", SIZES, "", "np.diff(f)"),
    ("trapz", SIZES, "", "np.trapz(f)"),
    ("interp on 100", SIZES, "p = np.linspace(0, 2, 100)", "np.interp(f, p, p)"),
    ("polyval deg3", SIZES, "p = np.array([1.0, 2.0, 3.0, 4.0])", "np.polyval(p, f)"),
    ("polyfit deg2", SMALL, "p = np.linspace(0, 1, n)", "np.polyfit(p, f, 2)"),
    ("convolve 5 taps", SMALL, "p = np.array([1.0, 2.0, 3.0, 2.0, 1.0])", "np.convolve(f, p)"),
    ("convolve 1000*101", (1000,), "p = f[:101]", "np.convolve(f, p)"),
    ("dot 1d", SIZES, "", "np.dot(f, g)"),
    ("dot 4x4", (16,), SQUARE, "np.dot(A, B)"),
    ("dot 16x16", (256,), SQUARE, "np.dot(A, B)"),
    ("dot 64x64", (4096,), SQUARE, "np.dot(A, B)"),
    ("dot 128x128", (16384,), SQUARE, "np.dot(A, B)"),
    ("dot 256x256", (65536,), SQUARE, "np.dot(A, B)"),
    ("dot 64x64 float32", (4096,), SINGLE_SQUARE, "np.dot(A, B)"),
    ("dot 256x256 float32", (65536,), SINGLE_SQUARE, "np.dot(A, B)"),
    ("fft", TRANSFORMS, "", "np.fft.fft(f)"),
    ("ifft", TRANSFORMS, COMPLEX, "np.fft.ifft(c)"),
    ("fft any length", (1000,), "", "np.fft.fft(f)"),
    ("linalg.cholesky", SQUARES, DEFINITE, "np.linalg.cholesky(A)"),
    ("linalg.det", SQUARES, DEFINITE, "np.linalg.det(A)"),
    ("linalg.eig", (16, 256), DEFINITE, "np.linalg.eig(A)"),
    ("linalg.inv", SQUARES, DEFINITE, "np.linalg.inv(A)"),
    ("linalg.norm", SQUARES, SQUARE, "np.linalg.norm(A)"),
    ("linalg.qr", SQUARES, DEFINITE, "np.linalg.qr(A)"),
    ("random uniform", MEDIUM, "r = generator(1)", "r.uniform(size=(n,))"),
    ("random normal", MEDIUM, "r = generator(1)", "r.normal(size=(n,))"),
    ("utils.spectrogram", TRANSFORMS, "", "spectrogram(f)"),
    # NumPy has none of these; they are set beside SciPy where it is installed.
    ("special.erf", SMALL, "", "special.erf(f)"),
    ("special.gamma", SMALL, "", "special.gamma(f)"),
    ("sosfilt 2 sections", SMALL, "s = np.array([[1.0, 2, 1, 1, 0.1, 0.2], [1, 2, 1, 1, 0.3, 0.1]])",
        "signal.sosfilt(s, f)"),
    ("integrate.quad", (1,), "", "integrate.quad(lambda x: x * x, 0.0, 1.0)"),
    ("optimize.bisect", (1,), "", "optimize.bisect(lambda x: x * x - 1, 0.0, 4.0, xtol=2.4e-7)"),
    ("optimize.newton", (1,), "", "optimize.newton(lambda x: x * x * x - 2, 3.0)"),
]  # fmt: skip
