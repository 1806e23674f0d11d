"""docs/testing.md: its example runs, its tables are complete."""

import os
import re
import subprocess
import sys

from interpreters import ROOT

from mpycam.camera.faults import KINDS
from mpycam.eap import build

PAGE = (ROOT / "docs/testing.md").read_text()


def test_the_example_runs_with_the_package_for_cameras(tmp_path):
    code, options = re.findall(r"^```python\n(.*?)^```", PAGE, re.S | re.M)
    compile(options, "docs/testing.md", "exec")
    (tmp_path / "test_door.py").write_text(code)
    package = build(ROOT / "app", ROOT / "dist/armv7hf/micropython", "armv7hf", tmp_path, library=ROOT / "lib").path
    result = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_door.py"], cwd=tmp_path, text=True,
        env={**os.environ, "PACKAGE": str(package), "PYTHONPATH": str(ROOT)}, capture_output=True, timeout=300,
    )  # fmt: skip
    assert result.returncode == 0 and "1 passed" in result.stdout, result.stdout + result.stderr


def test_every_fault_is_described():
    table = PAGE.partition("## Faults")[2].partition("## ")[0]
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in table.splitlines() if line.startswith("| `")]
    assert [row[0].strip("`") for row in rows] == list(KINDS)
    for name, _, counted, value in rows:
        kind = KINDS[name.strip("`")]
        assert counted == kind.counted
        assert value == (f"{kind.value} ({kind.default:g})" if kind.value else "")


def test_every_request_of_the_simulator_is_described():
    from mpycam.camera import simulator
    from mpycam.camera.router import Router

    router = Router()
    simulator.add_routes(router)
    wanted = {
        (route.methods[0], route.path.replace("{name}", "NAME"), route.role.name.lower()) for route in router.routes
    }
    table = PAGE.partition("## /simulator/")[2]
    told = set()
    for requests, role in re.findall(r"^\| (`.*?`) \| (viewer|operator|admin) \|", table, re.M):
        for method, path in re.findall(r"`(\w+) ([^?`]*)[^`]*`", requests):
            told.add((method, path, role))
    assert told == wanted
