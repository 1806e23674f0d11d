"""image.cgi, video.cgi, imagesize.cgi, the simulator's API and its faults, over HTTP."""

import concurrent.futures
import io
import socket
import time

import httpx
import pytest
from jpegs import photo, save
from PIL import Image
from virtual_camera import PASSWORD, USER, running_camera

from mpycam.camera.frames import Format, open_source
from mpycam.camera.frames.jpeg_files import JpegFiles, split
from mpycam.camera.role import Role

FILES = [save(photo((320, 240), n), "4:2:0") for n in range(50)]
FPS = 25
LOGIN = httpx.DigestAuth(USER, PASSWORD)
VIDEO, IMAGE = "axis-cgi/mjpg/video.cgi", "axis-cgi/jpg/image.cgi"


@pytest.fixture(scope="module")
def camera_on(tmp_path_factory):
    """A camera that shows FILES, with an account of every role."""
    source = JpegFiles(len(FILES), FILES.__getitem__, FPS, "files")
    with running_camera(tmp_path_factory.mktemp("camera"), source=source) as running:
        for name, role in (("viewer", Role.VIEWER), ("operator", Role.OPERATOR)):
            running.call(running.camera.accounts.add, name, PASSWORD, role)
        yield running


@pytest.fixture
def running(camera_on):
    """The camera without faults, showing FILES."""
    yield camera_on
    camera_on.call(camera_on.camera.faults.end_all)
    camera_on.call(camera_on.camera.frames.show, camera_on.camera.frames.first_source)


@pytest.fixture
def client(running):
    """An administrator's HTTP client."""
    with httpx.Client(base_url=running.url(), auth=LOGIN, timeout=20) as client:
        yield client


def parts(body):
    """The pictures of a multipart body, whose form is checked to the byte."""
    pictures = []
    while body:
        head = b"--myboundary\r\nContent-Type: image/jpeg\r\nContent-Length: "
        assert body.startswith(head)
        length, _, rest = body[len(head) :].partition(b"\r\n\r\n")
        pictures.append(rest[: int(length)])
        assert rest[int(length) : int(length) + 2] == b"\r\n"
        body = rest[int(length) + 2 :]
    return pictures


# Pictures


def test_a_picture_that_asks_for_nothing_is_the_file(client):
    answer = client.get(IMAGE)
    assert answer.status_code == 200 and answer.headers["content-type"] == "image/jpeg"
    assert answer.content in FILES and int(answer.headers["content-length"]) == len(answer.content)


def test_a_picture_has_the_form_that_is_asked_for(client):
    answer = client.get(IMAGE, params={"resolution": "640x480", "compression": 60, "rotation": 90, "camera": 1})
    assert Image.open(io.BytesIO(answer.content)).size == (480, 640)
    size = client.get("axis-cgi/imagesize.cgi", params={"camera": 1, "resolution": "640x480", "rotation": 270})
    assert size.text.split() == "image width = 480 image height = 640".split()
    assert client.get("axis-cgi/imagesize.cgi").text.split()[3::4] == ["320", "240"]


@pytest.mark.parametrize("target", [VIDEO, IMAGE, "axis-cgi/imagesize.cgi"])
def test_what_cannot_be_had_is_refused_in_words(client, target):
    for query in ("resolution=1x1", "compression=101", "rotation=1", "camera=2"):
        answer = client.get(f"{target}?{query}")
        assert answer.status_code == 400 and answer.text.startswith(query.partition("=")[0] + ": need ")
    for query in ("fps=-1", "fps=31", "duration=x", "nbrofframes=1.5"):
        assert client.get(f"{VIDEO}?{query}").status_code == 400


def test_a_stream_of_a_number_of_pictures(client):
    answer = client.get(VIDEO, params={"nbrofframes": 4, "fps": 20})
    assert answer.headers["content-type"] == "multipart/x-mixed-replace; boundary=myboundary"
    assert answer.headers["connection"].lower() == "close"
    pictures = parts(answer.content)
    numbers = [FILES.index(picture) for picture in pictures]
    assert len(pictures) == 4 and len(set(numbers)) == 4


def test_a_stream_of_some_seconds_at_a_rate(client):
    pictures = parts(client.get(VIDEO, params={"duration": 1, "fps": 8}).content)
    # Not more than there is time for; a busy machine may send fewer.
    assert 1 <= len(pictures) <= 9


def test_a_stream_ends_when_the_viewer_leaves(running):
    for _ in range(3):
        with httpx.stream("GET", running.url(VIDEO), auth=LOGIN) as answer:
            next(answer.iter_bytes())
    assert client_streams(running) == 0


