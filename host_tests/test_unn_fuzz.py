"""Two minutes of the fuzz target over unn's loader and runs; `make fuzz-unn SECONDS=3600` is a long one."""

import pytest
from interpreters import ARCHES
from unn_fuzz import fuzz


@pytest.mark.long
@pytest.mark.skipif("host-asan" not in ARCHES, reason="the sanitizers are of the host")
def test_damaged_networks_do_no_harm(tmp_path):
    status, tried, printed = fuzz(tmp_path, 120)
    assert status == 0, printed[-6000:]
    assert tried > 1000
