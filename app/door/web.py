"""The process that answers the page: HTTP turned into commands for the other processes, settings and models kept."""

import asyncio
import binascii
import hashlib
import json
import os
import sys

import config
import unn
from door import settings as configuration
from door.network import DoorNetwork
from fastcgi import FastCgiServer
from http_client import HttpClient
from http_server import HttpServer, Refused
from process_link import CommandError, Link

JSON = "application/json"
FRESH = ("Cache-Control: no-store",)
MODEL_BYTES, SETTINGS_BYTES, EXPORT_BYTES = 1048576, 65536, 262144
# Bytes of the log that is shown, and events that wait for a page that does not take them.
LOG_BYTES, WAITING = 16384, 32
# Seconds: a page that is gone is noticed when something is sent to it.
SIGN_OF_LIFE = 15
# The answer to a change goes out before the app begins anew.
ANSWER_MS = 300
# How each output is tried, and the setting without which there is none.
OUTPUTS = {
    "virtual_input": ("watch", "test", None),
    "mqtt": ("upload", "test", "mqtt_host"),
    "webhook": ("upload", "test", "webhook_url"),
    "record": ("record", "save", "record_folder"),
}


class Web:
    """Serves /local/<app>/api/ behind the reverse proxy, and /local/<app>/cgi/ by FastCGI."""

    def __init__(self, path, values):
        """`path` is the configuration's, `values` are the checked settings."""
        self._path = path
        self._values = values
        self._link = Link(event=self._take)
        self._log: list[str] = []
        self._pages = []
        self._live = HttpClient(timeout=5)
        # One change at a time.
        self._changing = asyncio.Lock()
        self._serving = None

    async def run(self):
        """Serve until the supervisor wants this process to end; returns the exit status: RELOAD with new settings.

        Raises OSError for a port that is taken.
        """
        await HttpServer(self.answer).start("127.0.0.1", self._values["page_port"])
        path = os.getenv("FCGI_SOCKET_NAME")
        if path:
            await FastCgiServer(self.answer).start(path)
        self._serving = asyncio.create_task(self._link.run())
        try:
            await self._serving
        except asyncio.CancelledError:
            await asyncio.sleep_ms(ANSWER_MS)
            return configuration.RELOAD
        return 0

    async def _take(self, event):
        line = json.dumps(event)
        self._log.append(line)
        while sum([len(line) for line in self._log]) > LOG_BYTES:
            self._log.pop(0)
        for page in self._pages:
            page.put(line)

    async def answer(self, request):
        """Answer one request."""
        place = request.path.partition("/api/")[2] or request.path.partition("/cgi/")[2]
        name, _, rest = place.partition("/")
        reading = request.method in ("GET", "HEAD")
        action = getattr(self, ("get_" if reading else "set_") + name, None)
        if not action:
            raise Refused(404, "need a part of the API, have " + place)
        # Other sites can let a browser send forms here, but none with this field.
        if not reading and not request.value("x-requested-with"):
            raise Refused(403, "need the field X-Requested-With, have none")
        try:
            if reading:
                told = await action(request, rest)
            else:
                async with self._changing:
                    told = await action(request, rest)
        except CommandError as error:
            raise Refused(502, str(error))
        except asyncio.TimeoutError:
            raise Refused(504, "the app does not answer in time")
        except ValueError as error:
            raise Refused(400, str(error))
        if not request.status:
            await request.answer(200, json.dumps(told or {}).encode(), JSON, FRESH)

    # What is asked

    async def get_status(self, request, _):
        """What every process tells of itself."""
        told = {}
        for name in ("watch", "upload", "supervisor"):
            try:
                told[name] = await self._link.command(name, "status", timeout=3)
            except (CommandError, asyncio.TimeoutError) as error:
                told[name] = {"error": str(error) or "no answer in time"}
        return told

    async def get_metrics(self, request, _):
        """The same for Prometheus."""
        from door import measures

        text = measures.text(await self.get_status(request, _))
        await request.answer(200, text.encode(), measures.CONTENT_TYPE, FRESH)

    async def get_history(self, request, _):
        """Counts by day and the last changes."""
        return await self._link.command("watch", "history")

    async def get_events(self, request, _):
        """The app's events as they come."""
        page = Page()
        self._pages.append(page)
        try:
            await request.begin("text/event-stream", FRESH)
            while True:
                await request.send(await page.next())
        finally:
            self._pages.remove(page)

    async def get_logs(self, request, _):
        """The last events as lines."""
        await request.answer(200, "\n".join(self._log).encode(), "text/plain; charset=utf-8", FRESH)

    async def get_picture(self, request, _):
        """One JPEG of the live view, for cameras that let no stream through."""
        url = "http://127.0.0.1:%d/live/picture%s" % (self._values["live_port"], "?raw=1" if request.query else "")
        try:
            response = await self._live.get(url)
            try:
                picture = await response.read(MODEL_BYTES)
            finally:
                response.close()
        except OSError as error:
            raise Refused(503, "there is no picture now: %s" % error)
        await request.answer(200, picture, "image/jpeg", FRESH)

    async def get_settings(self, request, _):
        """The configuration as it is written, all settings as they hold, and what each may be."""
        return {
            "own": self._own(),
            "values": config.concealed(configuration.FIELDS, self._values),
            "doors": configuration.doors_of(self._values),
            "fields": configuration.form(),
        }

    async def get_model(self, request, place):
        """The card of a door's model."""
        return card(self._door(place)["model"] or configuration.packaged("door.unn"))

    async def get_export(self, request, _):
        """The configuration with its models, as a file."""
        own = self._own()
        models = {}
        for path in models_of(own):
            with open(path, "rb") as file:
                models[path.rpartition("/")[2]] = binascii.b2a_base64(file.read()).decode().strip()
        body = json.dumps({"door_state": 1, "settings": own, "models": models}).encode()
        if len(body) > EXPORT_BYTES:
            raise ValueError("need models of %d bytes together at most" % (EXPORT_BYTES // 2))
        await request.answer(
            200, body, JSON, FRESH + ('Content-Disposition: attachment; filename="door_state_backup.json"',)
        )  # fmt: skip

    async def get_collect(self, request, name):
        """The list of the pictures that were kept for training, or one of them."""
        if name and not (name.endswith(".jpg") and name[:-4].isdigit()):
            raise Refused(404, "need a number with .jpg behind it, have " + name)
        await self._send(request, "collect/" + (name or "index.csv"), "image/jpeg" if name else "text/csv")

    async def _send(self, request, name, kind):
        """Answer with a file in localdata."""
        try:
            path = self._folder() + name
            size = os.stat(path)[6]
            file = open(path, "rb")
        except OSError:
            raise Refused(404, "there is no " + name)
        with file:
            await request.begin(kind, FRESH, size)
            view = memoryview(bytearray(8192))
            while True:
                count = file.readinto(view)
                if not count:
                    break
                await request.send(view[:count])

    # What is changed

    async def set_settings(self, request, _):
        """Take a whole configuration."""
        await self._change(parsed(await request.read(SETTINGS_BYTES)))

    async def set_reference(self, request, _):
        """Take the view as it is for the right one."""
        await self._link.command("watch", "reference")

    async def set_test(self, request, output):
        """Try an output."""
        if output not in OUTPUTS:
            raise ValueError("need one of the outputs %s, have %s" % (", ".join(sorted(OUTPUTS)), output))
        to, name, setting = OUTPUTS[output]
        if setting and not self._values[setting]:
            raise ValueError("it is not set up yet")
        return await self._link.command(to, name, timeout=15, output=output)

    async def set_collect(self, request, action):
        """Let pictures go that have been fetched."""
        return await self._link.command("watch", action, **parsed(await request.read(SETTINGS_BYTES)))

    async def set_model(self, request, place):
        """Take a model for a door, checked before any other is given up."""
        self._door(place)
        folder = self._folder()
        new = folder + "model.new"
        digest = hashlib.sha256()
        size = 0
        view = memoryview(bytearray(4096))
        try:
            with open(new, "wb") as file:
                while True:
                    count = await request.readinto(view)
                    if not count:
                        break
                    size += count
                    if size > MODEL_BYTES:
                        raise Refused(413, "need a model of at most %d bytes, have more" % MODEL_BYTES)
                    file.write(view[:count])
                    digest.update(view[:count])
                file.flush()
            told = card(new)
            DoorNetwork(new)
            # A name of its own: the file of a model that is in use must not change.
            path = folder + "model-" + binascii.hexlify(digest.digest()[:4]).decode() + ".unn"
            os.rename(new, path)
            own = config.read(self._path)
            doors_in(own)[int(place) + 1 if own.get("doors") else 0]["model"] = path
            await self._change(own)
        finally:
            self._sweep()
        told["file"] = path.rpartition("/")[2]
        return told

    async def set_import(self, request, _):
        """Take a file that export made."""
        told = parsed(await request.read(EXPORT_BYTES))
        folder = self._folder()
        try:
            if told["door_state"] != 1:
                raise ValueError("need a backup of version 1, have %s" % told["door_state"])
            own = told["settings"]
            for name, text in told["models"].items():
                data = binascii.a2b_base64(text)
                unn.info(data)
                if "/" in name or not name.startswith("model-") or not name.endswith(".unn"):
                    raise ValueError("need the name of a model, have " + name)
                with open(folder + "model.new", "wb") as file:
                    file.write(data)
                    file.flush()
                os.rename(folder + "model.new", folder + name)
            # The models are in this camera's folder, wherever they were.
            for door in doors_in(own):
                if door.get("model"):
                    door["model"] = folder + door["model"].rpartition("/")[2]
            await self._change(own)
        except (KeyError, TypeError, AttributeError):
            raise ValueError("need a file that was exported here, have another one")
        finally:
            self._sweep()

    def _own(self):
        """What the configuration's file has, without its secrets."""
        return config.concealed(configuration.FIELDS, config.read(self._path))

    def _door(self, place):
        doors = configuration.doors_of(self._values)
        if not place.isdigit() or int(place) >= len(doors):
            raise ValueError("need the number of a door below %d, have %s" % (len(doors), place))
        return doors[int(place)]

    def _folder(self):
        """Where models are kept: beside the configuration that is written."""
        return (configuration.localdata(configuration.CONFIG) or self._path).rpartition("/")[0] + "/"

    async def _change(self, own):
        """Write a configuration if it is right, and have the app begin anew with it."""
        own = config.restored(configuration.FIELDS, own, self._values)
        values = configuration.check(own)
        for door in configuration.doors_of(values):
            if door["model"]:
                try:
                    DoorNetwork(door["model"])
                except OSError as error:
                    raise ValueError("%s: cannot be read, %s" % (door["model"], error))
        if self._path == configuration.packaged(configuration.CONFIG):
            self._path = configuration.localdata(configuration.CONFIG) or self._path
        configuration.write(self._path, own)
        self._sweep()
        self._values = values
        self._serving.cancel()


    def _sweep(self):
        """Remove the models that are not in use."""
        folder = self._folder()
        used = models_of(config.read(self._path))
        for name in os.listdir(folder):
            if name.startswith("model") and folder + name not in used:
                os.unlink(folder + name)


class Page:
    """An open page: the events that it has not been sent yet."""

    def __init__(self):
        self._lines: list[str] = []
        self._news = asyncio.Event()

    def put(self, line):
        """Add an event; the oldest gives way if they are too many."""
        self._lines = self._lines[1 - WAITING :] + [line]
        self._news.set()

    async def next(self):
        """What to send: events, or a comment as a sign of life."""
        try:
            await asyncio.wait_for(self._news.wait(), SIGN_OF_LIFE)
        except asyncio.TimeoutError:
            return b":\n\n"
        self._news.clear()
        lines, self._lines = self._lines, []
        return "".join(["data: %s\n\n" % line for line in lines]).encode()


def parsed(body):
    """The JSON object in a body; raises ValueError for anything else."""
    body = body.strip()
    # The interpreter's parser would take an object without its end.
    if not body.startswith(b"{") or not body.endswith(b"}"):
        raise ValueError("need a JSON object from { to }")
    return json.loads(body)


def doors_in(own):
    """The parts of a configuration that may name a model."""
    return [own] + own.get("doors", [])


def models_of(own):
    """The paths of the models that a configuration names."""
    return {door["model"] for door in doors_in(own) if door.get("model")}


def card(path):
    """What there is to know of a model."""
    told = unn.info(path)
    return {
        "bytes": os.stat(path)[6], "weights": told.weight_bytes, "arena": told.arena_bytes, "labels": list(told.labels),
        "multiply_adds": told.multiply_adds, "operators": list(told.operators),
        "inputs": [list(tensor.shape) for tensor in told.inputs], "file": path.rpartition("/")[2],
    }  # fmt: skip


def main(arguments):
    """Serve until the supervisor ends; returns the exit status."""
    path, values = configuration.load(arguments)
    return asyncio.run(Web(path, values).run())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
