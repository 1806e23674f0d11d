"""app/door/web.py: the HTTP API of the door app's page."""

import base64
import json
import threading

import httpx
import pytest
from camera_services import SECONDS, until
from door_app import brightness_model
from door_web import door_web
from interpreters import ROOT
from prometheus_client.parser import text_string_to_metric_families

from mpycam.unn_file import Layer, Network, Tensor, write


@pytest.fixture
def web(interpreter, tmp_path):
    with door_web(interpreter, tmp_path) as running:
        yield running


def test_what_there_is_to_see(web):
    web.answers["watch", "status"] = {"doors": [], "view": "good", "fps": 5}
    web.answers["watch", "history"] = {"days": {}, "changes": []}
    status = web.http.get("status").json()
    assert status["watch"] == {"doors": [], "view": "good", "fps": 5}
    assert status["upload"] == {"error": "upload does not run"}
    assert web.http.get("history").json() == {"days": {}, "changes": []}
    assert web.http.get("status").headers["cache-control"] == "no-store"
    for path in ("/", "/main.js", "/..%2fdoor.unn", "/%2e%2e", "/api/", "/cgi"):
        assert httpx.get(f"http://127.0.0.1:{web.port}{path}", timeout=SECONDS).status_code == 404
    assert web.http.get("nonsense").status_code == 404
    assert web.http.get("__init__").status_code == 404
    assert web.http.get("picture").status_code == 503


def test_prometheus_reads_what_there_is_to_see(web):
    def samples():
        answer = web.http.get("metrics")
        assert answer.headers["content-type"] == "text/plain; version=0.0.4"
        return {
            (sample.name, *sample.labels.values()): sample.value
            for family in text_string_to_metric_families(answer.text) for sample in family.samples
        }  # fmt: skip

    assert samples() == {("door_state_up",): 0}
    front = {"name": 'the "front"', "state": "ajar", "probability": 0.75, "openings": 3, "open_seconds": 61.5, "alarm": None}
    web.answers["watch", "status"] = {
        "doors": [front, {**front, "name": "back", "state": "unknown", "probability": None, "alarm": "forced"}],
        "view": "dark", "frames": 7, "fps": 4.5, "milliseconds": {"decode": 2.5, "network": None},
    }  # fmt: skip
    web.answers["upload", "status"] = {"outputs": [{"name": "mqtt", "state": "lost", "reason": "", "waiting": 2}]}
    web.answers["supervisor", "status"] = {"processes": {"watch": {"starts": 2, "resident": 4096}, "web": {"starts": 1, "resident": 1}}}
    assert samples() == {
        ("door_state_up",): 1, ("door_state_open", 'the "front"'): 1, ("door_state_probability", 'the "front"'): 0.75,
        ("door_state_openings_today", 'the "front"'): 3, ("door_state_openings_today", "back"): 3,
        ("door_state_open_seconds_today", 'the "front"'): 61.5, ("door_state_open_seconds_today", "back"): 61.5,
        ("door_state_alarm", 'the "front"'): 0, ("door_state_alarm", "back"): 1, ("door_state_view_good",): 0,
        ("door_state_frames_total",): 7, ("door_state_frames_per_second",): 4.5, ("door_state_stage_seconds", "decode"): 0.0025,
        ("door_state_output_failing", "mqtt"): 1, ("door_state_output_waiting", "mqtt"): 2,
        ("door_state_process_starts_total", "watch"): 2, ("door_state_process_starts_total", "web"): 1,
        ("door_state_process_resident_bytes", "watch"): 4096, ("door_state_process_resident_bytes", "web"): 1,
    }  # fmt: skip


def test_events_and_log(web):
    found = []

    def listen():
        with web.http.stream("GET", "events") as answer:
            found.append(answer.headers["content-type"])
            for line in answer.iter_lines():
                found.append(line)
                if '"last"' in line:
                    return

    thread = threading.Thread(target=listen)
    thread.start()
    until(lambda: found)
    web.tell(event="door", door="frönt", state="open")
    web.tell(event="last")
    thread.join(SECONDS)
    assert found[0] == "text/event-stream"
    assert [json.loads(line[6:]) for line in found[1:] if line] == [
        {"event": "door", "door": "frönt", "state": "open"}, {"event": "last"},
    ]  # fmt: skip
    assert [json.loads(line)["event"] for line in web.http.get("logs").text.splitlines()] == ["door", "last"]
    # The log is bounded.
    for number in range(600):
        web.tell(event="frame", number=number, filler="x" * 50)
    until(lambda: '"number": 599' in web.http.get("logs").text)
    assert 15000 < len(web.http.get("logs").text) <= 17000
    assert web.beats > 0


