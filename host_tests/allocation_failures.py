"""Programs in which every allocation fails once, in the builds that can do that on demand."""

from interpreters import ARCHES

ARCHES_HERE = [arch for arch in ARCHES if arch in ("host-asan", "host-debug", "valgrind")]

# `each_fails(program, plain, name)` runs a program with its first allocation failing, then with its second, and so on,
# then the same with all later ones failing too. What it returns when the interpreter can do without the memory (the
# stack of a Python function moves from the heap to C's) has to be right; plain() makes it comparable. Returns how many
# failures there were, and how many allocations.
EACH_FAILS = """
import gc, ulab
from failing_allocations import fail

def used():
    gc.collect()
    return ulab.memory().used

def each_fails(program, plain, name, lost=4000, check=lambda: None):
    expected = plain(program())
    raised = allocations = 0
    for later in (False, True):
        base = used()
        number = 0
        while True:
            result = None
            fail(number, later)
            try:
                result = program()
                count = fail(None, False)
            except MemoryError:
                count = fail(None, False)
                raised += 1
            if count <= number:
                break
            assert result is None or plain(result) == expected, (name, number, result)
            check()
            number += 1
        allocations += number
        result = None
        # The collector takes what is left on the stack for references: other objects take its place.
        for i in range(3):
            kept = used() - base
            if kept > lost:
                program()
        assert kept <= lost, (name, kept)
        assert plain(program()) == expected, name
    return raised, allocations
"""
