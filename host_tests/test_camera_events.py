"""Events: topics, filters of topic and content, virtual inputs, and the stream of events over WebSocket."""

import asyncio
import xml.etree.ElementTree as ElementTree

import aiohttp
import httpx
import pytest
from virtual_camera import PASSWORD, USER, running_camera

from mpycam.camera.content_filter import ContentFilter, ContentFilterError
from mpycam.camera.events import Event
from mpycam.camera.topics import TopicError, TopicFilter, for_mqtt

VIRTUAL_INPUT = "tns1:Device/tnsaxis:IO/VirtualInput"
NAMESPACE = "{http://www.axis.com/vapix/http_cgi/virtualinput1}"


@pytest.mark.parametrize(
    ("text", "selected"),
    [
        ("tns1:Device/tnsaxis:IO/VirtualInput", True),
        ("tns1:Device/tnsaxis:IO/tnsaxis:VirtualInput", True),
        ("onvif:Device/axis:IO/VirtualInput", True),
        ("tns1:Device/axis:IO/VirtualInput", True),
        ("tns1:Device/tnsaxis:IO//.", True),
        ("tns1:Device/tnsaxis:IO//", True),
        ("onvif:Device//.", True),
        ("//.", True),
        ("//", True),
        ("axis:Storage//. | onvif:Device/axis:IO/VirtualInput", True),
        ("tns1:Device/tnsaxis:IO", False),
        ("tns1:Device", False),
        ("tns1:Device/tns1:IO/VirtualInput", False),
        ("tnsaxis:Device/IO/VirtualInput", False),
        ("tns1:Device/tnsaxis:IO/VirtualInput/More", False),
        ("axis:Storage//.", False),
    ],
)
def test_topic_filter(text, selected):
    assert TopicFilter(text).matches(VIRTUAL_INPUT) is selected


@pytest.mark.parametrize("text", ["", "Device/IO", "other:Device", "tns1:", "tns1:Device//IO", "|", "x" * 5000])
def test_malformed_topic_filter(text):
    with pytest.raises(TopicError):
        TopicFilter(text)


def test_topic_over_mqtt():
    assert for_mqtt(VIRTUAL_INPUT) == "onvif:Device/axis:IO/VirtualInput"


EVENT = Event(VIRTUAL_INPUT, 0, {"port": "1"}, {}, {"active": "0", "name": 'say "no"'})


@pytest.mark.parametrize(
    ("text", "selected"),
    [
        ('boolean(//SimpleItem[@Name="port" and @Value="1"])', True),
        ('boolean(//SimpleItem[@Name="port" and @Value="0"])', False),
        ('boolean(//SimpleItem[@Value="0"])', True),
        ("boolean(//SimpleItem)", True),
        ("boolean(//ElementItem)", False),
        ("boolean( // SimpleItem )".replace(" // ", "//"), True),
        ('boolean(//tt:SimpleItem[@Name="active" and @Value="0"])', True),
        ("boolean(//SimpleItem[@Name='name' and @Value='say \"no\"'])", True),
        ('boolean(//SimpleItem[@Name="port"]) and boolean(//SimpleItem[@Name="active" and @Value="1"])', False),
        ('boolean(//SimpleItem[@Name="port"]) and not(boolean(//SimpleItem[@Name="active" and @Value="1"]))', True),
        ('boolean(//SimpleItem[@Name="x"]) or (boolean(//SimpleItem[@Name="port"]))', True),
        ('boolean(//SimpleItem[@Name="x"]) and boolean(//SimpleItem) or boolean(//SimpleItem)', True),
        ('boolean(//SimpleItem[@Name="port" and not(@Value="1")])', False),
        ('boolean(//SimpleItem[(@Name="x" or @Name="active") and @Value="0"])', True),
    ],
)
def test_content_filter(text, selected):
    assert ContentFilter(text).matches(EVENT) is selected


@pytest.mark.parametrize(
    "text",
    [
        "", "boolean", "boolean(", "boolean()", "boolean(//SimpleItem", "boolean(//SimpleItem[)", "//SimpleItem",
        'boolean(//SimpleItem[@Other="1"])', "boolean(//SimpleItem[@Name=1])", "boolean(//SimpleItem) and",
        "boolean(//SimpleItem) boolean(//SimpleItem)", "(" * 3000, "not(" * 1000, "$", 'boolean(//SimpleItem[@Name="])',
    ],
)  # fmt: skip
def test_malformed_content_filter(text):
    with pytest.raises(ContentFilterError):
        ContentFilter(text)


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    with running_camera(tmp_path_factory.mktemp("camera")) as camera:
        yield camera


@pytest.fixture
def client(running):
    with httpx.Client(base_url=running.url(), auth=httpx.DigestAuth(USER, PASSWORD)) as client:
        yield client


def stream(running, talk, query="sources=events", headers=None):
    """Open a stream and return what `await talk(socket)` does; `headers` go over TLS."""

    async def work():
        async with aiohttp.ClientSession(headers=headers) as session:
            url = running.url(f"vapix/ws-data-stream?{query}", secure=headers is not None)
            async with session.ws_connect(url, ssl=False) as socket, asyncio.timeout(20):
                return await talk(socket)

    return asyncio.run(work())


def token_query(client):
    answer = client.get("axis-cgi/wssession.cgi")
    assert answer.status_code == 200 and answer.text.isdecimal()
    return f"wssession={answer.text}&sources=events"


async def configure(socket, *filters, **envelope):
    await socket.send_json(
        {"apiVersion": "1.0", "context": "c", "method": "events:configure", "params": {"eventFilterList": filters}}
        | envelope
    )
    return await socket.receive_json()