def test_settings_are_checked_written_and_used(web):
    before = web.http.get("settings").json()
    assert before["own"] == {} and before["doors"][0]["name"] == "door" and before["values"]["open_threshold"] == 0.6
    fields = {field["name"]: field for field in before["fields"]}
    assert "open_threshold" in [field["name"] for field in fields["doors"]["fields"]]
    assert (fields["mqtt_port"]["low"], fields["mqtt_port"]["high"]) == (1, 65535)
    doors = [{"name": "a"}, {"name": "b", "region": [0, 0, 0.5, 1]}]
    own = {"mqtt_host": "b", "mqtt_password": "secret", "doors": doors}
    assert web.change("PUT", "settings", json=own).json() == {}
    assert web.configuration() == own
    after = web.http.get("settings").json()
    assert [door["name"] for door in after["doors"]] == ["a", "b"]
    assert after["own"]["mqtt_password"] == after["values"]["mqtt_password"] == "***" and after["values"]["password"] == ""
    # A secret that comes back as it was shown stays; another one is taken.
    web.change("PUT", "settings", json={**after["own"], "mqtt_user": "u"})
    assert web.configuration() == {**own, "mqtt_user": "u"}
    web.change("PUT", "settings", json={**own, "mqtt_password": "other"})
    assert web.configuration()["mqtt_password"] == "other"
    kept = web.configuration()
    for wrong, text in (
        ({"open_treshold": 1}, "did you mean 'open_threshold'"),
        ({"fps": "5"}, "fps: need a number"),
        ({"doors": [{"name": "a", "region": [0, 0, 2, 1]}]}, "doors[0]: region"),
        ({"doors": [{"name": "a"}, {"name": "a"}]}, "name: need another one"),
        ({"open_threshold": 0.2}, "close_threshold: need at most"),
        ({"model": "/absent.unn"}, "ENOENT"),
    ):
        refusal = web.http.put("settings", json=wrong)
        assert (refusal.status_code, text in refusal.text) == (400, True), refusal.text
    for body in (b"", b"[]", b"{", b"\xff\xff", b"null"):
        assert web.http.put("settings", content=body).status_code == 400
    assert web.http.put("settings", content=b" " * 70000).status_code == 413
    assert web.configuration() == kept and web.restarts == 3
    assert {path.name for path in (web.folder / "localdata").iterdir()} == {"door_state.json"}


def test_other_sites_cannot_use_it(web):
    for path in ("settings", "test/mqtt", "model/0", "import", "reference"):
        assert httpx.post(web.url(path), content=b"{}", timeout=SECONDS).status_code == 403
    assert web.commands == []


def test_outputs_are_tried(web):
    for output, status in (("mqtt", 400), ("webhook", 400), ("record", 400), ("nonsense", 400)):
        assert web.http.post(f"test/{output}").status_code == status
    assert web.http.post("test/record").text == "it is not set up yet" and web.commands == []
    web.change("PUT", "settings", json={"mqtt_host": "b", "webhook_url": "http://h/", "record_folder": "/tmp"})
    web.answers["upload", "test"] = lambda given: {} if given["output"] == "mqtt" else {"error": "no such address"}
    web.answers["watch", "test"] = {}
    assert web.http.post("test/mqtt").json() == {}
    refusal = web.http.post("test/webhook")
    assert (refusal.status_code, refusal.text) == (502, "no such address")
    assert web.http.post("test/virtual_input").json() == {}
    assert web.commands[-1] == ("watch", "test", {"output": "virtual_input"})
    web.answers["record", "save"] = {"name": "clip"}
    assert web.http.post("test/record").json() == {"name": "clip"}
    refusal = web.http.post("reference")
    assert (refusal.status_code, refusal.text) == (502, "watch does not run")


def other_model(path):
    """A model that is right in itself, but of no use for doors."""
    image = Tensor((4, 4))
    answer = Layer("softmax", [image], Tensor((4, 4)))
    path.write_bytes(write(Network([image], [answer.output], [answer], labels=("cat", "dog", "cow", "hen"))))
    return path


