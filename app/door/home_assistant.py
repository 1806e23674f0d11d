"""Home Assistant's MQTT discovery: each door appears there by itself as a device."""

import json


def identifier(text):
    """A text as a part of a discovery topic: letters, digits and "-", all else as "_" and its number.

    >>> identifier("Hintertür 2")
    'Hintert_fcr_202'
    """
    return "".join([
        sign if sign.isalpha() and ord(sign) < 128 or sign.isdigit() or sign == "-" else "_%02x" % ord(sign)
        for sign in text
    ])  # fmt: skip


def messages(prefix, root, device, about, doors):
    """{topic: payload} for the doors of a camera, all to be retained.

    `root` is what the app's own topics begin with, `device` the camera's part of
    it, `about` what is known of the camera, as lib/identity has it.
    """
    found = {}
    origin = {"name": "door_state", "sw_version": about["version"]}

    def entity(component, key, owner, **keys):
        keys["unique_id"] = "%s_%s" % (identifier(device), identifier(key))
        keys["availability_topic"] = root + "/status"
        keys["origin"] = origin
        keys["device"] = owner
        found["%s/%s/%s/%s/config" % (prefix, component, identifier(device), identifier(key))] = json.dumps(keys)

    camera = {
        "identifiers": [device], "name": "Camera " + device, "manufacturer": "Axis", "model": about.get("model"),
        "sw_version": about.get("firmware"), "serial_number": about.get("serial"),
    }  # fmt: skip
    camera = {key: value for key, value in camera.items() if value}
    entity("binary_sensor", "view", camera, name="View", device_class="problem", entity_category="diagnostic",
           state_topic=root + "/view",
           value_template="{{ 'OFF' if value_json.state == 'good' else 'ON' }}")  # fmt: skip
    entity("button", "reference", camera, name="Take view as reference", entity_category="config",
           command_topic=root + "/command", payload_press=json.dumps({"command": "reference"}))  # fmt: skip
    for door in doors:
        owner = {"identifiers": ["%s %s" % (device, door)], "name": door, "via_device": device}
        topic = "%s/door/%s" % (root, door)
        entity("binary_sensor", "door " + door, owner, name=None, device_class="door", state_topic=topic,
               json_attributes_topic=topic,
               value_template="{{ {'closed': 'OFF', 'unknown': 'None'}.get(value_json.state, 'ON') }}")  # fmt: skip
        entity("binary_sensor", "alarm " + door, owner, name="Alarm", device_class="safety", state_topic=topic,
               value_template="{{ 'ON' if value_json.alarm else 'OFF' }}")  # fmt: skip
        entity("sensor", "openings " + door, owner, name="Openings today", state_class="total_increasing",
               state_topic=topic, value_template="{{ value_json.openings }}")  # fmt: skip
    return found
