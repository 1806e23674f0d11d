"""`mpycam fleet monitor`: what it shows of cameras that publish to a broker, and what Prometheus reads."""

import asyncio
import subprocess
import sys
import time
import urllib.request

import pytest
from broker import Broker
from interpreters import ROOT
from mqtt_cameras import PublishingCamera

from mpycam import cli
from mpycam.errors import MpycamError
from mpycam.fleet import board as boards
from mpycam.fleet import monitor, prometheus
from mpycam.fleet.tables import table

CAMERAS = 40


@pytest.fixture(scope="module")
def broker(tmp_path_factory):
    with Broker(tmp_path_factory.mktemp("broker"), "allow_anonymous true", "max_queued_messages 0") as broker:
        yield broker


async def until(condition):
    async with asyncio.timeout(60):
        while not condition():
            await asyncio.sleep(0.02)


def watched(broker, work, prefix):
    """Run `await work(board)` while a board listens to the broker."""

    async def main():
        board = boards.Board(prefix)
        task = asyncio.create_task(monitor.listen(monitor.Broker.of(f"mqtt://127.0.0.1:{broker.port}"), board))
        try:
            await work(board)
        finally:
            task.cancel()
        return board

    return asyncio.run(main())


def test_every_message_of_every_camera_arrives(broker):
    async def work(board):
        cameras = [PublishingCamera(broker.port, f"ACCC8E{number:06X}", "all") for number in range(CAMERAS)]
        # Half of them are there before the monitor listens: their retained messages are what it gets.
        await asyncio.gather(*(camera.connect() for camera in cameras[::2]))
        await until(lambda: len(board.cameras) == CAMERAS // 2)
        await asyncio.gather(*(camera.connect() for camera in cameras[1::2]))
        for number in range(5):
            await asyncio.gather(*(camera.event() for camera in cameras))
            await asyncio.gather(*(camera.statistics(100 * number, number / 2) for camera in cameras))
        await until(lambda: sum(camera.statistics.get("frames") == 400 for camera in board) == CAMERAS)
        assert all(camera.online and camera.events == 5 and camera.frames_per_second == 2 for camera in board)
        await cameras[3].door("open", "left_open")
        cameras[7].cut()
        await until(lambda: not board.cameras["ACCC8E000007"].online and board.cameras["ACCC8E000003"].alarms)

    board = watched(broker, work, "all")
    assert board.damaged == 0
    shown = table(boards.as_rows(board, time.time())).splitlines()
    assert len(shown) == CAMERAS + 1
    assert shown[1].split()[:2] == ["ACCC8E000003", "online"] and "ALARM main left_open" in shown[1]
    assert shown[2].split()[:2] == ["ACCC8E000007", "OFFLINE"]


def test_what_it_cannot_understand_is_counted():
    board = boards.Board("mpycam")
    for topic, payload in (
        ("mpycam/x/device", b"{"), ("mpycam/x/door/main", b"3"), ("mpycam/x", b"{}"), ("other/x/status", b"online"),
        ("mpycam/x/statistics", b"\xff"),
    ):  # fmt: skip
        board.take(topic, payload)
    assert (board.messages, board.damaged) == (5, 5)
    board.take("mpycam/x/unheard_of/topic", b"{}")
    board.take("mpycam/x/door/main", b'{"state": "open"}')
    board.take("mpycam/x/door/main", b"")
    assert board.damaged == 5 and board.cameras["x"].doors == {}


def test_an_event_that_comes_twice_counts_once():
    board = boards.Board("mpycam")
    for identity in (1, 2, 2, 3, 1):
        board.take("mpycam/x/event", b'{"event": "door", "id": %d}' % identity)
    board.take("mpycam/x/event", b'{"event": "view"}')
    assert board.cameras["x"].events == 4


def test_prometheus_reads_it():
    parser = pytest.importorskip("prometheus_client.parser")
    board = boards.Board("mpycam")
    board.take("mpycam/x/status", b"online")
    board.take("mpycam/x/device", b'{"model": "a \\"b\\" \\\\ c\\n", "version": "1.0"}')
    board.take("mpycam/x/statistics", b'{"frames": 90, "fps": 4.5}')
    board.take("mpycam/x/door/main", b'{"state": "ajar", "alarm": "forced", "openings": 7}')
    found = {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in parser.text_string_to_metric_families(prometheus.as_text(board))
        for sample in family.samples
    }
    x, main = ("device", "x"), ("door", "main")
    assert found["mpycam_online", x] == 1 and found["mpycam_frames_per_second", x] == 4.5
    assert found["mpycam_frames_total", x] == 90 and found["mpycam_door_openings_today", x, main] == 7
    assert found["mpycam_door_open", x, main] == found["mpycam_door_alarm", x, main] == 1
    assert found["mpycam_messages_total",] == 4
    (info,) = [dict(labels) for name, *labels in found if name == "mpycam_camera_info"]
    assert info["model"] == 'a "b" \\ c\n'


def test_the_command_prints_a_table_and_serves_metrics(broker, tmp_path):
    async def publish():
        camera = PublishingCamera(broker.port, "ACCC8E123456", "one")
        await camera.connect()
        await camera.statistics(10)
        camera.cut()

    asyncio.run(publish())
    command = [sys.executable, "-m", "mpycam", "fleet", "monitor", f"127.0.0.1:{broker.port}", "--prefix", "one",
               "--prometheus", "0"]  # fmt: skip
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as process:
        try:
            url = process.stderr.readline().strip()
            deadline = time.monotonic() + 60
            while 'mpycam_frames_total{device="ACCC8E123456"} 10' not in urllib.request.urlopen(url).read().decode():
                assert time.monotonic() < deadline
                time.sleep(0.05)
        finally:
            process.terminate()


def test_the_table_after_some_seconds(broker, capsys):
    async def publish():
        camera = PublishingCamera(broker.port, "ACCC8E654321", "two")
        await camera.connect()
        camera.cut()

    asyncio.run(publish())
    assert cli.main(["fleet", "monitor", f"127.0.0.1:{broker.port}", "--prefix", "two", "--seconds", "2"]) == 0
    assert "ACCC8E654321" in capsys.readouterr().out


@pytest.mark.parametrize(
    "url, told",
    [("http://broker", "expected such as"), ("mqtt://u:p@broker", "apart, as a reference"), ("mqtt://", "expected")],
)
def test_addresses_of_brokers(url, told):
    with pytest.raises(MpycamError, match=told):
        monitor.Broker.of(url)


def test_a_broker_that_is_off_is_told_and_waited_for(tmp_path):
    broker = Broker(tmp_path, "allow_anonymous true")
    heard = []

    async def main():
        board = boards.Board("mpycam")
        task = asyncio.create_task(monitor.listen(monitor.Broker.of(f"127.0.0.1:{broker.port}"), board, heard.append))
        await until(lambda: heard)
        with broker:
            await until(lambda: heard[-1] == "")
            camera = PublishingCamera(broker.port, "x")
            await camera.connect()
            await until(lambda: "x" in board.cameras)
        task.cancel()

    asyncio.run(main())
    assert "no broker at 127.0.0.1" in heard[0]
