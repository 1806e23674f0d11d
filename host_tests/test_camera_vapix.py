"""The virtual camera's CGIs: parameters, JSON interfaces, ports, disks, logs and restarts."""

import io
import json
import tarfile
import time
import xml.etree.ElementTree as ElementTree
import zipfile

import httpx
import pytest
from virtual_camera import PASSWORD, USER, running_camera

from mpycam.camera import parameter_type
from mpycam.camera.profile import PROFILES
from mpycam.camera.role import Role

SECONDS = 20
PARAM = "axis-cgi/param.cgi"
SCHEMA = "{http://www.axis.com/ParameterDefinitionsSchema}"


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    with running_camera(tmp_path_factory.mktemp("camera")) as camera:
        for name, role in [("vic", Role.VIEWER), ("oli", Role.OPERATOR)]:
            camera.camera.accounts.add(name, PASSWORD, role)
        yield camera


@pytest.fixture
def client(running):
    with httpx.Client(base_url=running.url(), auth=httpx.DigestAuth(USER, PASSWORD)) as client:
        yield client


@pytest.fixture
def viewer(running):
    with httpx.Client(base_url=running.url(), auth=httpx.DigestAuth("vic", PASSWORD)) as client:
        yield client


@pytest.fixture
def operator(running):
    with httpx.Client(base_url=running.url(), auth=httpx.DigestAuth("oli", PASSWORD)) as client:
        yield client


def param(client, action, **arguments):
    answer = client.get(PARAM, params={"action": action, **arguments})
    assert answer.status_code == 200
    return answer.text


def call(client, cgi, method, params=None, version="1.0", **more):
    body = {"apiVersion": version, "method": method, **({} if params is None else {"params": params}), **more}
    answer = client.post(f"axis-cgi/{cgi}.cgi", json=body)
    assert answer.status_code == 200 and answer.headers["Content-Type"].startswith("application/json")
    return answer.json()


# Parameters


@pytest.mark.parametrize(
    ("group", "lines"),
    [
        ("Brand.Brand", "root.Brand.Brand=AXIS\n"),
        ("root.Brand.Brand", "root.Brand.Brand=AXIS\n"),
        ("B*.Bra*", "root.Brand.Brand=AXIS\n"),
        ("root.Image.*.Appearance.Ro*n", "root.Image.I0.Appearance.Rotation=0\n"),
        ("Brand.Brand,Image.I0.Stream.FPS", "root.Brand.Brand=AXIS\nroot.Image.I0.Stream.FPS=0\n"),
        ("Brand.Brand,Nope", "root.Brand.Brand=AXIS\n# Error: Error -1 getting param in group 'Nope'\n"),
        ("brand.Brand", "# Error: Error -1 getting param in group 'brand.Brand'\n"),
        ("Brand.Brand.More", "# Error: Error -1 getting param in group 'Brand.Brand.More'\n"),
        ("Brand.", "# Error: Error -1 getting param in group 'Brand.'\n"),
    ],
)
def test_list_of_groups(client, group, lines):
    answer = client.get(PARAM, params={"action": "list", "group": group})
    assert answer.text == lines and answer.headers["Content-Type"] == "text/plain"


def test_list_of_everything_is_in_order_and_what_the_role_may_read(client, viewer, operator):
    lists = [param(each, "list").splitlines() for each in (viewer, operator, client)]
    assert len(lists[0]) < len(lists[1]) < len(lists[2]) and set(lists[0]) < set(lists[1]) < set(lists[2])
    assert all(line.startswith("root.") and "=" in line for line in lists[2])
    names = [line.partition("=")[0] for line in lists[2]]
    assert (
        names.index("root.Image.NbrOfConfigs")
        < names.index("root.Image.I0.Enabled")
        < names.index("root.Input.NbrOfInputs")
    )
    assert param(viewer, "list", group="Network.HostName").startswith("# Error")


