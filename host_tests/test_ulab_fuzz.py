"""A short run of the fuzz target; `make fuzz-ulab SECONDS=1800` is a long one."""

import os

import pytest
from interpreters import ARCHES, Interpreter
from ulab_fuzz import fuzz

SEED = int(os.environ.get("MPYCAM_SEED", "1"))


@pytest.mark.long
@pytest.mark.skipif("host-asan" not in ARCHES, reason="the sanitizers find what else would go unnoticed")
def test_random_programs():
    found, programs = fuzz(Interpreter("host-asan"), SEED, programs=6000, report=lambda text: None)
    assert programs == 6000
    assert not found, "\n\n".join(found[:3])