def client_streams(running):
    """How many streams the camera still sends a second later at most."""
    for _ in range(40):
        left = running.call(lambda: sum(len(runner.server.connections) for runner in running.camera.server._runners))
        if left == 0:
            return 0
        time.sleep(0.05)
    return left


def test_many_viewers_get_the_same_bytes(running):
    def look(_):
        answer = httpx.get(running.url(VIDEO), params={"nbrofframes": 3, "resolution": "160x120"}, auth=LOGIN)
        return parts(answer.content)

    before = running.call(lambda: len(running.camera.frames._cache))
    with concurrent.futures.ThreadPoolExecutor(12) as pool:
        streams = list(pool.map(look, range(12)))
    made = running.call(lambda: len(running.camera.frames._cache)) - before
    assert all(len(stream) == 3 for stream in streams)
    # 36 pictures were seen, no more made than there are files, or moments at which somebody looked.
    assert len({picture for stream in streams for picture in stream}) <= made <= len(FILES)


def test_a_slow_viewer_sees_what_is_now(running):
    """Pictures that it had no time for are left out, not kept for it."""
    query = {"resolution": "640x480", "compression": 0}
    with httpx.stream("GET", running.url(VIDEO), params=query, auth=LOGIN, timeout=30) as answer:
        connection = answer.extensions["network_stream"].get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        chunks = answer.iter_raw()
        next(chunks)
        time.sleep(2)
        # While it slept, no more pictures were made than the connection holds.
        made = running.call(lambda: list(running.camera.frames._cache))
    assert 1 <= sum(format == Format((640, 480), 0) for _, _, format in made) < 10


def test_a_source_that_goes_away_is_unavailable(running, client, tmp_path):
    path = tmp_path / "one.jpg"
    path.write_bytes(FILES[0])
    running.call(running.camera.frames.show, open_source(str(tmp_path)))
    assert client.get(IMAGE).content == FILES[0]
    path.unlink()
    answer = client.get(IMAGE, params={"compression": 40})
    assert answer.status_code == 503 and "one.jpg" in answer.text
    assert client.get(VIDEO, params={"compression": 40}).content == b""


# The simulator's API


def test_frames_are_shown_until_the_source_is_wanted_again(client):
    one, other = save(photo((64, 48), 90), "4:2:0"), save(photo((64, 48), 91), "4:4:4")
    answer = client.post("simulator/frames?fps=1000", content=one + b"\r\n" + other)
    assert answer.json() == {"door": False, "width": 64, "height": 48, "fps": 1000.0}
    assert {client.get(IMAGE).content for _ in range(20)} == {one, other}
    assert client.delete("simulator/frames").json()["width"] == 320
    assert client.get(IMAGE).content in FILES


def test_what_cannot_be_shown_is_refused_and_changes_nothing(client):
    for target, body in (
        ("simulator/frames", b""), ("simulator/frames", b"no picture"), ("simulator/frames", FILES[0][:100]),
        ("simulator/frames", b"\xff\xd8\xff\xd9"), ("simulator/frames?fps=0", FILES[0]),
        ("simulator/frames?fps=x", FILES[0]), ("simulator/frames?fps=nan", FILES[0]),
    ):  # fmt: skip
        assert client.post(target, content=body).status_code == 400, (target, body[:10])
    assert client.get(IMAGE).content in FILES


def test_without_the_scene_there_is_no_door(client):
    assert client.get("simulator/door").status_code == 409
    assert client.post("simulator/door", json={"open": True}).status_code == 409


@pytest.mark.parametrize(
    "method, target, least",
    [
        ("GET", IMAGE, "viewer"), ("GET", VIDEO, "viewer"), ("GET", "axis-cgi/imagesize.cgi", "viewer"),
        ("GET", "simulator/door", "viewer"), ("GET", "simulator/frames", "viewer"),
        ("POST", "simulator/door", "operator"), ("POST", "simulator/frames", "root"),
        ("DELETE", "simulator/frames", "root"), ("GET", "simulator/faults", "root"),
        ("POST", "simulator/faults", "root"), ("DELETE", "simulator/faults", "root"),
        ("DELETE", "simulator/faults/drop", "root"), ("GET", "index.html", "viewer"),
    ],
)  # fmt: skip
def test_every_route_asks_for_its_role(running, method, target, least):
    ranks = [None, "viewer", "operator", "root"]
    for name in ranks:
        login = name and httpx.DigestAuth(name, PASSWORD)
        query = {"nbrofframes": 1} if target == VIDEO else {}
        status = httpx.request(method, running.url(target), params=query, auth=login).status_code
        assert (status == 401) == (ranks.index(name) < ranks.index(least)), name