def test_definitions_are_xml_with_types(client):
    answer = client.get(
        PARAM, params={"action": "listdefinitions", "listformat": "xmlschema", "group": "Image.I0,Brand"}
    )
    assert answer.headers["Content-Type"].lower() == "text/xml; charset=iso-8859-1"
    root = ElementTree.fromstring(answer.content)
    assert root.tag == SCHEMA + "parameterDefinitions" and root.get("version") == "1.0"
    assert root.find(SCHEMA + "firmwareVersion").text == PROFILES["12.x"].version
    (top,) = root.findall(SCHEMA + "group")
    assert top.get("name") == "root"
    assert {group.get("name") for group in top} == {"Image", "Brand"}
    parameters = {each.get("name"): each for each in root.iter(SCHEMA + "parameter")}
    compression = parameters["Compression"]
    assert (compression.get("value"), compression.get("securityLevel")) == ("30", "7714")
    (kind,) = compression.find(SCHEMA + "type")
    assert kind.tag == SCHEMA + "int" and kind.attrib == {"min": "0", "max": "100", "maxlen": "3"}
    entries = [entry.get("value") for entry in parameters["Rotation"].iter(SCHEMA + "entry")]
    assert entries == ["0", "90", "180", "270"]
    assert param(client, "listdefinitions").startswith("# Error")


def test_update_takes_all_or_nothing(client, viewer, operator):
    name = "Image.I0.Appearance.Compression"
    assert param(client, "update", **{name: "40", "root.Image.I0.Stream.FPS": "5"}) == "OK"
    assert param(viewer, "list", group=name) == f"root.{name}=40\n"
    for value in ("101", "-1", "x", "", "1" * 30):
        assert param(client, "update", **{name: value}) == f"# Error: Error setting '{name}' to '{value}'!\n"
    assert param(client, "update", **{name: "50", "Nope": "1"}) == "# Error: Error setting 'Nope' to '1'!\n"
    assert param(viewer, "list", group=name) == f"root.{name}=40\n"
    assert param(operator, "update", **{name: "30"}) == "OK"
    assert param(operator, "update", **{"Network.HostName": "x"}).startswith("# Error")
    assert param(client, "update", **{"Brand.Brand": "OTHER"}).startswith("# Error")
    assert viewer.get(PARAM, params={"action": "update", name: "20"}).status_code == 401
    body = client.post(PARAM, data={"action": "update", name: "31"}).text
    assert (body, param(viewer, "list", group=name)) == ("OK", f"root.{name}=31\n")


def test_groups_are_added_and_removed(client, viewer):
    arguments = {"template": "streamprofile", "group": "StreamProfile", "StreamProfile.S.Name": "door",
                 "StreamProfile.S.Parameters": "videocodec=jpeg&fps=5"}  # fmt: skip
    assert param(client, "add", **arguments) == "S0 OK\n"
    assert param(client, "add", **arguments) == "S1 OK\n"
    assert param(viewer, "list", group="StreamProfile.S*").startswith("# Error")
    shown = param(client, "list", group="StreamProfile.S1")
    assert "root.StreamProfile.S1.Name=door\n" in shown and "Parameters=videocodec=jpeg&fps=5\n" in shown
    assert param(client, "remove", group="StreamProfile.S0,StreamProfile.S9").startswith("# Request failed: ")
    assert param(client, "remove", group="root.StreamProfile.S0") == "OK\n"
    assert param(client, "add", **arguments) == "S0 OK\n"
    assert param(client, "add", **{**arguments, "StreamProfile.S.Nope": "1"}).startswith("# Request failed: ")
    assert param(client, "add", template="nope", group="StreamProfile").startswith("# Request failed: ")
    assert param(client, "remove", group="Brand").startswith("# Request failed: ")
    for _ in range(24):
        assert param(client, "add", **arguments).endswith(" OK\n")
    assert param(client, "add", **arguments).startswith("# Request failed: ")
    assert param(client, "add", force="yes", **arguments) == "S26 OK\n"
    everything = ",".join(f"StreamProfile.S{number}" for number in range(27))
    assert param(client, "remove", group=everything) == "OK\n"
    assert param(client, "list", group="StreamProfile") == "root.StreamProfile.MaxGroups=26\n"


