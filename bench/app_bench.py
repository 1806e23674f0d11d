#!/usr/bin/env python3
"""Measure the door app on 1080p MJPEG beside a program of CPython, NumPy, Pillow and ONNX Runtime, in one run.

    bench/app_bench.py dist/host/micropython [--arm dist/armv7hf/micropython --counter ../shared/tools/arm_insns]

Both watch the same door in the same frames with the same network. Start to first
answer is the least of STARTS starts, by turns, on the app's own stream and at
1080p; memory is the sum over all processes of the app, sampled while they work.
"""

import argparse
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import sysconfig
import tempfile
import threading
import time
from pathlib import Path

from arm_counter import CounterMissing, find_counter
from ujpeg_frames import camera_file
from unn_nets import images_for, write_networks

from mpycam.convert import from_onnx
from mpycam.eap.sources import compile_module
from mpycam.onnx_import import import_onnx, load_onnx

ROOT = Path(__file__).resolve().parent.parent
WIDTH, HEIGHT, QUALITY = 1920, 1080, 80
REGION = [0.3, 0.2, 0.3, 0.6]
FRAMES, STARTS, ARM_FRAMES = 200, 12, (4, 12)
# The aims: starts so many times sooner, memory at most this part, and bytes of one door at 1/8 scale.
SOONER, PART, RESIDENT = 50, 0.1, 12 << 20
# The app up to its first answer, and not its end.
FIRST_ANSWER = """
import sys
from door import settings, watch
def stop(*_):
    raise SystemExit
watch.Watch._tell_frame = stop
watch.Watch.ended = lambda *_: None
watch.main(*settings.load(sys.argv[1:]))
"""
# Instructions of Debian's armhf packages with the same counter: starting CPython and importing them, and decoding a 1080p frame of 120 KB to
# gray at 1/8 with a network of 188,224 multiply-adds.
PEER_START, PEER_FRAME = 40_337_069 + 523_255_873, 12_562_183 + 720_925


def memory(pid):
    """(resident, proportional) bytes of a process and of all that it started."""
    resident = proportional = 0
    for process in family(pid):
        try:
            text = Path(f"/proc/{process}/smaps_rollup").read_text()
        except OSError:
            continue
        resident += int(re.search(r"^Rss: +(\d+)", text, re.M)[1]) * 1024
        proportional += int(re.search(r"^Pss: +(\d+)", text, re.M)[1]) * 1024
    return resident, proportional


def family(pid):
    """A process and its descendants."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [pid] + [process for child in children for process in family(child)]


class Peak:
    """The most memory that a process and its children have while it runs."""

    def __init__(self, pid):
        self.resident = self.proportional = 0
        self._pid, self._ended = pid, threading.Event()
        self._thread = threading.Thread(target=self._sample)

    def _sample(self):
        while not self._ended.wait(0.02):
            resident, proportional = memory(self._pid)
            self.resident = max(self.resident, resident)
            self.proportional = max(self.proportional, proportional)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._ended.set()
        self._thread.join()


class Camera:
    """Serves the clip's frame as MJPEG over HTTP, `fps` a second, and takes virtual inputs."""

    def __init__(self, frame, fps):
        self._frame, self._fps = frame, fps
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            connection, _ = self._listener.accept()
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        try:
            head = connection.recv(65536)
            if b"mjpg" not in head:
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n<Success>")
                return
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=b\r\n\r\n")
            part = b"--b\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n" % len(self._frame)
            while True:
                connection.sendall(part + self._frame + b"\r\n")
                time.sleep(1 / self._fps)
        except OSError:
            pass  # the app has ended
        finally:
            connection.close()


