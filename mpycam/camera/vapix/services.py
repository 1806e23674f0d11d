"""/vapix/services, the SOAP interface: GetEventInstances, which tells what events there are to subscribe to."""

import xml.etree.ElementTree as ElementTree

from aiohttp import web

from mpycam.camera.role import Role
from mpycam.camera.router import POST
from mpycam.camera.topics import parse

SOAP = "http://www.w3.org/2003/05/soap-envelope"
EVENT = "http://www.axis.com/vapix/ws/event1"
TOPIC = "http://docs.oasis-open.org/wsn/t-1"
SCHEMA = "http://www.w3.org/2001/XMLSchema"
NAMESPACES = {"onvif": "http://www.onvif.org/ver10/topics", "axis": "http://www.axis.com/2009/event/topics"}
PREFIXES = {"SOAP-ENV": SOAP, "aev": EVENT, "wstop": TOPIC, "xsd": SCHEMA, "tns1": NAMESPACES["onvif"],
            "tnsaxis": NAMESPACES["axis"]}  # fmt: skip


def add_routes(router):
    """Add the interface."""
    for prefix, name in PREFIXES.items():
        ElementTree.register_namespace(prefix, name)
    router.add(POST, "/vapix/services", Role.VIEWER, _services)


async def _services(request, camera):
    try:
        body = ElementTree.fromstring(await request.read()).find(f"{{{SOAP}}}Body")
    except ElementTree.ParseError:
        body = None
    if body is None or body.find(f"{{{EVENT}}}GetEventInstances") is None:
        return _answer(_fault("only GetEventInstances is there"), 400)
    response = ElementTree.Element(f"{{{EVENT}}}GetEventInstancesResponse")
    topics = ElementTree.SubElement(response, f"{{{TOPIC}}}TopicSet")
    for topic, events in _by_topic(camera.events.states()).items():
        _describe(topics, topic, events)
    return _answer(response)


def _by_topic(states):
    topics = {}
    for event in states:
        topics.setdefault(event.topic, []).append(event)
    return topics


def _describe(parent, topic, events):
    before = None
    for namespace, name in parse(topic):
        # A name that is in the namespace of the one before it is written without, as in the topic.
        tag = name if namespace == before else f"{{{NAMESPACES[namespace]}}}{name}"
        before = namespace
        found = parent.find(tag)
        parent = ElementTree.SubElement(parent, tag) if found is None else found
    parent.set(f"{{{TOPIC}}}topic", "true")
    message = ElementTree.SubElement(parent, f"{{{EVENT}}}MessageInstance", {f"{{{EVENT}}}isProperty": "true"})
    for part, items in (("Source", [event.source for event in events]), ("Data", [event.data for event in events])):
        names = dict.fromkeys(name for each in items for name in each)
        if not names:
            continue
        instance = ElementTree.SubElement(message, f"{{{EVENT}}}{part}Instance")
        for name in names:
            item = ElementTree.SubElement(
                instance, f"{{{EVENT}}}SimpleItemInstance", {"Type": "xsd:string", "Name": name}
            )
            if part == "Data":
                item.set("isPropertyState", "true")
                continue
            for value in dict.fromkeys(each[name] for each in items if name in each):
                ElementTree.SubElement(item, f"{{{EVENT}}}Value").text = value


def _fault(text):
    fault = ElementTree.Element(f"{{{SOAP}}}Fault")
    code = ElementTree.SubElement(fault, f"{{{SOAP}}}Code")
    ElementTree.SubElement(code, f"{{{SOAP}}}Value").text = "SOAP-ENV:Sender"
    reason = ElementTree.SubElement(fault, f"{{{SOAP}}}Reason")
    ElementTree.SubElement(reason, f"{{{SOAP}}}Text", {"{http://www.w3.org/XML/1998/namespace}lang": "en"}).text = text
    return fault


def _answer(inside, status=200):
    envelope = ElementTree.Element(f"{{{SOAP}}}Envelope")
    ElementTree.SubElement(envelope, f"{{{SOAP}}}Body").append(inside)
    body = ElementTree.tostring(envelope, "utf-8", xml_declaration=True)
    return web.Response(status=status, body=body, content_type="application/soap+xml", charset="utf-8")