def test_parameters_of_applications(running, client):
    parameters = running.camera.parameters
    first = [("Region", "0,0,1,1", "string:maxlen=32"), ("Fps", "5", "int:min=1;max=30"), ("Key", "k", "password")]
    running.call(parameters.add_application, "Door", first)
    assert param(client, "list", group="Door") == "root.Door.Fps=5\nroot.Door.Key=******\nroot.Door.Region=0,0,1,1\n"
    assert param(client, "update", **{"Door.Fps": "10", "Door.Key": "secret"}) == "OK"
    assert parameters.application("Door") == {"Region": "0,0,1,1", "Fps": "10", "Key": "secret"}
    # An upgrade keeps the values of those that stay.
    running.call(parameters.add_application, "Door", [("Fps", "7", "int:min=1;max=30"), ("Mode", "a", "enum:a|A,b|B")])
    assert parameters.application("Door") == {"Fps": "10", "Mode": "a"}
    running.call(parameters.remove_application, "Door")
    assert param(client, "list", group="Door").startswith("# Error") and parameters.application("Door") == {}


@pytest.mark.parametrize(
    ("text", "good", "bad"),
    [
        ("string", ["", "x" * 2048, "ä"], ["x" * 2049, "a\nb", "\0"]),
        ("string:maxlen=3", ["abc"], ["abcd"]),
        ("int", ["0", "-5", "+7"], ["", "1.5", "0x1", " 1", "9" * 19, "１"]),
        ("int:min=2;max=4", ["2", "4"], ["1", "5"]),
        ("int:maxlen=2;min=0;max=500", ["99"], ["100"]),
        ("int:range=0,1024-65535", ["0", "1024", "65535"], ["1", "1023", "65536"]),
        ("bool:no,yes", ["no", "yes"], ["", "No", "1"]),
        ("enum:a|Label A,b|Label B", ["a", "b"], ["Label A", "c"]),
        ("hidden:readonly:string", ["x"], []),
        ("password:maxlen=4", ["abcd"], ["abcde"]),
        ("nonsense:other", ["x"], []),
    ],
)
def test_parameter_types(text, good, bad):
    kind = parameter_type.parse(text)
    assert [kind.takes(value) for value in good + bad] == [True] * len(good) + [False] * len(bad)
    ElementTree.fromstring(kind.xml())


def test_controls_of_parameter_types():
    assert parameter_type.parse("hidden:nosync:int:min=0").controls == {"hidden", "nosync"}
    assert parameter_type.parse("readonly:string").read_only and not parameter_type.parse("hidden:string").read_only
    assert parameter_type.parse("password").shown("secret") == "******"


# JSON interfaces


@pytest.mark.parametrize("profile", PROFILES)
def test_identity_by_profile(tmp_path, profile):
    with running_camera(tmp_path, profile, "aarch64") as running:
        client = httpx.Client(base_url=running.url(), auth=httpx.DigestAuth(USER, PASSWORD))
        found = call(client, "basicdeviceinfo", "getAllProperties", context="c")
        assert list(found) == ["apiVersion", "context", "method", "data"]
        known = found["data"]["propertyList"]
        assert known["Version"] == PROFILES[profile].version and known["Architecture"] == "aarch64"
        assert known["SerialNumber"] == running.camera.identity.serial_number
        open_to_all = httpx.post(
            running.url("axis-cgi/basicdeviceinfo.cgi"),
            json={"apiVersion": "1.0", "method": "getAllUnrestrictedProperties"},
        ).json()["data"]["propertyList"]
        assert known.keys() - open_to_all.keys() == {"Architecture", "Soc", "SocSerialNumber"}
        some = call(client, "basicdeviceinfo", "getProperties", {"propertyList": ["Brand", "ProdNbr"]})
        assert some["data"]["propertyList"] == {"Brand": "AXIS", "ProdNbr": known["ProdNbr"]}
        listed = dict(line.split("=", 1) for line in param(client, "list", group="Properties.*.Version").splitlines())
        assert listed["root.Properties.Firmware.Version"] == known["Version"]
        apis = {api["id"]: api["version"] for api in call(client, "apidiscovery", "getApiList")["data"]["apiList"]}
        assert apis["param-cgi"] == "1.0" and ("event-streaming-over-websocket" in apis) == (profile != "9.80")
        state = call(client, "systemready", "systemready", {"timeout": 1})["data"]
        assert (state["systemready"], state["needsetup"]) == ("yes", "no") and state["uptime"].isdecimal()
        assert ("previewmode" in state) == (profile in ("12.x", "12.10", "13"))


