"""Every example in the README is run: a reader may trust what it prints."""

import os
import re
import shlex
import shutil
import subprocess
import sys
import time

import numpy as np
import pytest
from interpreters import ARCHES, ROOT, Interpreter
from PIL import Image
from virtual_camera import running_camera

from mpycam.camera.role import Role

README = (ROOT / "README.md").read_text()


def blocks(language):
    """The fenced blocks of one language, in order."""
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.M | re.S)


def shell_commands():
    """The command lines of all sh blocks without their comments."""
    lines = "".join(blocks("sh")).splitlines()
    return [re.sub(r"\s+#.*", "", line) for line in lines if line]


def dialogue(block):
    """(statement, expected output) pairs of an interactive session."""
    pairs = []
    for line in block.splitlines():
        if line.startswith(">>> "):
            pairs.append((line[4:], []))
        else:
            pairs[-1][1].append(line)
    return [(statement, "\n".join(expected)) for statement, expected in pairs]


@pytest.fixture(scope="module")
def session_folder(tmp_path_factory):
    """A folder with the files that the examples name."""
    folder = tmp_path_factory.mktemp("readme")
    noise = np.random.default_rng(1).integers(0, 256, (480, 640, 3)).astype(np.uint8)
    Image.fromarray(noise).save(folder / "camera.jpg", quality=85)
    shutil.copy(ROOT / "app" / "door.unn", folder)
    return folder


def run_dialogue(interpreter, block, folder):
    """Run a session statement by statement and compare what each prints."""
    pairs = dialogue(block)
    script = ["def show(value):", "    if value is not None: print(repr(value))"]
    for statement, expected in pairs:
        script.append(f"show(({statement}))" if expected else statement)
        script.append("print('--')")
    path = folder / "session.py"
    path.write_text("\n".join(script))
    result = interpreter.start([path], cwd=folder)
    assert result.returncode == 0, result.stderr
    assert [part.strip() for part in result.stdout.split("--\n")[:-1]] == [expected for _, expected in pairs]


@pytest.mark.parametrize("number", range(3))
def test_python_examples(interpreter, session_folder, number):
    run_dialogue(interpreter, blocks("python")[number], session_folder)


def test_all_python_examples_are_covered():
    assert len(blocks("python")) == 4  # three above, and the one of the C module below


def test_own_module(session_folder, tmp_path):
    """The C module of the README compiles without a warning and does what is shown."""
    modules = tmp_path / "usermodules"
    shutil.copytree(ROOT / "usermodules", modules)
    (modules / "hello").mkdir()
    (modules / "hello" / "micropython.mk").write_text(blocks("make")[0])
    (modules / "hello" / "hello.c").write_text(blocks("c")[0])
    build = tmp_path / "build"
    subprocess.run(
        ["make", "-C", ROOT, "firmware-native", "ARCH=host", f"USERMODULES={modules}", f"BUILD={build}",
         f"DIST={tmp_path}/dist"],
        check=True, capture_output=True, text=True,
    )  # fmt: skip

    class Built(Interpreter):
        command = [str(tmp_path / "dist" / "micropython")]

    run_dialogue(Built("host"), blocks("python")[3], session_folder)


def make_targets():
    return sorted({line.split()[1] for line in shell_commands() if line.startswith("make ")})


@pytest.mark.parametrize("target", make_targets())
def test_make_targets_exist_and_are_explained(target):
    listing = subprocess.run(["make", "-C", ROOT], check=True, capture_output=True, text=True).stdout
    assert re.search(rf"^  make {target} ", listing, re.M)


def test_size_and_inspect_commands():
    environment = {**os.environ, "PATH": f"{ROOT}/build/venv/bin:{os.environ['PATH']}"}
    for command in shell_commands():
        if command.startswith(("make size", "build/venv/bin/mpycam eap inspect", "valgrind")):
            subprocess.run(command, shell=True, cwd=ROOT, check=True, env=environment, capture_output=True)


def run_mpycam(line, camera, folder, cwd=ROOT):
    """What a line prints that begins with mpycam or python, on a virtual camera in place of http://camera."""
    words = shlex.split(line.replace("http://camera", camera.url().rstrip("/")))
    program = [sys.executable] if words[0] == "python" else [sys.executable, "-m", "mpycam"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "MPYCAM_PASSWORD": "password", "XDG_CONFIG_HOME": str(folder)}
    result = subprocess.run([*program, *words[1:]], cwd=cwd, env=environment, capture_output=True, text=True)
    assert result.returncode == 0, f"{line}\n{result.stdout}{result.stderr}"
    return result.stdout


