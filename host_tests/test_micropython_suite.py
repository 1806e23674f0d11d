"""MicroPython's own tests on our builds."""

import re
import subprocess
import sys

import pytest
from interpreters import ARCHES, ROOT, Interpreter

SUBMODULE = ROOT / "micropython"
MPY_DIR = SUBMODULE if (SUBMODULE / "py" / "mpconfig.h").exists() else ROOT / "build" / "sources" / "micropython"

GROUPS = ["basics", "micropython", "float", "import", "io", "misc", "unicode", "cmdline", "stress"]

# The tests themselves decide what to skip, from what the build lacks: one that
# lost a feature would pass with fewer of them. aarch64 has no native emitter.
GROUPS_PASSED = {"host": 759, "host-asan": 759, "armv7hf": 759, "aarch64": 713}

# These want the bytecode that -vv prints elsewhere, which is left out for its size.
BYTECODE_PRINTED = "cmd_(showbc|verbose)"

# Needs the module `machine`.
THREAD_EXCLUDED = "disable_irq"
# The runner leaves these out for the unix port, which by itself has no global lock.
THREAD_MUTATE = [f"thread/mutate_{kind}.py" for kind in ("bytearray", "dict", "instance", "list", "set")]

# These type into a terminal after fixed waits, or count what ran within some
# milliseconds: on a loaded machine they may fail once.
TIMED = {
    "repl_": "cmdline",
    "asyncio_fair": "extmod",
    "asyncio_event_fair": "extmod",
    "asyncio_cancel_fair": "extmod",
    "thread_coop": "thread",
}


def run_suite(arch, tmp_path, *arguments):
    """Run MicroPython's test runner; return the number of passed tests, the names of the skipped
    and of the failed ones, and its last words."""
    interpreter = Interpreter(arch)
    program = tmp_path / "micropython"
    program.write_text(f'#!/bin/sh\nexec {" ".join(interpreter.command)} "$@"\n')
    program.chmod(0o755)
    # extmod/select_poll_fd.py counts on that limit of open files.
    limited = ["sh", "-c", 'ulimit -n 1024 && exec "$@"', "sh", sys.executable, "run-tests.py"]
    result = subprocess.run(
        [*limited, "-r", tmp_path / "results", *arguments],
        cwd=MPY_DIR / "tests",
        env={**interpreter.environment(), "MICROPY_MICROPYTHON": str(program), "MICROPY_CPYTHON3": sys.executable},
        capture_output=True,
        text=True,
        timeout=1800,
    )
    # Its line per test can be torn by parallel runs; its summary is whole.
    counts = {"passed": 0, "skipped": 0, "failed": 0}
    names = {"skipped": [], "failed": []}
    for number, kind, listed in re.findall(r"^(\d+) tests (passed|skipped|failed):?(.*)$", result.stdout, re.MULTILINE):
        counts[kind], names[kind] = int(number), listed.split()
    assert counts["failed"] == len(names["failed"])
    return counts["passed"], names["skipped"], names["failed"], result.stdout[-2000:] + result.stderr[-2000:]


def run_suite_with_second_chance(arch, tmp_path, *arguments):
    """The same, with the tests in TIMED run again, one at a time, if no others failed."""
    passed, skipped, failed, output = run_suite(arch, tmp_path, "-j", "2", *arguments)
    again = [f"{group}/{name}.py" for name in failed for start, group in TIMED.items() if name.startswith(start)]
    if failed and len(again) == len(failed):
        passed_now, _, failed, output = run_suite(arch, tmp_path, "-j", "1", *again)
        passed += passed_now
    return passed, skipped, failed, output


@pytest.mark.parametrize("arch", [arch for arch in ARCHES if arch in GROUPS_PASSED])
def test_core(arch, tmp_path):
    """The language and its built-in modules."""
    passed, _, failed, output = run_suite_with_second_chance(arch, tmp_path, "-e", BYTECODE_PRINTED, "-d", *GROUPS)
    assert not failed, output
    assert passed >= GROUPS_PASSED[arch], output


@pytest.mark.skipif("host" not in ARCHES, reason="host is not among MPYCAM_ARCHES")
def test_modules(tmp_path):
    """The modules of extmod that are linked in, as far as their tests need no `unittest` package."""
    passed, skipped, failed, output = run_suite_with_second_chance("host", tmp_path, "-d", "extmod")
    assert not failed, output
    assert passed >= 89, output
    modules = "asyncio|binascii|hashlib|heapq|json|random|select|socket|time"
    assert not [name for name in skipped if re.match(f"({modules})_?", name)]


@pytest.mark.skipif("host" not in ARCHES, reason="host is not among MPYCAM_ARCHES")
def test_threads(tmp_path):
    arguments = ("-d", "thread", "-e", THREAD_EXCLUDED)
    passed, _, failed, output = run_suite_with_second_chance("host", tmp_path, *arguments)
    assert not failed, output
    assert passed >= 27, output


def test_thread_stack_is_bounded(interpreter):
    """Deep recursion in a thread raises RuntimeError, however soon the thread starts to run."""
    path = MPY_DIR / "tests" / "thread" / "stress_recurse.py"
    for _ in range(10):
        result = interpreter.start([path], env={"LD_BIND_NOW": "1"})
        assert (result.returncode, result.stdout) == (0, "RuntimeError\ndone\n")


def test_threads_run_while_one_sleeps(interpreter):
    """time.sleep_ms() gives up the global lock, and a busy thread lets others in."""
    interpreter.run("""
import _thread, time
rounds = 0
done = False

def busy():
    global rounds
    while not done:
        rounds += 1

_thread.start_new_thread(busy, ())
for wait in (0, 1, 30):
    before = rounds
    while rounds == before:
        time.sleep_ms(wait)
start = time.ticks_ms()
time.sleep_ms(30)
assert 30 <= time.ticks_diff(time.ticks_ms(), start)
done = True
""")


def test_threads_change_one_object(interpreter):
    """The global lock keeps an object whole that several threads change."""
    for test in THREAD_MUTATE:
        path = MPY_DIR / "tests" / test
        expected = subprocess.run([sys.executable, path], capture_output=True, text=True, check=True).stdout
        result = interpreter.start([path])
        assert (result.returncode, result.stdout) == (0, expected), test