CGIS = ["basicdeviceinfo", "apidiscovery", "io/portmanagement", "mqtt/client", "mqtt/event", "firmwaremanagement"]
OLD = {"version": 2003, "json": 4000, "method": 2004, "missing": 4002}
NEW = {"version": 2100, "json": 2101, "method": 2102, "missing": 2103}
FIRMWARE = {"version": 417, "json": 400, "method": 405, "missing": 400}


@pytest.mark.parametrize("cgi", CGIS)
def test_mistakes_that_every_interface_knows(client, cgi):
    codes = {"basicdeviceinfo": OLD, "apidiscovery": OLD, "firmwaremanagement": FIRMWARE}.get(cgi, NEW)
    bodies = {
        "{": "json", "": "json", "[1]": "json", "NaN": "json", "[" * 100000: "json", "\xff": "json",
        "{}": "missing", '{"method": "x"}': "method", '{"apiVersion": "99.0", "method": "METHOD"}': "version",
        '{"apiVersion": "1.x", "method": "METHOD"}': "version", '{"method": "METHOD"}': "missing",
    }  # fmt: skip
    method = {"basicdeviceinfo": "getAllProperties", "apidiscovery": "getApiList", "io/portmanagement": "getPorts",
              "mqtt/client": "getClientStatus", "mqtt/event": "getEventPublicationConfig",
              "firmwaremanagement": "status"}[cgi]  # fmt: skip
    for body, mistake in bodies.items():
        answer = client.post(f"axis-cgi/{cgi}.cgi", content=body.replace("METHOD", method).encode("latin-1"))
        assert answer.status_code == 200 and answer.json()["error"]["code"] == codes[mistake], body[:50]
    versions = json.loads(client.post(f"axis-cgi/{cgi}.cgi", content='{"method": "getSupportedVersions"}').content)
    assert versions["data"]["apiVersions"]


def test_roles_within_an_interface(running, viewer):
    assert call(viewer, "basicdeviceinfo", "getAllProperties")["error"]["code"] == 2001
    assert call(viewer, "io/portmanagement", "setPorts", {"ports": []})["error"]["code"] == 2105
    answer = httpx.post(
        running.url("axis-cgi/basicdeviceinfo.cgi"), json={"apiVersion": "1.0", "method": "getAllProperties"}
    )
    assert answer.status_code == 401
    assert viewer.get("axis-cgi/basicdeviceinfo.cgi").json()["error"]["code"] == 2002


# Ports, disks, logs, restarts


def ports(client):
    return call(client, "io/portmanagement", "getPorts")["data"]["items"]


def wait_for(condition):
    until = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.02)


