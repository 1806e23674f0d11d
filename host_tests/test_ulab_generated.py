"""Every public name of ulab against NumPy, in programs that hypothesis draws.

MPYCAM_SEED=n draws others, MPYCAM_EXAMPLES=n more of them for each name.
"""

import os

import numpy as np
import pytest
import ulab_names
import ulab_oracle as oracle
import ulab_table_science  # noqa: F401 - adds to the table
import ulab_table_simple  # noqa: F401 - as well
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from ulab_cases import DTYPES
from ulab_generator import Program
from ulab_session import Session
from ulab_table import TABLE

SEED = int(os.environ.get("MPYCAM_SEED", "1"))
EXAMPLES = int(os.environ.get("MPYCAM_EXAMPLES", "20"))

# What a program may see for wrong arguments.
DOCUMENTED = {
    "TypeError", "ValueError", "IndexError", "NotImplementedError", "ZeroDivisionError", "MemoryError",
    "OverflowError", "RuntimeError", "OSError",
}  # fmt: skip


@pytest.fixture(scope="session")
def session(interpreter):
    session = Session(interpreter)
    yield session
    session.close()


@pytest.mark.parametrize("name", sorted(TABLE))
def test_as_numpy(session, name):
    for drawn in TABLE[name]:
        search(session, name, drawn)


def test_every_public_name_is_in_the_table(host):
    there = set()
    for module, names in ulab_names.names_of(host.command[0]).items():
        path = module.removeprefix("ulab").removeprefix(".").removeprefix("numpy").removeprefix(".")
        there |= {f"{path}.{name}" if path else name for name in names if module != "ulab"}
    assert sorted(there - set(TABLE)) == []


def search(session, name, drawn):
    """Look for a program whose result differs from the oracle's."""

    @seed(SEED)
    @settings(
        max_examples=EXAMPLES, database=None, deadline=None, suppress_health_check=list(HealthCheck),
        phases=(Phase.generate, Phase.shrink), print_blob=False,
    )  # fmt: skip
    @given(st.data())
    def run(data):
        program = Program(data.draw)
        case = drawn(program, name)
        expected = value_of(program, case.oracle or case.expression)
        size = value_of(program, case.size) if case.size and not isinstance(expected, Exception) else None
        statements = "\n".join(program.statements)
        answer = session.ask(statements, case.expression)
        problem = difference(answer, expected, case, size, session.interpreter.arch)
        if problem:
            raise AssertionError(
                f"{name}: {problem}\nMPYCAM_SEED={SEED}, and this repeats it:\n\nfrom ulab import numpy as np\n"
                f"{statements}\nprint({case.expression})\n"
            )

    run()


def value_of(program, expression):
    """What the program's statements and an expression give in NumPy; an exception as a value."""
    names = {"np": oracle.NAMES, **program.names}
    with np.errstate(all="ignore"):
        try:
            exec("\n".join(program.oracle_statements), names)
            return eval(expression, names)
        except Exception as error:
            return error


def difference(answer, expected, case, size, arch):
    """What is wrong with an answer, or an empty text."""
    if isinstance(expected, np.ndarray) and expected.ndim > 4:
        expected = IndexError("too many dimensions")
    if isinstance(expected, Exception):
        if "error" in answer and answer["error"] in (case.error or DOCUMENTED):
            return ""
        return f"{shown(answer)}, expected {type(expected).__name__}: {expected}"
    if "error" in answer:
        return f"{answer['error']}: {answer['text']}, expected {expected!r}"
    if isinstance(expected, (tuple, list)):
        parts = answer.get("tuple")
        if parts is None or len(parts) != len(expected):
            return f"{shown(answer)}, expected {expected!r}"
        problems = (
            difference(*both, case, size, arch) for both in zip(parts, expected, strict=True)
        )
        return "; ".join(filter(None, problems))
    if isinstance(expected, np.ndarray) and expected.ndim > 0:
        if "items" not in answer or "shape" not in answer:
            return f"{shown(answer)}, expected {expected!r}"
        got = array_of(answer)
        if got.shape != expected.shape:
            return f"shape {got.shape}, expected {expected.shape}"
        if got.dtype != expected.dtype and not case.any_dtype:
            return f"{got.dtype}, expected {expected.dtype}"
        return unequal(got, expected, case, size, arch)
    precise = np.asarray(expected)
    expected = precise.item() if precise.dtype != object else expected
    if type(expected).__name__ != answer.get("type") and not (case.any_dtype and answer.get("type") in ("int", "float")):
        return f"{shown(answer)}, expected {expected!r}"
    if isinstance(expected, (float, complex)):
        kind = np.float64 if answer["type"] == "float" else np.complex128
        got = np.frombuffer(bytes.fromhex(answer["items"]), kind) if "items" in answer else np.array([float(answer["value"])])
        return unequal(got, precise.reshape(1), case, size, arch)
    return "" if answer["value"] == repr(expected) else f"{answer['value']}, expected {expected!r}"


def array_of(answer):
    return np.frombuffer(bytes.fromhex(answer["items"]), DTYPES[answer["dtype"]]).reshape(answer["shape"])


def shown(answer):
    return array_of(answer) if "shape" in answer else answer.get("value") or answer


def unequal(got, expected, case, size, arch):
    """A text with the first items that differ by more than the case allows."""
    if got.dtype.kind == "c":
        equal = same(got.real, expected.real) & same(got.imag, expected.imag)
    else:
        equal = same(got, expected)
    if case.any_zero:
        equal |= (got == 0) & (expected == 0)
    if case.ulps and not equal.all():
        with np.errstate(all="ignore"):
            dtype = np.finfo(expected.dtype if expected.dtype.kind in "fc" else float)
            precision, least = float(dtype.eps), float(dtype.tiny)
            relative_to = np.abs(expected.astype(complex if expected.dtype.kind == "c" else float))
            if size is not None:
                relative_to = np.maximum(relative_to, size)
            near = np.abs(got - expected.astype(got.dtype)) <= case.ulps * np.maximum(precision * relative_to, least)
            equal |= near & np.isfinite(expected)
    if arch == "armv7hf" and got.dtype == np.float32:
        # NEON takes subnormal numbers as zero.
        tiny = np.finfo(np.float32).tiny
        equal |= (np.abs(got) <= tiny) & (np.abs(expected) <= tiny)
    if equal.all():
        return ""
    wrong = np.argwhere(~equal)[:4]
    return "; ".join(
        f"item {tuple(map(int, place))} is {got[tuple(place)]!r}, expected {expected[tuple(place)]!r}" for place in wrong
    )


def same(got, expected):
    """Item by item, with nan equal to nan and the sign of a zero told."""
    if got.dtype.kind != "f":
        return np.asarray(got == expected)
    return ((got == expected) & (np.signbit(got) == np.signbit(expected))) | (np.isnan(got) & np.isnan(expected))