def test_models(web, tmp_path):
    card = web.http.get("model/0").json()
    assert card["file"] == "door.unn" and sorted(card["labels"]) == ["closed", "open"]
    assert card["bytes"] == (ROOT / "app/door.unn").stat().st_size and card["multiply_adds"] > 1000
    model = brightness_model(tmp_path / "model.unn").read_bytes()
    told = web.change("POST", "model/0", content=model).json()
    assert told["inputs"] == [[12, 16]] and told["bytes"] == len(model)
    path = web.configuration()["model"]
    assert path.startswith("localdata/") and (web.folder / path).read_bytes() == model
    assert web.http.get("model/0").json()["file"] == path.rpartition("/")[2]
    # What is no model, or none for doors, changes nothing.
    kept = web.configuration()
    for bad in (b"", b"nonsense", model[:-1], bytes(100000), other_model(tmp_path / "other.unn").read_bytes()):
        assert web.http.post("model/0", content=bad).status_code == 400, bad[:20]
    assert web.http.post("model/0", content=bytes(1048577)).status_code == 413
    assert web.http.post("model/0", content=(bytes(65536) for _ in range(17))).status_code == 413
    assert web.http.post("model/1", content=model).status_code == 400
    assert web.http.post("model/x", content=model).status_code == 400
    assert web.configuration() == kept
    kept_files = sorted(each.name for each in (web.folder / "localdata").iterdir())
    assert kept_files == ["door_state.json", path.rpartition("/")[2]]
    # The one that is not used any more goes.
    second = brightness_model(tmp_path / "second.unn", labels=("open", "closed")).read_bytes()
    web.change("POST", "model/0", content=second)
    assert sorted(web.folder.glob("localdata/*.unn")) == [web.folder / web.configuration()["model"]]


def test_a_backup_is_brought_back(web, tmp_path):
    model = brightness_model(tmp_path / "model.unn").read_bytes()
    web.change("PUT", "settings", json={"doors": [{"name": "a"}, {"name": "b"}], "webhook_key": "secret"})
    web.change("POST", "model/1", content=model)
    kept = web.configuration()
    assert "model" not in kept["doors"][0] and kept["doors"][1]["model"]
    answer = web.http.get("export")
    assert "attachment" in answer.headers["content-disposition"]
    backup = answer.json()
    assert "secret" not in answer.text
    assert base64.b64decode(backup["models"][kept["doors"][1]["model"].rpartition("/")[2]]) == model
    web.change("PUT", "settings", json={"fps": 7, "webhook_key": "secret"})
    assert not list(web.folder.glob("localdata/*.unn"))
    web.change("POST", "import", content=answer.content)
    assert web.configuration() == kept
    assert (web.folder / kept["doors"][1]["model"]).read_bytes() == model
    for name, bad in (
        ("another file", {"door": 1}), ("another version", {**backup, "door_state": 2}),
        ("a wrong setting", {**backup, "settings": {"fps": -1}}),
        ("a damaged model", {**backup, "models": {name: text[:100] for name, text in backup["models"].items()}}),
        ("a file elsewhere", {**backup, "models": {"../door_state.json": base64.b64encode(model).decode()}}),
        ("no text", {**backup, "models": {"a.unn": 5}}), ("no list", {**backup, "settings": {"doors": 5}}),
    ):  # fmt: skip
        assert web.http.post("import", json=bad).status_code == 400, name
    assert web.http.post("import", content=bytes(300000)).status_code == 413
    assert web.configuration() == kept


def test_collected_pictures(web):
    folder = web.folder / "localdata/collect"
    assert web.http.get("collect").status_code == 404
    folder.mkdir()
    (folder / "index.csv").write_text("a,b\n")
    (folder / "000123.jpg").write_bytes(bytes(range(256)) * 300)
    assert web.http.get("collect").text == "a,b\n"
    assert web.http.get("collect/000123.jpg").content == bytes(range(256)) * 300
    assert web.http.head("collect/000123.jpg").headers["content-length"] == "76800"
    for name in ("000124.jpg", "index.csv", "x.jpg", "../door_state.json", "..%2f..%2fdoor.unn", ".jpg"):
        assert web.http.get(f"collect/{name}").status_code == 404, name
    web.answers["watch", "clear"] = {}
    assert web.http.post("collect/clear", json={"until": 123}).json() == {}
    assert web.commands[-1] == ("watch", "clear", {"until": 123})