def test_ports(client, viewer):
    first, second = ports(viewer)
    assert (first["port"], first["direction"], first["state"], first["normalState"]) == ("0", "input", "open", "open")
    assert second["direction"] == "output"
    get = lambda **query: client.get("axis-cgi/io/port.cgi", params=query)  # noqa: E731
    assert get(check="1,2").text == "port1=0\nport2=0\n"
    assert get(checkdirection="2").text == "port2=output\n"
    assert (get(action="2:/").text, get(checkactive="2").text) == ("", "port2=active\n")
    assert ports(client)[1]["state"] == "closed"
    assert get(action="2:\\").status_code == 200 and get(check="2").text == "port2=0\n"
    assert get(action="2:/20\\20/").status_code == 200
    wait_for(lambda: get(check="2").text == "port2=1\n")
    done = call(client, "io/portmanagement", "setPorts", {"ports": [{"port": "1", "state": "open", "name": "Lock"}]})
    assert done["data"] == {"ports": ["1"]} and ports(client)[1]["name"] == "Lock"
    # An output that is inactive stays so when what is normal changes.
    call(client, "io/portmanagement", "setPorts", [{"port": "1", "normalState": "closed"}])
    assert (ports(client)[1]["state"], get(checkactive="2").text) == ("closed", "port2=inactive\n")
    call(client, "io/portmanagement", "setPorts", {"ports": [{"port": "1", "normalState": "open"}]})
    assert client.get("axis-cgi/io/virtualinput.cgi", params={"action": "1:/"}).status_code == 200
    assert get(check="1").text == "port1=1\n" and param(client, "list", group="Input") == "root.Input.NbrOfInputs=1\n"
    assert param(client, "update", **{"IOPort.I0.Direction": "output"}) == "OK"
    assert param(client, "list", group="Output.NbrOfOutputs") == "root.Output.NbrOfOutputs=2\n"
    assert param(client, "update", **{"IOPort.I0.Direction": "input"}) == "OK"


@pytest.mark.parametrize("action", ["", "x", "1:/", "3:/", "0:/", "2:", "2:/x", "2:/99999\\", "2:" + "/1\\1" * 60])
def test_actions_that_ports_refuse(client, action):
    assert client.get("axis-cgi/io/port.cgi", params={"action": action}).status_code == 400


def test_one_sequence_at_a_time(client):
    steps = [{"state": "closed", "time": 300}, {"state": "open", "time": 0}]
    params = {"port": "1", "sequence": steps}
    assert call(client, "io/portmanagement", "setStateSequence", params)["data"] == {"port": "1"}
    assert call(client, "io/portmanagement", "setStateSequence", params)["error"]["code"] == 2200
    wait_for(lambda: ports(client)[1]["state"] == "open")
    refused = call(client, "io/portmanagement", "setPorts", {"ports": [{"port": "0", "state": "closed"}]})["error"]
    assert (refused["code"], refused["details"]) == (2104, {"port": "0", "propertyName": "state"})


def test_monitor_of_a_port(client, running):
    with client.stream("GET", "axis-cgi/io/port.cgi", params={"monitor": "1"}) as answer:
        assert answer.headers["Content-Type"] == "multipart/x-mixed-replace; boundary=ioboundary"
        lines = (line for line in answer.iter_lines() if ":" in line and "Content-Type" not in line)
        before = running.camera.ports.is_active(0)
        assert next(lines) == ("1I:H" if before else "1I:L")
        running.call(running.camera.ports.set_active, 0, not before, simulated=True)
        assert next(lines) == ("1I:\\" if before else "1I:/")


def test_disks(client):
    def disks(name):
        answer = client.get("axis-cgi/disks/list.cgi", params={"diskid": name})
        assert answer.headers["Content-Type"].startswith("text/xml")
        (element,) = ElementTree.fromstring(answer.content)
        assert element.tag == "disks" and int(element.get("numberofdisks")) == len(element)
        return [(disk.get("diskid"), disk.get("status"), disk.get("totalsize")) for disk in element]

    assert disks("all") == [("SD_DISK", "disconnected", "0"), ("NetworkShare", "disconnected", "0")]
    assert disks("SD_DISK") == [("SD_DISK", "disconnected", "0")] and disks("nope") == []