# Faults


def test_faults_describe_themselves(client):
    for fault in client.get("simulator/faults").json():
        assert fault["text"].endswith(".") and fault["on"] is False


@pytest.mark.parametrize(
    "wanted",
    [
        {}, {"name": "x"}, {"name": None}, {"name": ["drop"]}, {"name": "drop", "count": 0},
        {"name": "drop", "count": 1.5}, {"name": "drop", "count": True}, {"name": "drop", "seconds": -1},
        {"name": "drop", "seconds": "1"}, {"name": "drop", "value": 1}, {"name": "freeze", "count": 1},
        {"name": "reboot", "seconds": 1}, {"name": "slow", "value": 0}, {"name": "drop", "more": 1}, [], "drop", 1,
    ],
)  # fmt: skip
def test_faults_that_cannot_be_had_are_refused(client, wanted):
    answer = client.post("simulator/faults", json=wanted)
    assert answer.status_code == 400 and "need" in answer.text or "has no" in answer.text
    assert not any(fault["on"] for fault in client.get("simulator/faults").json())


def fail(client, name, **options):
    answer = client.post("simulator/faults", json={"name": name, **options})
    assert answer.status_code == 200, answer.text
    return {fault["name"]: fault for fault in answer.json()}[name]


def is_on(client, name):
    return {fault["name"]: fault for fault in client.get("simulator/faults").json()}[name]["on"]


def test_refusals_are_counted_and_leave_the_simulator_alone(client, running):
    for name, status in (("unauthorized", 401), ("unavailable", 503)):
        assert fail(client, name, count=3)["left"] == 3
        assert client.get("simulator/faults").status_code == 200 == httpx.get(running.url("style.css")).status_code
        assert httpx.get(running.url(IMAGE), auth=LOGIN, headers={"X-Simulator": "page"}).status_code == 200
        statuses = [httpx.get(running.url(IMAGE)).status_code for _ in range(3)]
        assert statuses == [status] * 3 and client.get(IMAGE).status_code == 200
        assert not is_on(client, name)


def test_a_fault_ends_after_its_seconds_or_when_it_is_ended(client):
    fail(client, "unavailable", seconds=0.05)
    time.sleep(0.3)
    assert client.get(IMAGE).status_code == 200 and not is_on(client, "unavailable")
    fail(client, "unavailable")
    fail(client, "drop")
    assert client.get(IMAGE).status_code == 503
    client.delete("simulator/faults/unavailable")
    assert client.get(IMAGE).status_code == 200 and is_on(client, "drop")
    client.delete("simulator/faults")
    assert not is_on(client, "drop")


def test_streams_break_off(client):
    fail(client, "drop", count=2)
    for _ in range(2):
        with client.stream("GET", VIDEO) as answer:
            with pytest.raises(httpx.RemoteProtocolError):
                answer.read()
    assert len(parts(client.get(VIDEO, params={"nbrofframes": 2}).content)) == 2


def test_a_running_stream_stalls_and_goes_on(client):
    with client.stream("GET", VIDEO) as answer:
        chunks = answer.iter_raw()
        next(chunks)
        fail(client, "stall", seconds=0.6)
        began = time.monotonic()
        while time.monotonic() - began < 0.5:
            next(chunks)
        assert split(next(chunks) + next(chunks) + next(chunks))


def test_a_stream_that_is_counted_stalls_for_good(client, running):
    # The fault is for one stream: none of an earlier test may be left to take it.
    assert client_streams(running) <= 1
    fail(client, "stall", count=1)
    began = time.monotonic()
    with pytest.raises(httpx.ReadTimeout), client.stream("GET", VIDEO, timeout=1) as answer:
        for _ in answer.iter_raw():
            assert time.monotonic() - began < 20, "it went on"
    assert client_streams(running) <= 1  # the client's own connection
    assert client.get(VIDEO, params={"nbrofframes": 1}).status_code == 200


def test_the_picture_freezes(client):
    fail(client, "freeze")
    assert len(set(parts(client.get(VIDEO, params={"nbrofframes": 5}).content))) == 1
    client.delete("simulator/faults/freeze")
    assert len(set(parts(client.get(VIDEO, params={"nbrofframes": 5}).content))) > 1


def test_pictures_are_damaged(client):
    fail(client, "corrupt", count=12)
    pictures = parts(client.get(VIDEO, params={"nbrofframes": 14}).content)
    assert [picture in FILES for picture in pictures] == [False] * 12 + [True] * 2
    assert any(not picture.startswith(b"\xff\xd8") for picture in pictures)
    assert any(len(picture) < min(map(len, FILES)) for picture in pictures)