class Bench:
    """Both programs, and what they need, in a folder."""

    def __init__(self, micropython, folder, counter):
        self.micropython, self.folder = micropython, folder
        self.frame = camera_file(WIDTH, HEIGHT, QUALITY)
        (folder / "one.mjpeg").write_bytes(self.frame * 2)
        (folder / "small.mjpeg").write_bytes(camera_file(640, 360, QUALITY) * 2)
        (folder / "clip.mjpeg").write_bytes(self.frame * FRAMES)
        self.model = write_networks(folder, counter.parent / "nets" if counter else folder)[0]
        calibration = images_for(import_onnx(load_onnx(self.model)))
        (folder / "door.unn").write_bytes(from_onnx(self.model, calibration=calibration, labels=("closed", "open")))
        self.home = self._install()
        self.environment = {**os.environ, "MICROPYPATH": f".frozen:{self.home}"}

    def _install(self):
        """The app as a package has it: compiled."""
        home = self.folder / "home"
        (home / "localdata").mkdir(parents=True)
        (home / "door").mkdir()
        shutil.copy(ROOT / "app/door_state.json", home)
        for path in [*(ROOT / "lib").glob("*.py"), *(ROOT / "app/door").glob("*.py")]:
            name = path.name if path.parent.name == "lib" else f"door/{path.name}"
            (home / name).with_suffix(".mpy").write_bytes(compile_module(path, name, "host", strip=True))
        return home

    def ours(self, *arguments, micropython=None):
        """The app's command line."""
        command = [micropython or self.micropython, "-X", "heapsize=4M", "-m", "door", "--region", json.dumps(REGION)]
        return [str(part) for part in [*command, "--model", self.folder / "door.unn", *arguments]]

    def peer(self, clip):
        """The other program's."""
        return [sys.executable, str(ROOT / "bench/app_cpython.py"), str(self.folder / clip), str(self.model), json.dumps(REGION)]

    def start(self, command):
        """Seconds from the start of a program to its first answer: by the clock, and of processor time.

        It runs in the app's folder, as in a camera.
        """
        began = time.perf_counter()
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, env=self.environment, cwd=self.home
        ) as process:
            for line in process.stdout:
                if '"event": "frame"' in line:
                    taken = time.perf_counter() - began, processor_time(process.pid)
                    break
            else:
                sys.exit(f"no answer of {command[0]}")
            process.kill()
        return taken

    def starts(self, clip, cold=False):
        """The least seconds of both; `cold` is as after a boot, when nothing of the programs is in memory yet."""
        programs = [
            (self.ours("--source", self.folder / clip, "--every_frame", "true", "--pace", "true"), [self.folder, self.micropython]),
            (self.peer(clip), peer_files()),
        ]
        taken = [[], []]
        for _ in range(STARTS):
            for times, (command, files) in zip(taken, programs, strict=True):
                if cold:
                    evict(files)
                times.append(self.start(command))
        return [tuple(map(min, zip(*times, strict=True))) for times in taken]

    def watch(self, command):
        """The statistics of a whole clip, and the peak of memory."""
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=self.environment) as process:
            with Peak(process.pid) as peak:
                lines = [json.loads(line) for line in process.stdout]
        return next(line for line in lines if line["event"] == "statistics"), peak

    def whole_app(self, *more, seconds=6):
        """Peaks of memory of all processes that a camera runs, on a stream of 5 frames a second."""
        camera = Camera(self.frame, 5)
        options = ["--source", camera.url + "/mjpg", "--camera", camera.url, "--user", "u", "--password", "p"]
        options += ["--page_port", free_port(), "--live_port", free_port(), "--statistics_interval", 2]
        options += more
        with subprocess.Popen(
            self.ours(*options), stdout=subprocess.PIPE, text=True, env=self.environment, cwd=self.home
        ) as process:
            with Peak(process.pid) as peak:
                time.sleep(seconds)
                names = [process_name(pid) for pid in family(process.pid)]
                each = {name: memory_of(pid) for name, pid in zip(names, family(process.pid), strict=False)}
            process.terminate()
            lines = [json.loads(line) for line in process.stdout]
        return peak, each, [line for line in lines if line["event"] == "statistics"][-1]

    def arm(self, micropython, plugin):
        """Instructions of the start up to the first answer, and of a frame more."""

        def count(*command):
            result = subprocess.run(
                ["qemu-arm", "-cpu", "cortex-a15", "-plugin", str(plugin), *map(str, command)],
                capture_output=True, text=True, env=self.environment,
            )  # fmt: skip
            if result.returncode:
                sys.exit(result.stderr)
            return int(re.search(r"insns (\d+)", result.stderr)[1])

        script = self.folder / "start.py"
        script.write_text(FIRST_ANSWER)
        options = ["--region", json.dumps(REGION), "--model", self.folder / "door.unn", "--every_frame", "true"]
        first = count(micropython, "-X", "heapsize=4M", script, "--source", self.folder / "small.mjpeg", *options)
        counts = []
        for frames in ARM_FRAMES:
            clip = self.folder / "arm.mjpeg"
            clip.write_bytes(self.frame * frames)
            counts.append(count(*self.ours("--source", clip, "--view_interval", 0, micropython=micropython)))
        return first, (counts[1] - counts[0]) / (ARM_FRAMES[1] - ARM_FRAMES[0])


def processor_time(pid):
    """Seconds that all threads of a process had a processor so far."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9


def peer_files():
    """Where the other program's files lie."""
    packages = Path(sysconfig.get_path("platlib"))
    names = ("numpy", "numpy.libs", "PIL", "pillow.libs", "onnxruntime")
    return [sysconfig.get_path("stdlib"), os.path.realpath(sys.executable), *(packages / name for name in names)]


