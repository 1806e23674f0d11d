"""`mpycam new`: the folder that it makes is an app that builds, runs, and passes its own tests."""

import json
import os
import subprocess
import sys

import pytest
from interpreters import ROOT

from mpycam import cli
from mpycam.eap import inspect


def run(*command, cwd):
    return subprocess.run(
        [sys.executable, "-m", *map(str, command)], cwd=cwd, capture_output=True, text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)}, timeout=300,
    )  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("new") / "hall_light"
    assert cli.main(["new", str(folder)]) == 0
    return folder


def test_its_tests_pass(made):
    result = run("pytest", "-q", "-p", "no:cacheprovider", cwd=made)
    assert result.returncode == 0 and "3 passed" in result.stdout, result.stdout + result.stderr


def test_its_types_pass(made):
    result = run("mypy", cwd=made)
    assert result.returncode == 0, result.stdout


def test_its_package_is_what_a_camera_takes(made, tmp_path):
    built = run(
        "mpycam", "eap", "build", "app", "--firmware", "dist/aarch64/micropython", "--lib", "lib",
        "--output", tmp_path, cwd=made,
    )  # fmt: skip
    assert built.returncode == 0 and built.stderr == ""
    package = inspect(tmp_path / "hall_light_1_0_0_aarch64.eap")
    assert package.installable and package.app_name == "hall_light"
    assert {"main.mpy", "light.mpy", "vapix.mpy", "LICENSE"} <= {member.name for member in package.members}


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
