#!/usr/bin/env python3
"""A hard day of the door app in minutes: `soak.py INTERPRETER [--minutes N] [--seed N]`.

The whole app runs against a camera, a broker and a receiver of webhooks, all of which this program takes away again
and again, and against disks that it fills and pulls. It sets the camera's clock and kills each of the app's processes.
Clocks run 144 times as fast as real ones, so that ten minutes are a day. At the end this must hold:

- what the durable queue had once taken has arrived, by MQTT and by webhook;
- what the app printed has arrived, unless the queue had not taken it yet when the supervisor itself was killed;
- the heap of no process, after a collection, has grown;
- every clip, index and JSON file can be read.

It runs in a mount namespace of its own, for small disks.
"""

import argparse
import asyncio
import contextlib
import csv
import io
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import paho.mqtt.client as paho
from avi_files import check_structure, decoded
from broker import Broker, free_port
from camera_server import BasicGuard, CameraServer, answer, stream_head
from door_app import brightness_model, packaged
from PIL import Image

from mpycam.collect import pull
from mpycam.device import Device
from mpycam.errors import MpycamError

SPEED = 144
INSIDE = "SOAK_INSIDE"
REGION = (40, 30, 80, 100)  # of the door, in pixels of a picture of SIZE
SIZE = (256, 144)
FPS = 8
GROWTH = 100_000  # bytes of heap that are no growth: what is under way differs
MIDNIGHT_SOON = 1_700_000_000 + 5400  # 23:43 UTC
CLOCK = """
import sys
_path = sys.path[:]
sys.path.clear()
from time import *
_time = time
sys.path.extend(_path)
def time():
    with open({path!r}) as file:
        begin, offset = file.read().split()
    return (_time() - float(begin)) * {speed} + float(offset)
"""


