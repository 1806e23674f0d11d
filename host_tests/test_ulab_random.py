"""ulab.numpy.random: the stream to the bit, and the distributions of all that is made of it."""

import math

import numpy as np
from ulab_values import Raised, evaluate

SEEDS = (0, 1, 1234, -1, 2**31, 2**40 + 7, 2**63, 2**64 - 1, 2**70 + 5)


def pcg(seed):
    """The doubles of PCG-XSH-RR 64/32 with the reference implementation's default stream."""
    state = seed % 2**64
    while True:
        bits = 0
        for _ in range(2):
            shifted = ((state >> 18 ^ state) >> 27) & 0xFFFFFFFF
            turn = state >> 59
            state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
            bits = bits << 32 | (shifted >> turn | shifted << (32 - turn) & 0xFFFFFFFF)
        yield (bits >> 11) * 2.0**-53


def doubles(seed, count):
    stream = pcg(seed)
    return np.array([next(stream) for _ in range(count)])


def normals(seed, count):
    u, v = doubles(seed, count + count % 2).reshape(-1, 2).T
    radius = np.sqrt(-2 * np.log(np.maximum(u, 2.0**-54)))
    return np.stack([radius * np.cos(2 * np.pi * v), radius * np.sin(2 * np.pi * v)], axis=1).flatten()[:count]


def test_stream(interpreter, tmp_path):
    cases, expected = [], []
    for seed in SEEDS:
        new = f"np.random.Generator({seed})"
        cases += [
            f"{new}.random(300)",
            f"(lambda g: [g.random() for _ in range(5)])({new})",
            f"{new}.random((2, 3, 4))",
            f"{new}.random(size=(7,))",
            f"{new}.uniform(-2, 3, size=200)",
            f"{new}.uniform(high=5, size=5)",
            f"(lambda g: [g.uniform(2.5, 3) for _ in range(5)])({new})",
            f"np.random.default_rng({seed}).random(3)",
            f"np.random.Generator((3, {seed}))[1].random(3)",
            f"{new}.random(out=np.ones((3, 5)))",
            f"{new}.random((2, 3), out=np.ones((2, 3)))",
        ]
        expected += [
            doubles(seed, 300),
            doubles(seed, 5),
            doubles(seed, 24).reshape(2, 3, 4),
            doubles(seed, 7),
            -2 + 5 * doubles(seed, 200),
            5 * doubles(seed, 5),
            2.5 + 0.5 * doubles(seed, 5),
            doubles(seed, 3),
            doubles(seed, 3),
            doubles(seed, 15).reshape(3, 5),
            doubles(seed, 6).reshape(2, 3),
        ]
    for case, wanted, value in zip(cases, expected, evaluate(interpreter, tmp_path, [(c, {}) for c in cases])):
        # Scalars are printed with 16 digits.
        assert np.shape(value) == wanted.shape, case
        assert np.allclose(value, wanted, rtol=1e-15, atol=0), case
        assert not isinstance(value, np.ndarray) or "uniform" in case or np.array_equal(value, wanted), case


def test_normal(interpreter, tmp_path):
    cases, expected = [], []
    for seed in SEEDS:
        new = f"np.random.Generator({seed})"
        cases += [f"{new}.normal(size=301)", f"{new}.normal(2, 3, (3, 3))", f"{new}.normal()", f"{new}.standard_normal(4)"]
        cases += [f"{new}.normal(out=np.zeros(5, dtype=np.float32))"]
        expected += [normals(seed, 301), 2 + 3 * normals(seed, 9).reshape(3, 3), normals(seed, 1)[0], normals(seed, 4)]
        expected += [normals(seed, 5).astype(np.float32)]
    for case, wanted, value in zip(cases, expected, evaluate(interpreter, tmp_path, [(c, {}) for c in cases])):
        assert np.shape(value) == wanted.shape, case
        assert np.allclose(value, wanted, rtol=1e-6 if "float32" in case else 1e-13, atol=1e-14), case


def test_distributions(interpreter, tmp_path):
    g = "np.random.Generator(99)"
    cases = {
        "integers": f"{g}.integers(-3, 4, 7000)",
        "endpoint": f"{g}.integers(3, size=4000, endpoint=True)",
        "wide": f"{g}.integers(0, 2**32, 4000)",
        "choice": f"{g}.choice(4, 4000)",
        "weighted": f"{g}.choice(4, (2, 2000), p=[0.1, 0.2, 0.0, 0.7])",
        "rare": f"(lambda g: np.array([g.choice(3, 2, False, [0.6, 0.3, 0.1])[0] for _ in range(1000)]))({g})",
        "exponential": f"{g}.exponential(2, 8000)",
        "poisson": f"{g}.poisson(3, 4000)",
        "scalars": f"(lambda g: [g.integers(6) for _ in range(600)])({g})",
    }
    values = dict(zip(cases, evaluate(interpreter, tmp_path, [(case, {}) for case in cases.values()])))

    def frequencies(name, ends, probabilities):
        counts = np.bincount(np.asarray(values[name]).flatten().astype(int) - ends[0], minlength=len(probabilities))
        assert len(counts) == len(probabilities), name
        n, p = counts.sum(), np.array(probabilities)
        assert (np.abs(counts - n * p) <= 4 * np.sqrt(n * p * (1 - p))).all(), (name, counts)

    assert values["integers"].dtype == np.int32
    frequencies("integers", (-3,), [1 / 7] * 7)
    frequencies("endpoint", (0,), [1 / 4] * 4)
    assert values["wide"].dtype == np.uint32
    assert abs(values["wide"].mean() / 2**31 - 1) < 0.05
    assert values["wide"].max() > 2**32 * 0.99
    frequencies("choice", (0,), [1 / 4] * 4)
    assert values["weighted"].shape == (2, 2000)
    frequencies("weighted", (0,), [0.1, 0.2, 0.0, 0.7])
    frequencies("rare", (0,), [0.6, 0.3, 0.1])
    assert abs(values["exponential"].mean() - 2) < 0.1
    assert abs(np.median(values["exponential"]) - 2 * math.log(2)) < 0.1
    assert values["poisson"].dtype == np.int32
    assert abs(values["poisson"].mean() - 3) < 0.15
    assert abs(values["poisson"].var() - 3) < 0.4
    frequencies("scalars", (0,), [1 / 6] * 6)