def evict(paths):
    """Have the system forget the pages of files that nobody has mapped."""
    for path in map(Path, paths):
        files = path.rglob("*") if path.is_dir() else [path]
        for file in files:
            if file.is_file() and "site-packages" not in file.relative_to(path).parts:
                with open(file, "rb") as opened:
                    os.posix_fadvise(opened.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def process_name(pid):
    """What a process of the app does."""
    found = re.search(rb"-m\0(door[.a-z]*)", Path(f"/proc/{pid}/cmdline").read_bytes())
    return found[1].decode() if found else "?"


def memory_of(pid):
    """(resident, proportional) bytes of one process."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return tuple(int(re.search(rf"^{key}: +(\d+)", text, re.M)[1]) * 1024 for key in ("Rss", "Pss"))


def free_port():
    """A port of loopback that nothing listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def row(name, ours, peer, ratio="", aim=""):
    """Print a row of the table."""
    print(f"{name:44}{ours:>14}{peer:>14}{ratio:>10}  {aim}", flush=True)


def megabytes(count):
    """A number of bytes as text."""
    return f"{count / (1 << 20):.1f} MB"


def main():
    """Run the benchmark; the exit status is 1 where an aim is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("micropython", type=Path)
    parser.add_argument("--arm", type=Path, help="the ARMv7 build, to count its instructions")
    parser.add_argument("--counter", type=Path, help="the plugin that counts them, or its folder")
    options = parser.parse_args()
    missed = []

    def judge(good, text):
        if not good:
            missed.append(text)
        return text if good else text + ": missed"

    with tempfile.TemporaryDirectory() as name:
        bench = Bench(options.micropython.resolve(), Path(name), options.counter)
        row(f"{WIDTH}x{HEIGHT}, {len(bench.frame):,} bytes a frame", "the app", "CPython", "ratio", "aim")
        for name, clip, cold, judged in (
            ("start to first answer, 640x360", "small.mjpeg", False, True),
            ("the same after a boot", "small.mjpeg", True, False),
            (f"the same at {WIDTH}x{HEIGHT}", "one.mjpeg", False, False),
        ):
            (ours, ours_busy), (peer, peer_busy) = bench.starts(clip, cold)
            aim = judge(peer / ours >= SOONER, f"at least {SOONER}") if judged else ""
            row(name, f"{ours * 1000:.1f} ms", f"{peer * 1000:.0f} ms", f"{peer / ours:.1f}", aim)
            row("  processor time of it", f"{ours_busy * 1000:.1f} ms", f"{peer_busy * 1000:.0f} ms",
                f"{peer_busy / ours_busy:.1f}")  # fmt: skip
        (mine, my_peak), (its, its_peak) = (
            bench.watch(bench.ours("--source", bench.folder / "clip.mjpeg")), bench.watch(bench.peer("clip.mjpeg"))
        )  # fmt: skip
        for stage in ("read", "decode", "network", "total"):
            a, b = mine["milliseconds"][stage], its["milliseconds"][stage]
            row(f"{stage}, a frame", f"{a:.3f} ms", f"{b:.3f} ms", f"{b / a:.2f}")
        a, b = 1000 / mine["milliseconds"]["total"], 1000 / its["milliseconds"]["total"]
        row("frames a second", f"{a:.0f}", f"{b:.0f}", f"{a / b:.2f}")
        for kind in ("resident", "proportional"):
            a, b = getattr(my_peak, kind), getattr(its_peak, kind)
            row(f"peak memory, {kind}", megabytes(a), megabytes(b), f"{a / b:.3f}",
                judge(a <= PART * b, f"at most {PART}"))  # fmt: skip
        for name, more in (("the app in a camera, with its page", ()), ("with a webhook too", ("--webhook_url", "http://127.0.0.1:1/"))):
            peak, each, told = bench.whole_app(*more)
            aim = "" if more else judge(peak.resident <= RESIDENT, f"at most {megabytes(RESIDENT)} resident")
            row(f"{name}: resident", megabytes(peak.resident), "", "", aim)
            row("  proportional", megabytes(peak.proportional), "")
            for process, (resident, proportional) in each.items():
                row(f"  {process}", megabytes(resident), "", "", f"{megabytes(proportional)} proportional")
            row("  frames a second", f"{told['fps']:.1f}", "")
        if options.arm and options.counter and shutil.which("qemu-arm"):
            try:
                first, one = bench.arm(options.arm.resolve(), find_counter(options.counter, bench.folder))
                row("ARMv7: start to first answer, 640x360", f"{first / 1e6:.1f} M", f"> {PEER_START / 1e6:.0f} M",
                    f"{PEER_START / first:.1f}", "CPython: start and imports alone")  # fmt: skip
                row("ARMv7: a frame", f"{one / 1e6:.2f} M", f"{PEER_FRAME / 1e6:.2f} M", f"{PEER_FRAME / one:.2f}",
                    "CPython: Pillow's and ONNX Runtime's part")  # fmt: skip
            except CounterMissing as missing:
                print(missing)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
