"""`mpycam new`: the folder that it makes is an app that builds, runs, and passes its own tests."""

import json
import os
import re
import shlex
import subprocess
import sys

import pytest
from interpreters import ROOT
from virtual_camera import PASSWORD, running_camera

from mpycam import cli
from mpycam.eap import inspect


PAGE = (ROOT / "docs/new-app.md").read_text()


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("new") / "hall_light"
    assert cli.main(["new", str(folder)]) == 0
    return folder


def commands(place):
    """The shell commands of the page that are run in the app's folder, or in the checkout."""
    lines = [line for block in re.findall(r"^```sh\n(.*?)^```", PAGE, re.S | re.M) for line in block.splitlines()]
    return [line for line in lines if line.startswith("make") == (place == "checkout") and "new hall" not in line]


def run(command, cwd, **environment):
    """Run a line of the page with this checkout's mpycam and this Python."""
    words = shlex.split(command)
    program = [sys.executable] if words[0] == "python" else [sys.executable, "-m", words[0]]
    if words[0] == "cd":
        return ""
    result = subprocess.run(
        [*program, *words[1:]], cwd=cwd, capture_output=True, text=True, timeout=300,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
    )  # fmt: skip
    assert result.returncode == 0, f"{command}\n{result.stdout}{result.stderr}"
    return result.stdout


def test_the_page_s_commands_do_what_it_says(made, tmp_path):
    """The new folder's tests, types and package, and the installation on a camera, as docs/new-app.md has them."""
    said = {}
    with running_camera(tmp_path / "camera", "11.11", "armv7hf") as running:
        for command in commands("folder"):
            line = command.replace("http://192.0.2.7", running.url().rstrip("/"))
            said[command] = run(line, made, MPYCAM_PASSWORD=PASSWORD, XDG_CONFIG_HOME=str(tmp_path))
    told = "\n".join(said.values())
    assert "2 passed" in said["python -m pytest"] and "no issues found" in said["python -m mypy"]
    assert "hall_light 1.0.0 installed" in told
    package = inspect(made / "dist/hall_light_1_0_0_armv7hf.eap")
    assert package.installable and package.app_name == "hall_light"
    assert {"main.mpy", "light.mpy", "vapix.mpy", "LICENSE"} <= {member.name for member in package.members}


def test_the_checkout_has_what_the_page_builds():
    for command in commands("checkout"):
        architecture = command.partition("ARCH=")[2]
        assert (ROOT / "dist" / architecture / "micropython").is_file()


def test_the_page_names_every_file(made):
    rows = re.findall(r"^\| (`.*?) \|", PAGE, re.M)
    for name in re.findall("`(.*?)`", " ".join(rows)):
        assert (made / name).exists(), name


def test_the_template_s_name_is_nowhere_left(made):
    for path in made.rglob("*"):
        if path.is_file() and path.relative_to(made).parts[0] not in ("dist", "lib", "stubs", ".mypy_cache"):
            assert "my_app" not in path.name and "my_app" not in path.read_text(errors="replace").lower(), path
    assert (made / ".gitignore").is_file() and not (made / "gitignore").exists()


def test_an_update_renews_only_what_is_not_the_user_s(made):
    (made / "app/light.py").write_text("mine = True\n")
    (made / "lib/vapix.py").write_text("old = True\n")
    (made / "lib/gone.py").touch()
    (made / "dist/hall_light_1_0_0_armv7hf.eap").touch()
    assert cli.main(["new", "--update", str(made)]) == 0
    assert (made / "app/light.py").read_text() == "mine = True\n"
    assert (made / "lib/vapix.py").read_bytes() == (ROOT / "lib/vapix.py").read_bytes()
    assert not (made / "lib/gone.py").exists() and (made / "dist/hall_light_1_0_0_armv7hf.eap").exists()


@pytest.mark.parametrize("name", ["1st", "a", "hall-light", "a" * 27, "häuser", ".."])
def test_names_that_a_camera_refuses_are_refused(tmp_path, capsys, name):
    assert cli.main(["new", str(tmp_path / "x" / name)]) == 1
    assert "letter" in capsys.readouterr().err or name == ".."
    assert list(tmp_path.iterdir()) == []


def test_what_is_there_is_left_alone(tmp_path, capsys):
    (tmp_path / "hall_light").mkdir()
    assert cli.main(["new", str(tmp_path / "hall_light")]) == 1
    assert "is there already" in capsys.readouterr().err
    assert cli.main(["new", "--update", str(tmp_path / "hall_light")]) == 1
    assert "no app/manifest.json" in capsys.readouterr().err
    assert list((tmp_path / "hall_light").iterdir()) == []


def test_without_a_firmware_it_tells_how_to_get_one(tmp_path, capsys):
    assert cli.main(["new", "--from", str(tmp_path), str(tmp_path / "hall_light")]) == 1
    assert "make firmware ARCH=host" in capsys.readouterr().err
    assert not (tmp_path / "hall_light").exists()


def test_the_manifest_is_the_template_s_with_the_name(made):
    setup = json.loads((made / "app/manifest.json").read_text())["acapPackageConf"]["setup"]
    assert (setup["appName"], setup["friendlyName"], setup["version"]) == ("hall_light", "hall_light", "1.0.0")
