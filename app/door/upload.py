"""The process that tells others: MQTT with Home Assistant, and a webhook, behind one durable queue."""

import asyncio
import gc
import json
import sys
import time

import door
import json_lines
import mpycam
from backoff import Backoff
from door import home_assistant
from door import settings as configuration
from durable_queue import DurableQueue, QueueFull
from mqtt import MqttClient, Will
from process_link import Link
from vapix import Vapix
from webhook import Webhook

# Events that must not be lost, and whose last one is what holds now.
KEPT = ("door", "alarm", "view")
EVENTS = KEPT + ("source", "statistics")
MQTT, WEBHOOK = "mqtt", "webhook"
QUEUE_LIMIT, MQTT_LIMIT = 262144, 131072
FULL_SECONDS = 5
FAREWELL_SECONDS = 1
# What the camera is, by the names of its own.
IDENTITY = (("model", "ProdNbr"), ("serial", "SerialNumber"), ("firmware", "Version"), ("architecture", "Architecture"))
# Bytes of garbage after which it is collected.
GARBAGE = 32768
# Commands over MQTT: the process that each is for. Others are the supervisor's.
COMMANDS = {name: ("watch", name) for name in ("status", "history", "reference", "reload", "clear")}
COMMANDS["test"] = ("watch", "test")
COMMANDS["processes"] = ("supervisor", "status")
# So many answers are kept, in case that a command comes twice.
ANSWERS = 8


