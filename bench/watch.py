"""Measures `mpycam watch` on virtual cameras, from saving a file to the app's first line."""

import argparse
import json
import os
import queue
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "host_tests"))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from virtual_camera import PASSWORD, running_camera  # noqa: E402

from mpycam.cli import main  # noqa: E402

SECONDS = 30
SETUP = {"appName": "bench_app", "vendor": "V", "version": "1.0.0", "embeddedSdkVersion": "3.0", "runMode": "never",
         "runOptions": "-X heapsize=4M -m bench"}  # fmt: skip
MAIN = "import time\nfrom answer import answer\n\nprint(answer())\nwhile True:\n    time.sleep(60)\n"
# As long as a module of some size.
ANSWER = "def answer():\n    return 'round {number}'\n\n\n" + "".join(
    f"def other_{i}(a, b):\n    return [a + b * {i} for _ in range(10)]\n\n\n" for i in range(40)
)


def wait_for(lines, text):
    """Wait for a line of the app, and return when it came."""
    while True:
        moment, line = lines.get(timeout=SECONDS)
        if text in line:
            return moment


def read(stream, lines):
    """Put the lines of a stream into a queue, with the moment of each."""
    for line in stream:
        lines.put((time.monotonic(), line))


def measure(name, rounds, folder):
    """Return the seconds from save to first line, for each round."""
    app = folder / "app"
    app.mkdir(exist_ok=True)
    (app / "manifest.json").write_text(json.dumps({"schemaVersion": "1.3.1", "acapPackageConf": {"setup": SETUP}}))
    (app / "bench.py").write_text(MAIN)
    (app / "answer.py").write_text(ANSWER.format(number="none"))
    command = [sys.executable, "-m", "mpycam", "watch", "-c", name, str(app)]
    lines = queue.Queue()
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        threading.Thread(target=read, args=(process.stdout, lines), daemon=True).start()
        try:
            wait_for(lines, "round none")
            result = []
            for number in range(rounds):
                # Not in step with whatever looks at the files.
                time.sleep(0.3 + number % 7 * 0.013)
                (app / "answer.py").write_text(ANSWER.format(number=number))
                saved = time.monotonic()
                result.append(wait_for(lines, f"round {number}\n") - saved)
            return result
        finally:
            process.terminate()


def run(arguments):
    """Run `mpycam` in this process."""
    if main([str(word) for word in arguments]) != 0:
        sys.exit("bench/watch.py: mpycam failed")


def bench(profile, architecture, by_ssh, rounds):
    """Print the median and the worst for one camera."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_CONFIG_HOME"] = f"{folder}/config"
        with running_camera(Path(folder, "camera"), profile, architecture, ssh_port=0) as camera:
            ssh = ["--ssh", camera.camera.ssh.port] if by_ssh else []
            run(["camera", "add", "bench", camera.url().rstrip("/"), *ssh])
            if not by_ssh:
                run(["wrapper", "install", "-c", "bench", "--allow-unsigned"])
            seconds = measure("bench", rounds, Path(folder))
    way = "ssh" if by_ssh else "wrapper"
    print(
        f"watch, AXIS OS {profile}, {architecture} by {way}: save to first line of {rounds}: "
        f"median {statistics.median(seconds) * 1000:.0f} ms, worst {max(seconds) * 1000:.0f} ms",
        flush=True,
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=50)
    options = parser.parse_args()
    os.environ.update(MPYCAM_PASSWORD=PASSWORD, PYTHON_KEYRING_BACKEND="keyring.backends.fail.Keyring")
    bench("12.x", "armv7hf", False, options.rounds)
    bench("10.12", "armv7hf", True, options.rounds)