def test_order(interpreter, tmp_path):
    values = evaluate(
        interpreter,
        tmp_path,
        [
            ("np.random.Generator(5).permutation(60000)", {}),
            ("np.random.Generator(5).permutation(np.array([[1, 2], [3, 4], [5, 6]]))", {}),
            ("np.random.Generator(5).permutation([4, 5, 6])", {}),
            ("(lambda g, x: (g.shuffle(x), x)[1])(np.random.Generator(5), [1, 'a', None, 2])", {}),
            ("(lambda g, x: (g.shuffle(x), x)[1])(np.random.Generator(5), a)", {"a": np.arange(10, dtype=np.uint8).reshape(5, 2)}),
            ("(lambda g, x: (g.shuffle(x[::-2]), x)[1])(np.random.Generator(5), a)", {"a": np.arange(20)[:10].astype(np.int16)}),
            ("np.random.Generator(5).choice(6, 6, False)", {}),
            ("np.random.Generator(5).choice(np.array([7, 8], dtype=np.uint8), (2, 2))", {}),
            ("np.random.Generator(5).choice([7, 8]), np.random.Generator(5).choice(3)", {}),
            ("np.random.Generator(5).shuffle([]), np.random.Generator(5).permutation(0)", {}),
        ],
    )
    assert sorted(values[0]) == list(range(60000))
    assert list(values[0]) != list(range(60000))
    assert sorted(values[1].tolist()) == [[1, 2], [3, 4], [5, 6]]
    assert sorted(values[2]) == [4, 5, 6]
    assert set(values[3]) == {1, "a", None, 2}
    assert sorted(values[4].tolist()) == np.arange(10).reshape(5, 2).tolist()
    assert sorted(values[5][1::2]) == [1, 3, 5, 7, 9]
    assert values[5][::2].tolist() == [0, 2, 4, 6, 8]
    assert sorted(values[6]) == list(range(6))
    assert values[7].dtype == np.uint8
    assert set(values[7].flatten()) <= {7, 8}
    assert values[8][0] in (7, 8)
    assert values[8][1] in (0, 1, 2)
    assert values[9][0] is None
    assert values[9][1].shape == (0,)


def test_errors(interpreter, tmp_path):
    g = "np.random.Generator(1)"
    cases = [
        ("np.random.Generator()", "TypeError"),
        ("np.random.Generator(1, 2)", "TypeError"),
        ("np.random.Generator('a')", "TypeError"),
        ("np.random.Generator(1.5)", "TypeError"),
        ("np.random.Generator((1, 'a'))", "TypeError"),
        (f"{g}.random(-1)", "ValueError"),
        (f"{g}.random('a')", "TypeError"),
        (f"{g}.random(2, 3)", "TypeError"),
        (f"{g}.random((1, 1, 1, 1, 1))", ("TypeError", "ValueError")),
        (f"{g}.random(2**40)", ("MemoryError", "ValueError", "OverflowError")),
        (f"{g}.random(out=3)", "TypeError"),
        (f"{g}.random(out=np.zeros(3, dtype=np.uint8))", "ValueError"),
        (f"{g}.random(out=np.zeros(6)[::2])", "ValueError"),
        (f"{g}.random(3, out=np.zeros(4))", "ValueError"),
        (f"{g}.random((2, 2), out=np.zeros(4))", "ValueError"),
        (f"{g}.random(out=np.frombuffer(bytes(16)))", "ValueError"),
        (f"{g}.uniform('a')", "TypeError"),
        (f"{g}.normal(0, 1j)", "TypeError"),
        (f"{g}.nothing", "AttributeError"),
        (f"{g}._np", "AttributeError"),
        (f"{g}.integers(0)", "ValueError"),
        (f"{g}.integers(5, 5)", "ValueError"),
        (f"{g}.integers(0, 2**33, 3)", "ValueError"),
        (f"{g}.integers(0, 300, 3, np.uint8)", "ValueError"),
        (f"{g}.choice(0, 3)", "ValueError"),
        (f"{g}.choice(3, 4, replace=False)", "ValueError"),
        (f"{g}.choice(3, 3, False, p=[0.5, 0.5, 0.0])", "ValueError"),
        (f"{g}.choice(3, 3, p=[0.5, 0.5])", "ValueError"),
        (f"{g}.choice(2, 3, p=[0.5, 0.6])", "ValueError"),
        (f"{g}.choice(2, 3, p=[-0.5, 1.5])", "ValueError"),
        (f"{g}.poisson(-1)", "ValueError"),
        (f"{g}.poisson(1000)", "ValueError"),
    ]
    for (case, expected), value in zip(cases, evaluate(interpreter, tmp_path, [(case, {}) for case, _ in cases])):
        assert isinstance(value, Raised), f"{case}: {value}"
        assert value.name in expected, f"{case}: {value}"


def test_system_seed(interpreter, tmp_path):
    first, second = evaluate(interpreter, tmp_path, [("np.random.default_rng().random()", {})] * 2)
    assert first != second