class Upload:
    """Takes events from the other processes, and brings them to all who want them."""

    def __init__(self, values):
        """Open the queue; raises OSError."""
        self._values = values
        self._names = [own["name"] for own in configuration.doors_of(values)]
        self._link = Link(
            commands={"test": self.test, "status": self.status}, event=self.event, statistics=self.statistics
        )
        self._readers = [name for name, key in ((MQTT, "mqtt_host"), (WEBHOOK, "webhook_url")) if values[key]]
        path = configuration.localdata("queue")
        if path is None:
            raise OSError("need a folder localdata for the queue, have none")
        self._queue = DurableQueue(path, self._readers, QUEUE_LIMIT)
        self._states = {name: ("waiting", "") for name in self._readers}
        self._doors = {}  # what each door's topic says
        self._view = {"state": "good"}
        self._about: dict = {"app": "door_state", "version": door.__version__, "mpycam": mpycam.version, "doors": self._names}
        self._client = None
        self._root = ""
        self._answers = []
        if values["webhook_url"]:
            self._webhook = Webhook(
                values["webhook_url"], self._queue, values["webhook_key"],
                retry_first=values["retry_first"], retry_longest=values["retry_longest"],
                report=lambda state, reason: self._report(WEBHOOK, state, reason),
            )  # fmt: skip

    async def run(self):
        """Work until the supervisor ends."""
        if self._values["webhook_url"]:
            asyncio.create_task(self._webhook.run())
        if self._values["mqtt_host"]:
            asyncio.create_task(self._run_mqtt())
        await self._link.run()
        if self._client and self._client.connected:
            farewell = self._client.publish(self._root + "/status", "offline", qos=1, retain=True)
            try:
                await asyncio.wait_for(farewell.done.wait(), FAREWELL_SECONDS)
            except asyncio.TimeoutError:
                pass  # then the broker publishes the will
            await self._client.stop()
        self._queue.close()

    # What comes from the other processes

    async def event(self, event):
        """Take an event; when this returns, one that must not be lost is on the disk."""
        kind = event["event"]
        if kind in KEPT:
            # The same each time that the event is sent, so that who gets it twice knows it.
            event["id"] = "%s-%s-%s" % (kind, event["time"], event.get("door", ""))
            await self._keep(json_lines.line(event.items()))
        if kind == "door":
            known = {key: event[key] for key in ("state", "confidence", "openings", "open_seconds", "alarm") if key in event}
            known["since"] = event["time"]
            self._doors[event["door"]] = known
            self._publish("/door/" + event["door"], known)
        elif kind == "alarm" and event["door"] in self._doors:
            self._doors[event["door"]]["alarm"] = event["kind"] if event["state"] == "on" else None
            self._publish("/door/" + event["door"], self._doors[event["door"]])
        elif kind == "view":
            self._view = {"state": event["state"]}
            self._publish("/view", self._view)
        elif kind not in KEPT:
            self._publish("/" + kind, event, qos=0)

    async def _keep(self, line):
        told = False
        while self._readers:
            try:
                self._queue.put(line)
                return
            except (QueueFull, OSError) as error:
                if not told:
                    print("door_state: queue: %s" % error, file=sys.stderr)
                told = True
                await asyncio.sleep(FULL_SECONDS)

    async def status(self, arguments):
        """How the outputs are."""
        return {"outputs": [
            {"name": name, "state": state, "reason": reason, "waiting": self._queue.waiting(name)}
            for name, (state, reason) in self._states.items()
        ]}  # fmt: skip

    async def test(self, arguments):
        """Send something through an output now; raises OSError or ValueError if that fails."""
        output = arguments.get("output")
        if output not in self._readers:
            raise ValueError("need one of the outputs %s, have %s" % (", ".join(self._readers), output))
        line = json.dumps({"event": "test", "time": time.time(), "id": "test-%s" % time.time()})
        if output == WEBHOOK:
            await self._webhook.send(line.encode())
            return
        if not (self._client and self._client.connected):
            raise OSError("no connection to the broker: " + self._states[MQTT][1])
        await asyncio.wait_for(self._client.publish(self._root + "/event", line, qos=1).done.wait(), 10)

    def statistics(self):
        """What the supervisor is told with every sign of life."""
        return {name: self._queue.waiting(name) for name in self._readers}

    def _report(self, output, state, reason):
        self._states[output] = state, reason
        pairs = (("reason", reason),) if reason else ()
        shown = "back" if state == "connected" else state
        self._link.tell(("event", "output"), ("time", json_lines.utc(time.time())), ("output", output), ("state", shown), *pairs)

    # MQTT

    async def _run_mqtt(self):
        values = self._values
        device = values["mqtt_device"]
        if configuration.inside(values):
            await self._identify()
        device = device or self._about.get("serial") or "door_state"
        self._root = "%s/%s" % (values["mqtt_prefix"], device)
        self._client = MqttClient(
            values["mqtt_host"], values["mqtt_port"], "door_state-" + device,
            values["mqtt_user"] or None, values["mqtt_password"] or None,
            will=Will(self._root + "/status", b"offline", 1, retain=True),
            retry_first=values["retry_first"], retry_longest=values["retry_longest"], report=self._mqtt_changed, queue_limit=MQTT_LIMIT,
        )  # fmt: skip
        self._client.subscribe(self._root + "/command", 1, self._command_came)
        found = home_assistant.messages(values["discovery_prefix"], self._root, device, self._about, self._names)
        self._topics = {topic: payload for topic, payload in found.items() if values["discovery_prefix"]}
        self._client.subscribe(self._root + "/door/+", 1, self._discovered)
        if self._topics:
            own = "%s/+/%s/+/config" % (values["discovery_prefix"], home_assistant.identifier(device))
            self._client.subscribe(own, 1, self._discovered)
        asyncio.create_task(self._deliver())
        await self._client.run()

    async def _identify(self):
        """Ask the camera what it is, until it answers: its serial number is part of the topics."""
        values = self._values
        camera = Vapix("door_state", values["user"], values["password"], values["camera"])
        backoff = Backoff(values["retry_first"], values["retry_longest"])
        while True:
            try:
                known = await camera.properties()
                break
            except (OSError, ValueError, KeyError, asyncio.TimeoutError):
                await asyncio.sleep(backoff.next())
            finally:
                camera.close()
        for name, key in IDENTITY:
            self._about[name] = known.get(key)

    def _mqtt_changed(self, state, reason):
        self._report(MQTT, state, reason)
        if state == "connected":
            # All that is retained: the broker may have lost it, or have published the will.
            self._publish("/status", "online")
            self._publish("/device", self._about)
            self._publish("/view", self._view)
            for name, known in self._doors.items():
                self._publish("/door/" + name, known)
            for topic, payload in self._topics.items():
                self._client.publish(topic, payload, qos=1, retain=True)

    def _discovered(self, topic, payload, retained):
        """Remove what the broker keeps of doors that are no more."""
        name = topic[len(self._root) + len("/door/") :] if topic.startswith(self._root) else None
        if retained and payload and topic not in self._topics and name not in self._names:
            self._client.publish(topic, b"", qos=1, retain=True)

    def _publish(self, topic, value, qos=1):
        """Publish what is retained, a text or a dictionary, if there is a broker; else that is done when there is one."""
        if self._client and self._client.connected:
            payload = value if isinstance(value, str) else json_lines.line(value.items())
            try:
                self._client.publish(self._root + topic, payload, qos=qos, retain=True)
            except OSError:
                pass  # a broker that takes nothing is lost before long, and gets all when it is back

    async def _deliver(self):
        while True:
            line = await self._queue.next(MQTT)
            try:
                await self._client.publish(self._root + "/event", line, qos=1).done.wait()
            except OSError:
                await asyncio.sleep(FULL_SECONDS)  # the client's own queue is full
                continue
            self._queue.done(MQTT)

    def _command_came(self, topic, payload, retained):
        # A command that a broker kept is an old one.
        if not retained:
            asyncio.create_task(self._answer(payload))

    async def _answer(self, payload):
        identifier = None
        try:
            arguments = json.loads(payload)
            if not isinstance(arguments, dict) or "command" not in arguments:
                raise ValueError('need an object with "command"')
            identifier, command = arguments.pop("id", None), arguments.pop("command")
            for known, answer in self._answers:
                if identifier is not None and known == identifier:
                    break  # came twice: it is done only once
            else:
                self._answers = self._answers[1 - ANSWERS :]
                if command == "test" and arguments.get("output") != "virtual_input":
                    answer = await self.test(arguments)
                else:
                    # The camera's own inputs are door.watch's.
                    to, name = COMMANDS.get(command, ("supervisor", command))
                    answer = await self._link.command(to, name, **arguments)
                answer = dict(answer or {}, ok=True)
                self._answers.append((identifier, answer))
        except (ValueError, TypeError, OSError, asyncio.TimeoutError) as error:
            answer = {"ok": False, "error": str(error) or "no answer in time"}
        answer["id"] = identifier
        self._client.publish(self._root + "/answer", json.dumps(answer), qos=1)


def main(arguments):
    """Work until the supervisor ends; returns the exit status."""
    gc.threshold(GARBAGE)
    _, values = configuration.load(arguments)
    if configuration.has_upload(values):
        asyncio.run(Upload(values).run())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