def test_the_network_is_slow(client):
    size = len(client.get(IMAGE, params={"compression": 0}).content)
    fail(client, "slow", value=size / 1000 / 0.3)
    began = time.monotonic()
    client.get(IMAGE, params={"compression": 0})
    assert time.monotonic() - began > 0.2


def test_the_clock_jumps_and_comes_back(client, running):
    before = running.camera.clock.time()
    fail(client, "clock", value=-86400)
    assert -86401 < running.camera.clock.time() - before < -86300
    fail(client, "clock", value=100)
    assert 99 < running.camera.clock.time() - before < 200
    client.delete("simulator/faults/clock")
    assert 0 <= running.camera.clock.time() - before < 100


def test_a_reboot_takes_its_time_and_everything_comes_back(client, running):
    boot = running.camera.boot_id
    secret = running.call(running.camera.service_accounts.credentials, "door").partition(":")[2]
    fail(client, "reboot", value=0.3)
    gone = False
    for _ in range(200):
        try:
            up = httpx.get(running.url(IMAGE), auth=LOGIN)
            if gone:
                break
        except httpx.TransportError:
            gone = True
        time.sleep(0.02)
    assert gone and up.content in FILES and running.camera.boot_id != boot
    assert running.call(running.camera.service_accounts.check, "a0-door", secret) is None


def test_the_flash_is_full(client, running):
    before = running.camera.applications.flash
    fail(client, "flash_full")
    assert running.camera.applications.flash == 0
    client.delete("simulator/faults/flash_full")
    assert running.camera.applications.flash == before > 0


# The door


@pytest.fixture(scope="module")
def scene(tmp_path_factory):
    """A client of a camera that looks at the live door scene."""
    with running_camera(tmp_path_factory.mktemp("scene")) as running:
        with httpx.Client(base_url=running.url(), auth=LOGIN, timeout=60) as client:
            yield client


def test_the_door_is_opened_and_closed(scene):
    assert scene.get("simulator/frames").json() == {"door": True, "width": 640, "height": 360, "fps": 10.0}
    assert scene.get("simulator/door").json()["open"] is False
    closed = Image.open(io.BytesIO(scene.get(IMAGE).content))
    assert closed.size == (640, 360)
    answer = scene.post("simulator/door", json={"open": True}).json()
    assert answer["moving"] and answer["angle"] < 20
    for _ in range(100):
        state = scene.get("simulator/door").json()
        if not state["moving"]:
            break
        time.sleep(0.05)
    assert state["open"] and state["angle"] == 80
    assert scene.post("simulator/door", json={"angle": 45.5}).json()["moving"]
    assert scene.post("simulator/door", json={"people": True}).json()["people"]
    assert not scene.post("simulator/door", json={"open": False, "hours": 22.5}).json()["people"]
    assert scene.get("simulator/door").json()["hours"] == 22.5
    scene.post("simulator/door", json={"hours": 14})


def test_other_pictures_leave_the_door_as_it_is(scene):
    scene.post("simulator/door", json={"angle": 40})
    while scene.get("simulator/door").json()["moving"]:
        time.sleep(0.05)
    for _ in range(2):
        scene.post("simulator/frames", content=FILES[0])
        scene.delete("simulator/frames")
        assert scene.get("simulator/door").json()["angle"] == 40
    scene.post("simulator/door", json={"open": False})
    while scene.get("simulator/door").json()["moving"]:
        time.sleep(0.05)
    assert scene.get("simulator/door").json()["angle"] == 0


@pytest.mark.parametrize(
    "wanted",
    [
        {"open": 1}, {"open": "yes"}, {"angle": -1}, {"angle": 1e9}, {"angle": None}, {"hours": 25}, {"shut": True},
        [], 1,
    ],
)  # fmt: skip
def test_what_a_door_cannot_do_is_refused(scene, wanted):
    assert scene.post("simulator/door", json=wanted).status_code == 400
    assert scene.post("simulator/door", content=b'{"angle": NaN}').status_code == 400
    assert scene.post("simulator/door", content=b"\xff{").status_code == 400
    assert scene.post("simulator/door", content=b"[" * 100_000).status_code == 400


def test_the_scene_can_be_seen_large(scene):
    answer = scene.get(IMAGE, params={"resolution": "1920x1080"})
    assert Image.open(io.BytesIO(answer.content)).size == (1920, 1080)
