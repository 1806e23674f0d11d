"""A minute of the soak: see soak.py, which `make soak` runs for longer."""

import os
import subprocess
import sys

import pytest
from interpreters import ROOT


@pytest.mark.long
def test_a_minute_of_troubles(host):
    allowed = subprocess.run(["unshare", "--map-root-user", "--mount", "true"], capture_output=True, check=False)
    if allowed.returncode:
        pytest.skip("no mount namespaces here: " + allowed.stderr.decode().strip())
    command = [sys.executable, ROOT / "host_tests" / "soak.py", *host.command, "--minutes", "1"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    result = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=300)
    assert result.returncode == 0, result.stdout[-5000:] + result.stderr[-5000:]
    assert "nothing was lost, has grown or is broken" in result.stdout