def wait_for_log(camera, app, text):
    deadline = time.monotonic() + 60
    while text not in "".join(camera.call(camera.camera.logs.read, app)):
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.mark.skipif("armv7hf" not in ARCHES, reason="MPYCAM_ARCHES leaves armv7hf out")
def test_install_commands(tmp_path):
    """The package comes onto a virtual camera that has never been used, and the app runs there."""
    lines = [line for line in shell_commands() if line.startswith("build/venv/bin/mpycam") and "http://camera" in line]
    install, logs = lines
    with running_camera(tmp_path / "state", architecture="armv7hf", setup=False) as camera:
        camera.call(camera.camera.accounts.add, "root", "password", Role.ADMIN)
        assert "door_state" in run_mpycam(install, camera, tmp_path)
        wait_for_log(camera, "door_state", '"event": "start"')
        assert '"event": "start"' in run_mpycam(logs, camera, tmp_path)


@pytest.mark.skipif("armv7hf" not in ARCHES, reason="MPYCAM_ARCHES leaves armv7hf out")
def test_new_app_commands(tmp_path):
    """From nothing to an app that is tested and runs on a camera."""
    commands = [line.strip() for line in shell_commands()]
    start = commands.index("mpycam new hall_light")
    lines = commands[start : commands.index("mpycam watch app", start)]
    with running_camera(tmp_path / "state", architecture="armv7hf", setup=False) as camera:
        camera.call(camera.camera.accounts.add, "root", "password", Role.ADMIN)
        for line in lines:
            if line == "cd hall_light":
                continue
            folder = tmp_path if line == lines[0] else tmp_path / "hall_light"
            printed = run_mpycam(line, camera, tmp_path, folder)
            if " install " in line:
                wait_for_log(camera, "hall_light", "hall_light")
    assert "hall_light" in printed


def test_virtual_camera_command(tmp_path):
    """The camera that the README starts says where it is, and its page is there."""
    (command,) = [line for line in shell_commands() if line.strip() == "make camera"]
    printed = subprocess.run(
        [*command.split(), "--just-print", f"OPTIONS=--state {tmp_path} --port 0"], cwd=ROOT, check=True,
        capture_output=True, text=True,
    ).stdout.splitlines()  # fmt: skip
    (recipe,) = [said for said in printed if "mpycam camera run" in said]
    line = [sys.executable, "-m", "mpycam", *recipe.split()[1:]]
    with subprocess.Popen(line, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            while not (said := process.stdout.readline()).startswith("http://127.0.0.1:"):
                assert said, "it ended"
            page = ["curl", "--silent", "--location", "--digest", "--user", "root:password", said.strip()]
            assert "<html" in subprocess.run(page, check=True, capture_output=True, text=True).stdout
        finally:
            process.terminate()


def test_train_commands(tmp_path, host):
    """The training lines, with little effort, on an empty wall and one with a bright square; the converter's."""
    pytest.importorskip("torch")
    generator = np.random.default_rng(1)
    for folder in ("pictures", "later_pictures"):
        for name, brightness in (("closed", 0), ("open", 80)):
            (tmp_path / folder / name).mkdir(parents=True)
            for index in range(40):
                wall = generator.normal(generator.uniform(60, 120), 4, (48, 64))
                wall[16:32, 24:40] += brightness
                Image.fromarray(wall.clip(0, 255).astype(np.uint8)).save(tmp_path / folder / name / f"{index}.png")
    commands = [line for line in shell_commands() if re.match("build/venv/bin/mpycam (train|evaluate|convert|model) ", line)]
    assert len(commands) == 5
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    printed = []
    for command in commands:
        extra = ["--interpreter", host.command[0]] if " info " not in command else []
        extra += ["--effort", "0.05"] if " train " in command else []
        line = [sys.executable, "-m", "mpycam", *command.split()[1:], *extra]
        result = subprocess.run(line, cwd=tmp_path, env=environment, capture_output=True, text=True)
        assert result.returncode == 0, result.stdout + result.stderr
        printed.append(result.stdout)
        if " train " in command:
            shutil.copy(tmp_path / "door.onnx", tmp_path / "network.onnx")
            shutil.copytree(tmp_path / "pictures/open", tmp_path / "some_pictures")
    assert "80 pictures, balanced accuracy" in printed[1]
    assert "multiply-adds" in printed[3] and "multiply-adds" in printed[4]


def test_files_that_the_readme_names_exist():
    for target in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / target).exists(), target