def switch(client, verb="activate", **arguments):
    """The children of a virtual input CGI's answer as {tag: text}."""
    answer = client.get(f"axis-cgi/virtualinput/{verb}.cgi", params=arguments)
    assert answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/xml")
    root = ElementTree.fromstring(answer.content)
    assert root.tag == NAMESPACE + "VirtualInputResponse"
    return {each.tag.removeprefix(NAMESPACE): each.text for each in root.iter()}


def test_virtual_inputs_tell_whether_they_changed(client):
    assert switch(client, schemaversion=1, port=2)["StateChanged"] == "true"
    assert switch(client, schemaversion=1, port=2)["StateChanged"] == "false"
    assert "DeactivateSuccess" in switch(client, "deactivate", schemaversion=1, port=2)
    assert switch(client, "deactivate", schemaversion=1, port=2)["StateChanged"] == "false"
    assert switch(client, schemaversion=1, port=2, duration=0)["StateChanged"] == "true"
    assert switch(client, "deactivate", schemaversion=1, port=2)["StateChanged"] == "false"
    assert switch(client, "getschemaversions")["MajorVersion"] == "1"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({}, "10"), ({"port": 1}, "10"), ({"schemaversion": 1}, "10"), ({"schemaversion": 1, "port": 0}, "20"),
        ({"schemaversion": 1, "port": 65}, "20"), ({"schemaversion": 1, "port": "x"}, "20"),
        ({"schemaversion": 2, "port": 1}, "30"), ({"schemaversion": 1, "port": 1, "duration": "x"}, "50"),
        ({"schemaversion": 1, "port": 1, "duration": -1}, "50"),
    ],
)  # fmt: skip
def test_virtual_input_errors(client, arguments, code):
    assert switch(client, **arguments)["ErrorCode"] == code


def test_events_come_to_whoever_asked_for_them(running, client):
    port = 'boolean(//SimpleItem[@Name="port" and @Value="3"])'

    async def talk(socket):
        answer = await configure(socket, {"topicFilter": VIRTUAL_INPUT, "contentFilter": port})
        assert answer == {"apiVersion": "1.0", "context": "c", "method": "events:configure", "data": {}}
        received = [await socket.receive_json()]
        for verb, number in [("activate", 4), ("activate", 3), ("deactivate", 3)]:
            await asyncio.to_thread(switch, client, verb, schemaversion=1, port=number)
        return received + [await socket.receive_json() for _ in range(2)]

    received = stream(running, talk, token_query(client))
    assert all(each["apiVersion"] == "1.0" and each["method"] == "events:notify" for each in received)
    notifications = [each["params"]["notification"] for each in received]
    assert [each["message"] for each in notifications] == [
        {"source": {"port": "3"}, "key": {}, "data": {"active": active}} for active in "010"
    ]
    assert all(each["topic"] == VIRTUAL_INPUT and isinstance(each["timestamp"], int) for each in notifications)


def test_each_filter_is_a_subscription_and_the_last_configuration_counts(running, client):
    async def talk(socket):
        assert "data" in await configure(socket, {"topicFilter": "//."})
        topic = {"topicFilter": "tnsaxis:CameraApplicationPlatform/Door/Open"}
        # The states that the first filters asked for come before the answer to the second.
        await socket.send_json({"apiVersion": "1.0", "method": "events:configure",
                                "params": {"eventFilterList": [topic, topic]}})  # fmt: skip
        while (await socket.receive_json())["method"] != "events:configure":
            pass
        events = running.camera.events
        await asyncio.to_thread(running.call, events.emit, topic["topicFilter"], data={"open": True})
        return [(await socket.receive_json())["params"]["notification"]["message"]["data"] for _ in range(2)]

    assert stream(running, talk, token_query(client)) == [{"open": "1"}] * 2


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{", 2101), ("[]", 2101), ("{}", 2103), ('{"apiVersion": "9.0", "method": "events:configure"}', 2100),
        ('{"apiVersion": "1.0", "method": "events:other"}', 2102),
        ('{"apiVersion": "1.0", "method": "events:configure"}', 2103),
        ('{"apiVersion": "1.0", "method": "events:configure", "params": {}}', 2103),
        ('{"apiVersion": "1.0", "method": "events:configure", "params": {"eventFilterList": [{}]}}', 2103),
        ('{"apiVersion": "1.0", "method": "events:configure", "params": {"eventFilterList": 1}}', 2104),
        ('{"apiVersion": "1.0", "method": "events:configure", "params": {"eventFilterList": [{"topicFilter": "x"}]}}',
         2104),
        ('{"apiVersion": "1.0", "method": "events:configure", "params": {"eventFilterList": [{"contentFilter": "x"}]}}',
         2104),
    ],
)  # fmt: skip
def test_errors_in_the_stream(running, client, text, code):
    async def talk(socket):
        await socket.send_str(text)
        return (await socket.receive_json())["error"]["code"]

    assert stream(running, talk, token_query(client)) == code


def test_the_stream_wants_to_know_who_asks(running, client):
    async def nothing(socket):
        return None

    for query in ("sources=events", "wssession=1234567890123456789&sources=events", "wssession=&sources=events"):
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            stream(running, nothing, query)
        assert refused.value.status == 401
    stream(running, nothing, headers={"Authorization": aiohttp.encode_basic_auth(USER, PASSWORD)})
    query = token_query(client)
    stream(running, nothing, query)
    running.camera.sessions._clock._started -= 15
    with pytest.raises(aiohttp.WSServerHandshakeError):
        stream(running, nothing, query)
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        stream(running, nothing, token_query(client).replace("events", "audio"))
    assert refused.value.status == 400
