"""The camera's MQTT client: it connects to a broker and publishes the events that it was told to."""

import asyncio
import contextlib
import json
import ssl

from mpycam.camera.topics import TopicFilter, for_mqtt, parse

FILE = "mqtt.json"
DEFAULT_PORTS = {"tcp": 1883, "ssl": 8883, "ws": 80, "wss": 443}
# How long the client waits before it connects again, in seconds: the first time and at most.
FIRST_WAIT, LONGEST_WAIT = 0.5, 30
# A broker that takes no messages may delay switching off for so long.
GOODBYE_SECONDS = 2
EVERYTHING = {
    "topicPrefix": "default",
    "customTopicPrefix": "",
    "appendEventTopic": True,
    "includeTopicNamespaces": True,
    "includeSerialNumberInPayload": False,
    "eventFilterList": [],
}


class MqttClient:
    """The client, its configuration and that of the events; all of them are kept in flash."""

    def __init__(self, camera):
        self._camera = camera
        self._task = None
        self._goodbye = self._was_connected = False
        self.connected = False
        self._kept = {}

    async def start(self):
        """Connect if the client was active."""
        self._kept = self._camera.storage.read(FILE, {"active": False, "client": None, "publication": EVERYTHING})
        if self.active:
            self._run()

    async def stop(self):
        """Disconnect without a word, as when the power goes: the broker publishes the last will."""
        await self._end(goodbye=False)

    @property
    def active(self):
        """Whether the client was activated."""
        return self._kept["active"]

    @property
    def configuration(self):
        """The parameters of configureClient, or None before the first one."""
        return self._kept["client"]

    @property
    def publication(self):
        """The parameters of configureEventPublication, complete."""
        return self._kept["publication"]

    @property
    def device_prefix(self):
        """What topics begin with."""
        return (self.configuration or {}).get("deviceTopicPrefix", f"axis/{self._camera.identity.serial_number}")

    async def configure(self, configuration):
        """Replace the client's configuration; a client that is active connects again."""
        self._keep(client=configuration)
        if self.active:
            await self._end(goodbye=False)
            self._run()

    async def configure_publication(self, publication):
        """Replace the configuration of events."""
        self._keep(publication=publication)
        if self._task:
            await self._end(goodbye=False)
            self._run()

    def activate(self):
        """Connect, now and after each boot."""
        if not self.active:
            self._keep(active=True)
            self._run()

    async def deactivate(self):
        """Disconnect with the disconnect message."""
        self._keep(active=False)
        await self._end(goodbye=True)

    def _keep(self, **changes):
        kept = {**self._kept, **changes}
        self._camera.storage.write(FILE, kept)
        self._kept = kept

    def _run(self):
        self._task = asyncio.get_running_loop().create_task(self._stay_connected())

    async def _end(self, goodbye):
        task, self._task = self._task, None
        if task:
            self._goodbye = goodbye
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _stay_connected(self):
        from aiomqtt import MqttError

        configuration, wait = self.configuration, FIRST_WAIT
        while True:
            self._was_connected = False
            try:
                await self._connection(configuration)
            except (MqttError, OSError, ValueError) as error:
                self._log("WARNING", f"{configuration['server']['host']}: {error}")
            # Hanging up may end in an error of its own.
            if self._task is not asyncio.current_task() or not configuration.get("autoReconnect", True):
                return
            if self._was_connected:
                wait = FIRST_WAIT
            await asyncio.sleep(wait)
            wait = min(2 * wait, LONGEST_WAIT)

    async def _connection(self, configuration):
        from aiomqtt import Client, MqttError, Will

        server = configuration["server"]
        protocol = server.get("protocol", "tcp")
        will = self._message(configuration.get("lastWillTestament"), False, "Connection Lost", timestamp=None)
        client = Client(
            server["host"],
            server.get("port", DEFAULT_PORTS[protocol]),
            username=configuration.get("username") or None,
            password=configuration.get("password") or None,
            identifier=configuration.get("clientId") or self._camera.identity.serial_number,
            will=Will(**will) if will else None,
            clean_session=configuration.get("cleanSession", True),
            keepalive=configuration.get("keepAliveInterval", 60),
            timeout=configuration.get("connectTimeout", 60),
            transport="websockets" if protocol.startswith("ws") else "tcp",
            websocket_path="/" + server.get("basepath", "").lstrip("/") if protocol.startswith("ws") else None,
            tls_context=_tls(configuration) if protocol in ("ssl", "wss") else None,
        )
        # Subscribed before connecting, so that no event falls between the states and what follows.
        with self._camera.events.subscribe() as subscription:
            async with client:
                self.connected = self._was_connected = True
                self._log("INFO", f"Connected to {server['host']}")
                loop = asyncio.get_running_loop()
                work = [loop.create_task(self._forward(client, configuration, subscription))]
                work.append(loop.create_task(_until_lost(client)))
                try:
                    done, _ = await asyncio.wait(work, return_when=asyncio.FIRST_COMPLETED)
                    done.pop().result()
                except asyncio.CancelledError:
                    if self._goodbye:
                        with contextlib.suppress(TimeoutError, MqttError):
                            async with asyncio.timeout(GOODBYE_SECONDS):
                                await self._say(client, configuration.get("disconnectMessage"), False, "Disconnected")
                    else:
                        _hang_up(client)
                    raise
                finally:
                    self.connected = False
                    for task in work:
                        task.cancel()
                    await asyncio.gather(*work, return_exceptions=True)

    async def _forward(self, client, configuration, subscription):
        await self._say(client, configuration.get("connectMessage"), True, "Connected")
        for event in self._camera.events.states():
            await self._publish(client, event)
        while True:
            await self._publish(client, await subscription.get())

    async def _say(self, client, configured, connected, description):
        timestamp = self._camera.clock.now().isoformat(timespec="seconds").replace("+00:00", "Z")
        message = self._message(configured, connected, description, timestamp)
        if message:
            await client.publish(**message)

    def _message(self, configured, connected, description, timestamp):
        """The arguments of publish() for a message that tells the connection's state, None where none is wanted."""
        if configured is None:
            return None
        if not configured.get("useDefault", True):
            return {
                "topic": configured["topic"],
                "payload": configured["message"],
                "qos": configured["qos"],
                "retain": configured["retain"],
            }
        payload = {
            "serialNumber": self._camera.identity.serial_number,
            "connected": connected,
            "description": description,
            "timestamp": timestamp,
        }
        topic = f"{self.device_prefix}/event/connection"
        return {"topic": topic, "payload": json.dumps(payload), "qos": 1, "retain": True}

    async def _publish(self, client, event):
        publication = self.publication
        # A message that matches several filters is published as often.
        for entry in publication["eventFilterList"]:
            if TopicFilter(entry["topicFilter"]).matches(event.topic):
                retain = entry["retain"] == "all" or entry["retain"] == "property" and event.stateful
                topic = event_topic(self.device_prefix, publication, event)
                payload = event_payload(self._camera.identity.serial_number, publication, event)
                await client.publish(topic, json.dumps(payload), qos=entry["qos"], retain=retain)

    def _log(self, level, text):
        self._camera.logs.write("mqtt-client", 1, level, text)