def test_logs(running, client, viewer):
    running.camera.logs.write("door", 12, "INFO", "opened\nclosed \x1b[1m")
    whole = client.get("axis-cgi/admin/systemlog.cgi").text
    assert whole.startswith("\n----- System log -----\n\n\n") and "systemd[1]: Startup finished" in whole
    app = client.get("axis-cgi/admin/systemlog.cgi", params={"appname": "door"}).text
    head, blank, first, second = app.splitlines()
    assert (head, blank) == ("----- Contents of SYSTEM_LOG for 'door' -----", "")
    assert first.endswith(f" {running.camera.identity.host_name} [ INFO    ] door[12]: opened") and "\x1b" not in second
    filtered = client.get("axis-cgi/systemlog.cgi", params={"text": "opened"}).text
    assert "opened" in filtered and "Startup" not in filtered
    assert viewer.get("axis-cgi/systemlog.cgi").status_code == 401


def test_server_report(client):
    text = client.get("axis-cgi/serverreport.cgi").text
    assert "root.Brand.Brand=AXIS" in text and "System log" in text
    answer = client.get("axis-cgi/serverreport.cgi", params={"mode": "zip"})
    assert answer.headers["Content-Type"] == "application/zip"
    assert "root.Brand.Brand=AXIS" in zipfile.ZipFile(io.BytesIO(answer.content)).read("serverreport.txt").decode()
    body = client.get("axis-cgi/serverreport.cgi?mode=tar_all").content
    with tarfile.open(fileobj=io.BytesIO(body)) as archive:
        assert "log/system.log" in archive.getnames()


def test_unknown_paths_and_methods(client):
    answer = client.get("axis-cgi/no<b>.cgi")
    assert answer.status_code == 404 and answer.headers["Content-Type"] == "text/html; charset=ISO-8859-1"
    assert "404 Not Found" in answer.text and "/axis-cgi/no&lt;b&gt;.cgi" in answer.text
    assert client.delete(PARAM).status_code == 405 and client.get("axis-cgi/mqtt/client.cgi").status_code == 405


def test_restarts_and_factory_defaults(tmp_path):
    with running_camera(tmp_path) as running:
        client = httpx.Client(base_url=running.url(), auth=httpx.DigestAuth(USER, PASSWORD))

        def boot():
            try:
                return httpx.post(
                    running.url("axis-cgi/systemready.cgi"), json={"apiVersion": "1.1", "method": "systemready"}
                ).json()["data"]
            except (httpx.TransportError, KeyError):
                return {"bootid": None}

        def booted_after(request):
            before = boot()["bootid"]
            assert request().status_code == 200
            wait_for(lambda: boot()["bootid"] not in (None, before))

        booted_after(lambda: client.get("axis-cgi/restart.cgi"))
        assert param(client, "update", **{"Network.IPAddress": "10.0.0.7", "Image.I0.Stream.FPS": "9"}) == "OK"
        body = {"apiVersion": "1.0", "method": "reboot"}
        booted_after(lambda: client.post("axis-cgi/firmwaremanagement.cgi", json=body))
        assert param(client, "list", group="Image.I0.Stream.FPS") == "root.Image.I0.Stream.FPS=9\n"
        booted_after(lambda: client.get("axis-cgi/factorydefault.cgi"))
        assert boot()["needsetup"] == "yes"
        values = running.camera.parameters
        assert (values.get("Network.IPAddress"), values.get("Image.I0.Stream.FPS")) == ("10.0.0.7", "0")
        running.call(running.camera.accounts.add, USER, PASSWORD, Role.ADMIN)
        body = {"apiVersion": "1.0", "method": "factoryDefault", "params": {"factoryDefaultMode": "hard"}}
        booted_after(lambda: client.post("axis-cgi/firmwaremanagement.cgi", json=body))
        assert running.camera.parameters.get("Network.IPAddress") == "192.168.0.90"


def test_firmware_that_cannot_be_changed(client):
    assert call(client, "firmwaremanagement", "status")["data"]["activeFirmwareVersion"] == PROFILES["12.x"].version
    assert call(client, "firmwaremanagement", "rollback")["error"]["code"] == 404
    answer = client.post("axis-cgi/firmwaremanagement.cgi", files={"file": ("fw.bin", b"x" * 3_000_000)})
    assert answer.json()["error"]["code"] == 415
