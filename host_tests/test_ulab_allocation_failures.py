"""Every allocation of many programs fails once: a MemoryError each time, and nothing lost or damaged."""

import pytest
from allocation_failures import ARCHES_HERE, EACH_FAILS
from interpreters import Interpreter

SCRIPT = EACH_FAILS + """
from ulab import numpy as np

a = np.arange(60, dtype=np.float).reshape((6, 10)) + 1
b = np.arange(60, dtype=np.uint8).reshape((6, 10))
c = np.array([[1 + 2j, 3], [4, 5j]], dtype=np.complex)
m = b > 30
copies = [x.copy() for x in (a, b, c, m)]
text = bytearray(range(64))

class Number:
    def __init__(self, n): self.n = n
    def __len__(self): return self.n
    def __iter__(self): return iter(range(self.n))

def in_place():
    x = a.copy(); x += b; x -= [1.0] * 10; x *= 2; x[m] = 3; x[1:] = x[:-1]; x.sort()
    return x

def write_rows():
    x = np.zeros((3, 4)); x[:] = [[1, 2, 3, 4]] * 3; x[[0, 1], [1, 2]] = (5, 6); x[..., None][:] = 1
    return x

PROGRAMS = {PROGRAMS}

def intact():
    for x, copy in zip((a, b, c, m), copies):
        assert x.tobytes() == copy.tobytes()
    assert text == bytearray(range(64))

for name, program in PROGRAMS:
    raised, allocations = each_fails(program, repr, name, check=intact)
    assert raised > allocations * 3 // 4, (name, raised, allocations)
intact()
total = [np.zeros(10) for i in range(1000)]
assert len([str(i) for i in range(10000)]) == 10000
print("ok")
"""

PROGRAMS = {
    "arithmetic": ["a + a", "a + b", "b * 2", "2 - a", "a / 3", "a @ a.T", "b @ a.T", "-a", "abs(c)", "~b", "a == a", "a > [1.0] * 10",
                   "a ** 2", "b // 7", "c * c", "1 in b", "in_place()"],
    "indexing": ["a[1]", "a[::2, ::-1]", "a[m]", "a[[0, 2]]", "a[[0, 2], 1:]", "a[None, ..., 0]", "a.T[2:].copy()",
                 "[x for x in a]", "a.tolist()", "repr(a)", "write_rows()", "a.flatten(order='F')", "a.T.reshape(-1)", "list(a.flat)"],
    "creation": ["np.zeros((3, 4))", "np.ones(70, dtype=np.uint8)", "np.array([[1, 2], [3, 4]])", "np.array(Number(5))",
                 "np.array((x for x in range(9)))", "np.eye(4)", "np.linspace(0, 1, 7)", "np.arange(9)", "np.full(5, 1j, dtype=np.complex)",
                 "np.frombuffer(text, dtype=np.uint16)", "np.concatenate((a, a), axis=1)", "a.astype(np.int16)", "bytes(a)",
                 "np.ndarray([1, 2])", "np.asarray([1, 2, 3])"],
    "functions": ["np.sin(a)", "np.sqrt([1, 2, 3])", "np.exp(c)", "np.sum(a, axis=0)", "np.mean(a, axis=1, keepdims=True)", "np.std(a)",
                  "np.max(a)", "np.argmax(a, axis=0)", "np.median(a, axis=1)", "np.sort(a)", "np.argsort(a, axis=0)", "np.where(m, a, 1)",
                  "np.clip(a, 3, [7.0] * 10)", "np.flip(a)", "np.roll(a, 3)", "np.diff(a, n=2)", "np.fft.fft(a[0])", "np.fft.ifft(a[0, :7])",
                  "np.all(a, axis=0)", "np.maximum(a, b)", "np.dot(a, a.T)", "a.dot(a[0])", "np.isfinite(a)"],
    "linalg": ["np.linalg.inv(a[:, :6] + 9 * np.eye(6))", "np.linalg.det(a[:3, :3])", "np.linalg.solve(np.eye(6) * 2, a[:, 0].copy())",
               "np.linalg.svd(a[:3, :3])", "np.linalg.qr(a)", "np.linalg.norm(a)", "np.linalg.eigh(np.eye(3))"],
}  # fmt: skip


@pytest.mark.parametrize("arch", ARCHES_HERE)
@pytest.mark.parametrize("part", PROGRAMS)
def test_every_allocation_fails_once(arch, part):
    programs = "[" + ", ".join(f"({text!r}, lambda: {text})" for text in PROGRAMS[part]) + "]"
    script = SCRIPT.replace("{PROGRAMS}", programs)
    assert Interpreter(arch).run(script, heap="2M").endswith("ok\n")


@pytest.mark.parametrize("arch", ARCHES_HERE)
def test_nothing_is_counted_without_asking(arch):
    assert Interpreter(arch).run("from failing_allocations import fail\nfail(None, False)\nprint(len([0] * 9))").strip() == "9"