class Scene:
    """The camera: a door that opens and closes in a stream behind a service account, which can be taken away."""

    def __init__(self, chooser, folder):
        self._chooser = chooser
        noise = np.random.default_rng(1).integers(60, 200, (SIZE[1] // 8, SIZE[0] // 8), dtype=np.uint8)
        self._pictures = [self._picture(np.kron(noise, np.ones((8, 8), np.uint8)), gray) for gray in (40, 220)]
        self._folder = folder
        self._open = False
        self._next = 0.0
        self.refusing = self.ended = False
        self.changes = 0
        self._streams = []
        self.new_account()
        with open(folder / "gdbus", "w") as file:
            file.write(f"#!/bin/sh\nexec cat {folder}/account\n")
        (folder / "gdbus").chmod(0o755)

    @staticmethod
    def _picture(background, gray):
        image = Image.fromarray(background)
        x, y, width, height = REGION
        image.paste(gray, (x, y, x + width, y + height))
        file = io.BytesIO()
        image.convert("RGB").save(file, "JPEG", quality=85)
        return file.getvalue()

    def new_account(self):
        """Forget the account that the app has, as a camera does that starts anew."""
        self._guard = BasicGuard("a0-door_state", f"{self._chooser.getrandbits(64):032x}")
        (self._folder / "account").write_text(f"('{self._guard.user}:{self._guard.password}',)\n")
        self.drop()

    def drop(self):
        """Break the streams off."""
        for connection in self._streams:
            with contextlib.suppress(OSError):
                connection.close()
        self._streams.clear()

    def __call__(self, request, connection):
        if self.refusing:
            return
        refusal = self._guard.refusal(request)
        if refusal:
            answer(connection, b"", "401 Unauthorized", "text/html", refusal)
        elif "basicdeviceinfo" in request.target:
            known = {"ProdNbr": "P3245", "SerialNumber": "ACCC8E000001", "Version": "12.0", "Architecture": "armv7hf"}
            answer(connection, json.dumps({"data": {"propertyList": known}}).encode(), kind="application/json")
        elif "video.cgi" not in request.target:
            answer(connection, b"{}", "404 Not Found", "application/json")
        else:
            self._stream(connection)

    def _stream(self, connection):
        self._streams.append(connection)
        stream_head(connection)
        while not self.refusing and not self.ended:
            now = time.monotonic()
            if now >= self._next:
                self._open = not self._open
                self.changes += 1
                self._next = now + self._chooser.choice((0.3, 1.5, 2, 3, 5))
            frame = self._pictures[self._open]
            head = f"--myboundary\r\nContent-Type: image/jpeg\r\nContent-Length: {len(frame)}\r\n\r\n"
            connection.sendall(head.encode() + frame + b"\r\n")
            time.sleep(1 / FPS)


class Receiver:
    """Takes webhooks, or does not."""

    def __init__(self):
        self.taken = {}  # id: how often
        self.status = 204
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                event = json.loads(self.rfile.read(int(self.headers["content-length"])))
                if outer.status == 0:
                    self.connection.close()
                    return
                if outer.status == 204:
                    outer.taken[event["id"]] = outer.taken.get(event["id"], 0) + 1
                self.send_response(outer.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/"
        threading.Thread(target=self._server.serve_forever, args=(0.1,), daemon=True).start()


class Listener:
    """A client of the broker that misses nothing while it or the broker is away, and asks the app how it does."""

    def __init__(self, port):
        self.taken = {}
        self.processes = []  # (seconds, {name: status})
        self._client = paho.Client(paho.CallbackAPIVersion.VERSION2, "listener", clean_session=False)
        self._client.on_message = self._message
        self._client.on_connect = lambda client, *_: client.subscribe([("doors/cam/event", 1), ("doors/cam/answer", 1)])
        self._client.reconnect_delay_set(0.2, 1)
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()

    def _message(self, client, data, message):
        value = json.loads(message.payload)
        if message.topic.endswith("/answer"):
            if value.get("processes"):
                own = value["supervisor"]
                value["processes"]["supervisor"] = {"resident": own["resident"], "beat": own}
                self.processes.append((time.monotonic(), value["processes"]))
        elif value["event"] != "test":
            self.taken[value["id"]] = self.taken.get(value["id"], 0) + 1

    def ask(self):
        """Have the app tell how its processes do."""
        command = {"command": "processes", "id": f"soak-{time.monotonic()}"}
        self._client.publish("doors/cam/command", json.dumps(command), qos=0)


class App:
    """The app, started again by the camera whenever it ends."""

    def __init__(self, program, home, environment):
        self.events = []  # (seconds, event)
        self.errors = home.parent / "errors"
        self._command = [program, "-X", "heapsize=1M", "-m", "door"]
        self._home, self._environment = home, environment
        self._wanted = True
        self._start()

    def _start(self):
        with self.errors.open("a") as errors:
            self.process = subprocess.Popen(
                self._command, cwd=self._home, env=self._environment, stdout=subprocess.PIPE, stderr=errors, text=True
            )
        threading.Thread(target=self._read, args=(self.process,), daemon=True).start()

    def _read(self, process):
        for line in process.stdout:
            with contextlib.suppress(ValueError):  # the last line of a killed process
                self.events.append((time.monotonic(), json.loads(line)))
        process.wait()
        if self._wanted:
            time.sleep(0.5)
            self._start()

    def children(self):
        """The process ids of the app's processes by their names."""
        found = {}
        for folder in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError, IndexError):
                words = (folder / "cmdline").read_bytes().split(b"\0")
                parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
                if parent == self.process.pid and words[words.index(b"-m") + 1].startswith(b"door."):
                    found[words[words.index(b"-m") + 1].decode()] = int(folder.name)
        return found

    def end(self):
        """Tell it to end; return the seconds that this took."""
        self._wanted = False
        began = time.monotonic()
        self.process.terminate()
        self.process.wait(30)
        return time.monotonic() - began


class Soak:
    """One run."""

    def __init__(self, program, minutes, seed):
        self._minutes = minutes
        self._chooser = random.Random(seed)
        self._folder = Path(tempfile.mkdtemp(prefix="soak-"))
        self._queued = set()  # ids that the queue's file had
        self._unacknowledged = set()  # those that it had not when the supervisor was killed
        self._troubles = {}
        home = packaged(self._folder / "app")
        (self._folder / "card").mkdir()
        mount(home / "localdata", "3m")
        mount(self._folder / "card", "3m")
        brightness_model(home / "brightness.unn")
        (self._folder / "clock").mkdir()
        self._offset = MIDNIGHT_SOON
        self._begin = time.time()
        self._set_clock(0)
        (self._folder / "clock" / "time.py").write_text(CLOCK.format(path=f"{self._folder}/now", speed=SPEED))
        self.scene = Scene(self._chooser, self._folder)
        self._server = CameraServer(self.scene)
        self._server.__enter__()
        (self._folder / "broker").mkdir()
        self._broker = Broker(self._folder / "broker").start()
        self.receiver = Receiver()
        self.listener = Listener(self._broker.port)
        self._home = home
        camera = self._server.url().rstrip("/")
        x, y, width, height = REGION
        settings = {
            "source": f"{camera}/axis-cgi/mjpg/video.cgi", "camera": camera, "model": "brightness.unn",
            "region": [x / SIZE[0], y / SIZE[1], width / SIZE[0], height / SIZE[1]], "virtual_input": 0,
            "minimum_duration": 0.25 * SPEED, "left_open_after": 2 * SPEED, "statistics_interval": 5,
            "mqtt_host": "127.0.0.1", "mqtt_port": self._broker.port, "mqtt_prefix": "doors", "mqtt_device": "cam",
            "webhook_url": self.receiver.url, "retry_first": 0.2, "retry_longest": 2, "timeout": 3,
            "record_folder": f"{self._folder}/card/clips", "record_bytes": 1_500_000, "record_before": 1,
            "record_after": 1, "record_memory": 300_000, "frame_limit": 262_144, "collect_bytes": 200_000,
            "page_port": free_port(), "live_port": free_port(),
        }  # fmt: skip
        self._page = f"http://127.0.0.1:{settings['page_port']}"
        (home / "door_state.json").unlink()
        (home / "door_state.json").write_text(json.dumps(settings))
        root = Path(__file__).resolve().parent.parent
        environment = {
            **os.environ,
            "MICROPYPATH": f"{self._folder}/clock:{home}:.frozen:{root}/lib:{root}/app",
            "PATH": f"{self._folder}:{os.environ['PATH']}",
        }
        self.app = App(program, home, environment)

    def _set_clock(self, jump):
        self._offset += jump
        beside = self._folder / "now.new"
        beside.write_text(f"{self._begin} {self._offset}")
        beside.rename(self._folder / "now")

    # Troubles: each takes something away, and gives it back after a while.

    def drop_stream(self):
        self.scene.drop()

    def camera_away(self):
        self.scene.refusing = True
        self.scene.drop()
        time.sleep(self._chooser.random() * 3)
        self.scene.refusing = False

    def new_account(self):
        self.scene.new_account()

    def restart_broker(self):
        self._broker.stop()
        time.sleep(self._chooser.random() * 8)
        self._broker.start()

    def receiver_away(self):
        self.receiver.status = self._chooser.choice((0, 500, 503, 404, 401, 429))
        time.sleep(self._chooser.random() * 12)
        self.receiver.status = 204

    def jump_of_the_clock(self):
        self._set_clock(self._chooser.choice((-86400, -3600, -7, 5, 3600, 86400)))

    def fill(self, folder):
        ballast = folder / "ballast"
        with contextlib.suppress(OSError), ballast.open("wb") as file:
            while True:
                file.write(bytes(4096))
                file.flush()
        time.sleep(self._chooser.random() * 4)
        with contextlib.suppress(OSError):  # the card may be pulled meanwhile
            ballast.unlink()

    def full_card(self):
        self.fill(self._folder / "card")

    def full_flash(self):
        self.fill(self._home / "localdata")

    def pulled_card(self):
        card = self._folder / "card"
        subprocess.run(["mount", "-t", "tmpfs", "-o", "ro,size=4k", "tmpfs", card], check=True)
        time.sleep(self._chooser.random() * 4)
        subprocess.run(["umount", "-l", card], check=True)

    def kill(self):
        children = self.app.children()
        # Each in turn, that none is spared by chance.
        name = min([*sorted(children), "supervisor"], key=lambda name: self._troubles.get(f"kill {name}", 0))
        self._troubles[f"kill {name}"] = self._troubles.get(f"kill {name}", 0) + 1
        with contextlib.suppress(OSError):
            os.kill(children.get(name, self.app.process.pid), signal.SIGKILL)
        if name == "supervisor":
            # What nobody had acknowledged was in its memory alone.
            time.sleep(0.3)
            self._look_at_queue()
            self._unacknowledged |= {event for _, event in self.told()} - self._queued

    TROUBLES = (
        drop_stream, camera_away, new_account, restart_broker, receiver_away, jump_of_the_clock, full_card, full_flash,
        pulled_card, kill, kill, kill,
    )  # fmt: skip

    def run(self):
        """Make trouble, print how things are every minute, and return what is wrong in the end as a list of texts."""
        poller = threading.Thread(target=self._poll, daemon=True)
        poller.start()
        began = time.monotonic()
        minute, left, threads = 1, [], {}
        while time.monotonic() - began < self._minutes * 60:
            time.sleep(0.5 + self._chooser.random() * 2)
            if not left:
                left = list(self.TROUBLES)
                self._chooser.shuffle(left)
            trouble = left.pop()
            name = trouble.__name__
            if name == "kill":
                self.kill()
            elif name not in threads or not threads[name].is_alive():
                # Others come while this one lasts.
                self._troubles[name] = self._troubles.get(name, 0) + 1
                threads[name] = threading.Thread(target=trouble, args=(self,))
                threads[name].start()
            self.listener.ask()
            if time.monotonic() - began > minute * 60:
                self._report(minute)
                minute += 1
        for thread in threads.values():
            thread.join()
        return self._end()

    def _poll(self):
        """See what the durable queue has on the disk."""
        while True:
            self._look_at_queue()
            time.sleep(0.1)

    def _look_at_queue(self):
        with contextlib.suppress(OSError):
            data = (self._home / "localdata" / "queue").read_bytes()
            lines = re.findall(rb"^[0-9a-f]{8}\+(\{.*\})$", data, re.MULTILINE)
            self._queued.update(json.loads(line)["id"] for line in lines)

    def _report(self, minute):
        processes = self.listener.processes[-1][1] if self.listener.processes else {}
        parts = []
        for name, status in sorted(processes.items()):
            heap = (status.get("beat") or {}).get("heap") or 0
            parts.append(f"{name} {heap // 1000}k of heap, {status['resident'] // 1000}k resident")
        clips = len(list((self._folder / "card").glob("clips/*.avi")))
        print(
            f"minute {minute}: {len(self.told())} events, {len(self._queued)} taken, "
            f"{len(self.receiver.taken)} by webhook, {len(self.listener.taken)} by MQTT, {clips} clips; "
            + "; ".join(parts),
            flush=True,
        )

    def told(self):
        """(seconds, id) of the events that the app printed and that must arrive."""
        found = []
        for seconds, event in list(self.app.events):
            if event["event"] in ("door", "alarm", "view"):
                found.append((seconds, "{}-{}-{}".format(event["event"], event["time"], event.get("door", ""))))
        return found

    def _end(self):
        """All is well again: what waits must arrive now."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if self._queued <= set(self.receiver.taken) and self._queued <= set(self.listener.taken):
                break
            time.sleep(0.5)
        time.sleep(3)
        self.scene.refusing = True
        self.scene.drop()
        time.sleep(3)
        wrong = self._pulled()
        seconds = self.app.end()
        self.scene.ended = True
        print(f"the app ended within {seconds:.1f} s; troubles: {self._troubles}")
        kinds = [event["event"] for _, event in self.app.events]
        print({kind: kinds.count(kind) for kind in sorted(set(kinds))})
        print(
            f"{self.scene.changes} times the door moved, {len(self.told())} events, {len(self._queued)} taken, "
            f"{len(self._unacknowledged)} lost with the supervisor before they were"
        )
        self._report("last")
        wrong += [*self._lost_events(), *self._grown(), *self._broken_files()]
        if seconds > 10:
            wrong.append(f"the app took {seconds:.1f} s to end")
        if len(self._queued) < 5 * self._minutes:
            wrong.append(f"only {len(self._queued)} events: the app hardly worked")
        # What a killed supervisor's processes have to say finds nobody (EPIPE).
        errors = [text for text in self.app.errors.read_text().split("Traceback")[1:] if "OSError: 32\n" not in text]
        if errors:
            wrong.append("a traceback on stderr: " + errors[0][:3000])
        self._broker.stop()
        self._server.__exit__()
        if wrong:
            wrong.append(f"all files are in {self._folder}")
        else:
            for mounted in (self._home / "localdata", self._folder / "card"):
                subprocess.run(["umount", "-l", mounted], check=True)
            shutil.rmtree(self._folder)
        return wrong

    def _lost_events(self):
        wrong = []
        for name, taken in (("webhook", self.receiver.taken), ("MQTT", self.listener.taken)):
            lost = self._queued - set(taken)
            if lost:
                wrong.append(f"{len(lost)} events that were in the queue did not arrive by {name}: {sorted(lost)[:3]}")
            lost = [event for _, event in self.told() if event not in taken and event not in self._unacknowledged]
            if lost:
                wrong.append(f"{len(lost)} events that were printed did not arrive by {name}: {lost[:3]}")
        return wrong

    def _grown(self):
        """Processes whose heap was larger in the last third of the time than ever in the first half."""
        wrong = []
        if not self.listener.processes:
            return ["the app never told how its processes do"]
        first, last = self.listener.processes[0][0], self.listener.processes[-1][0]
        for name in self.listener.processes[-1][1]:
            heaps = [
                ((seconds - first) / max(1, last - first), (status.get(name, {}).get("beat") or {}).get("heap", 0))
                for seconds, status in self.listener.processes
            ]
            early = max([heap for part, heap in heaps if part < 0.5], default=0)
            late = max([heap for part, heap in heaps if part > 2 / 3], default=0)
            print(f"{name}: at most {early} bytes of heap in the first half, {late} in the last third")
            if early and late > early + GROWTH:
                wrong.append(f"{name} has grown from {early} to {late} bytes of heap")
        return wrong

    def _pulled(self):
        """Fetch the collected frames as people do, through the app's page."""

        async def fetch():
            async with Device(self._page, "root", "password") as device:
                return await pull(device, "/local/door_state/api/collect", self._folder / "pulled")

        try:
            fetched, rows = asyncio.run(fetch())
        except MpycamError as error:
            return [f"the collected frames cannot be fetched: {error}"]
        print(f"{fetched} collected frames fetched")
        return [] if fetched == len(rows) > 0 else [f"{fetched} of {len(rows)} collected frames fetched"]

    def _broken_files(self):
        wrong = []
        clips = sorted((self._folder / "card" / "clips").glob("*"))
        frames = 0
        for clip in clips:
            try:
                data = clip.read_bytes()
                if int.from_bytes(data[4:8], "little"):
                    check_structure(data)
                frames += decoded(data)
            except Exception as error:
                wrong.append(f"{clip.name} of {len(data)} bytes is broken: {error!r}")
        print(f"{len(clips)} clips with {frames} frames")
        if not clips:
            wrong.append("no clips")
        for file in (self._home / "localdata").rglob("*"):
            try:
                if file.suffix == ".json":
                    json.loads(file.read_text())
                elif file.suffix == ".jpg":
                    with Image.open(file) as image:
                        image.load()
                elif file.name == "index.csv":
                    paths = [row["path"] for row in csv.DictReader(file.open())]
                    there = {path.name for path in file.parent.glob("*.jpg")}
                    if not set(paths) <= there:
                        wrong.append(f"{file.name} has {sorted(set(paths) - there)[:3]}, which are not there")
            except (OSError, ValueError) as error:
                wrong.append(f"{file.name} is broken: {error!r}")
        return wrong


def mount(folder, size):
    """Put a disk of this size there."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder], check=True)


def main():
    """Run, and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("interpreter", type=Path)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    if INSIDE not in os.environ:
        command = ["unshare", "--map-root-user", "--mount", sys.executable, *sys.argv]
        return subprocess.run(command, env={**os.environ, INSIDE: "1"}, check=False).returncode
    wrong = Soak(str(options.interpreter.resolve()), options.minutes, options.seed).run()
    print("\n".join(wrong) or "nothing was lost, has grown or is broken")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