def event_topic(device_prefix, publication, event):
    """The MQTT topic that an event is published under, such as
    axis/B8A44F000000/event/tns:onvif/Device/tns:axis/IO/VirtualInput/$source/port/1."""
    custom = publication["topicPrefix"] == "custom"
    topic = [publication["customTopicPrefix"] if custom else f"{device_prefix}/event"]
    if publication["appendEventTopic"]:
        before = None
        for namespace, name in parse(event.topic):
            if namespace != before and publication["includeTopicNamespaces"]:
                topic.append(f"tns:{namespace}")
            before = namespace
            topic.append(name)
        for name, value in event.source.items():
            topic += ["$source", name, value]
    # Characters that a topic cannot have.
    return "/".join(topic).replace("+", "_").replace("#", "_")


def event_payload(serial_number, publication, event):
    """What is published of an event."""
    message = {"source": event.source, "key": event.key, "data": event.data}
    serial = {"serial": serial_number} if publication["includeSerialNumberInPayload"] else {}
    return {"topic": for_mqtt(event.topic), "timestamp": event.timestamp, **serial, "message": message}


def _tls(configuration):
    context = ssl.create_default_context()
    if not configuration.get("ssl", {}).get("validateServerCert", False):
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    protocol = configuration["server"].get("alpnProtocol")
    if protocol:
        context.set_alpn_protocols([protocol])
    return context


async def _until_lost(client):
    # Nothing was subscribed to: this only ends with the error of a connection that ends.
    async for _ in client.messages:
        pass


def _hang_up(client):
    # aiomqtt only knows the polite way, after which a broker would not publish the last will.
    connection = client._client.socket()
    if connection is not None:
        with contextlib.suppress(OSError):
            connection.shutdown(2)
