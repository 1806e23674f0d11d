"""Two minutes of the fuzz targets over ujpeg; `make fuzz-jpeg SECONDS=3600` is a long run."""

import pytest
from interpreters import ARCHES
from ujpeg_fuzz import fuzz


@pytest.mark.long
@pytest.mark.skipif("host-asan" not in ARCHES, reason="the sanitizers are of the host")
def test_damaged_files_and_odd_images_do_no_harm(tmp_path):
    for target, status, tried, printed in fuzz(tmp_path, 120):
        assert status == 0, printed[-6000:]
        assert tried > 100, target
