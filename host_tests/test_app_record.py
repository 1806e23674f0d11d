"""app/door/record.py: the process that keeps clips, under a supervisor that is this test."""

import json
import os
import subprocess
import threading
import time

import pytest
from avi_files import check_structure, numbers
from broker import free_port
from camera_python import MODULE_PATH, run
from camera_server import CameraServer, stream_head
from door_app import picture
from interpreters import ScriptFailed


class Stream:
    """The raw stream of door.watch: numbered frames ten a second, with the times at which they were taken."""

    def __init__(self):
        self.begin = time.time() - 1000  # late by far: the times in the stream count
        self.number = 0

    def __call__(self, request, connection):
        assert request.target == "/live/raw"
        stream_head(connection)
        while True:
            frame = picture(self.number % 250, size=(64, 48))
            frame = frame[:2] + b"\xff\xfe\0\x12" + b"frame %09d;" % self.number + frame[2:]
            moment = self.begin + self.number / 10
            head = f"Content-Type: image/jpeg\r\nContent-Length: {len(frame)}\r\nX-Timestamp: {moment:.3f}\r\n\r\n"
            connection.sendall(b"--myboundary\r\n" + head.encode() + frame + b"\r\n")
            self.number += 1
            time.sleep(0.1)


class Process:
    """door.record, started as a supervisor does."""

    def __init__(self, interpreter, *arguments):
        environment = {**os.environ, "MICROPYPATH": MODULE_PATH, "SUPERVISED": "1", "ASAN_OPTIONS": "detect_leaks=0"}
        command = [*interpreter.command, "-X", "heapsize=4M", "-m", "door.record", *map(str, arguments)]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
        )
        self.lines = []
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self):
        for line in self._process.stdout:
            self.lines.append(json.loads(line))

    def send(self, **message):
        self._process.stdin.write(json.dumps(message) + "\n")
        self._process.stdin.flush()

    def wait(self, key, value=None):
        """The first line with this key, and this value of it."""
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            for line in self.lines:
                if key in line and value in (None, line[key]):
                    return line
            time.sleep(0.02)
        raise TimeoutError(f"no {key} in {self.lines}")

    def end(self):
        """Close its stdin; return the exit status and what it said on stderr."""
        self._process.stdin.close()
        status = self._process.wait(20)
        self._reader.join()
        return status, self._process.stderr.read()


@pytest.fixture
def served():
    stream = Stream()
    with CameraServer(stream) as server:
        yield server, stream


def test_clips_of_doors_and_commands(interpreter, served, tmp_path):
    server, stream = served
    folder = tmp_path / "clips"
    options = ["--source", "none", "--record_folder", folder, "--live_port", server.port]
    process = Process(interpreter, *options, "--record_before", 0.5, "--record_after", 0.6)
    while stream.number < 8:
        time.sleep(0.05)
    process.send(event="door", door="door", state="open", time="x")
    clip = process.wait("event", "clip")
    assert clip["name"].startswith("000001-")
    assert clip["name"].endswith("-open.avi")
    process.send(event="alarm", door="door", kind="left_open", state="off", time="x")
    process.send(event="alarm", door="door", kind="left_open", state="on", time="x")
    time.sleep(0.2)
    process.send(command="clips", id="web/1", to="record")
    answer = process.wait("answer")
    assert answer == {"answer": "web/1", "clips": [[clip["name"], (folder / clip["name"]).stat().st_size]]}
    time.sleep(1)
    process.send(command="save", id="web/2", to="record", reason="button")
    process.wait("answer", "web/2")
    time.sleep(0.3)
    assert process.end() == (0, "")
    names = sorted(path.name for path in folder.iterdir())
    assert [name[24:] for name in names] == ["open.avi", "left_open.avi", "button.avi"]
    assert {"clips", "bytes", "dropped", "heap"} <= set(process.wait("beat")["beat"])
    for name in names:
        data = (folder / name).read_bytes()
        check_structure(data)
        found = numbers(data)
        # Ten a second, by the stream's own times, of which the name tells the first.
        first = found[0][0]
        assert found == [(number, round((number - first) / 10, 3)) for number in range(first, first + len(found))]
        moment = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(round(stream.begin + first / 10, 3)))
        assert name[7:23] == moment
        assert 5 <= len(found) <= 20


def test_nothing_to_record(host, tmp_path):
    """Neither a stream nor a disk: it waits for both, says so, and ends in order."""
    arguments = ["--source", "none", "--record_folder", tmp_path / "no/clips", "--live_port", free_port()]
    process = Process(host, *arguments)
    disk = process.wait("event", "disk")
    assert (disk["state"], disk["reason"]) == ("lost", "[Errno 2] ENOENT")
    process.send(event="door", door="door", state="open", time="x")
    process.send(command="clips", id="web/1", to="record")
    assert process.wait("answer")["clips"] == []
    assert process.end() == (0, "")


def test_a_failure_ends_the_process(host, tmp_path):
    """So that the supervisor starts another: one that lives on and records nothing would help nobody."""
    script = """
import asyncio, recorder
async def run(self):
    await asyncio.sleep_ms(10)
    raise MemoryError("no memory")
recorder.Recorder.run = run
from door import record
record.main(sys.argv[1:])
"""
    arguments = ["--source", "none", "--record_folder", tmp_path / "clips", "--live_port", free_port()]
    reader, writer = os.pipe()  # a supervisor that says nothing
    try:
        with pytest.raises(ScriptFailed, match="exit status 1") as caught:
            run(host, script, *arguments, env={"SUPERVISED": "1"}, stdin=reader, timeout=30)
    finally:
        os.close(reader)
        os.close(writer)
    assert "MemoryError: no memory" in str(caught.value)
