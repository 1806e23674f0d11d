"""mpycam.testing: the fixture that tests of apps use."""

import io
import socket

import httpx
import numpy as np
import pytest
from jpegs import photo, save
from PIL import Image

from mpycam.testing import PASSWORD, USER, CameraError, VirtualCamera, camera  # noqa: F401


@pytest.fixture(scope="module")
def shared_camera(tmp_path_factory):
    """One camera for the tests that leave it as it was."""
    with VirtualCamera(tmp_path_factory.mktemp("camera") / "state") as camera:
        yield camera


def picture(camera):
    return camera.request("GET", "/axis-cgi/jpg/image.cgi")


def test_the_fixture_is_a_camera_of_its_own(camera):  # noqa: F811
    answer = httpx.get(f"{camera.url}/axis-cgi/applications/list.cgi", auth=httpx.DigestAuth(USER, PASSWORD))
    assert answer.status_code == 200 and camera.apps() == {}
    with camera.fail("clock", value=-3600):
        assert camera.log()


class TestOptions:
    @pytest.fixture
    def camera_options(self, tmp_path):
        """An older camera with a still picture."""
        (tmp_path / "one.jpg").write_bytes(save(photo((64, 48)), "4:2:0"))
        return {"arch": "aarch64", "profile": "11.11", "source": tmp_path / "one.jpg"}

    def test_the_fixture_takes_options(self, camera, tmp_path):  # noqa: F811
        assert picture(camera) == (tmp_path / "one.jpg").read_bytes()
        question = {"apiVersion": "1.0", "method": "getAllUnrestrictedProperties"}
        answer = camera.request("POST", "/axis-cgi/basicdeviceinfo.cgi", json=question)
        assert b'"11.11.' in answer


def test_a_camera_that_cannot_start_says_why(tmp_path):
    with pytest.raises(CameraError, match="nothing.mjpeg"):
        VirtualCamera(tmp_path / "camera", source=tmp_path / "nothing.mjpeg").__enter__()


def test_nothing_stays_behind(tmp_path):
    with VirtualCamera(tmp_path / "camera") as camera:
        port = int(camera.url.rpartition(":")[2])
        process = camera._process
    assert process.returncode == 0
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))


def test_it_shows_files_folders_arrays_and_images(shared_camera, tmp_path):
    files = [save(photo((64, 48), n), "4:2:0") for n in range(3)]
    for number, file in enumerate(files):
        (tmp_path / f"{number}.jpg").write_bytes(file)
    for frames in (files, tmp_path, str(tmp_path)):
        shared_camera.show(frames, fps=1000)
        assert {picture(shared_camera) for _ in range(30)} == set(files)
    shared_camera.show(tmp_path / "1.jpg")
    assert picture(shared_camera) == files[1]
    for dark in (np.full((48, 64), 10, np.uint8), np.full((48, 64, 3), 10, np.uint8), Image.new("L", (64, 48), 10)):
        shared_camera.show([dark])
        assert abs(np.asarray(Image.open(io.BytesIO(picture(shared_camera)))).mean() - 10) < 2
    shared_camera.show_source()
    assert Image.open(io.BytesIO(picture(shared_camera))).size == (640, 360)
    with pytest.raises(CameraError, match="JPEG"):
        shared_camera.show([])


def test_it_opens_and_closes_the_door(shared_camera):
    door = shared_camera.door
    door.open()
    assert door.state["open"] and not door.state["moving"] and door.state["angle"] == 80
    door.turn(2)
    assert not door.state["open"]
    door.light(22)
    door.let_people_come()
    assert door.state["people"] and door.state["hours"] == 22
    door.close()
    assert door.state["angle"] == 0
    door.light(14)


def test_faults_last_as_long_as_they_are_held(shared_camera):
    with shared_camera.fail("freeze"):
        assert picture(shared_camera) == picture(shared_camera)
    with shared_camera.fail("corrupt", count=1):
        damaged = picture(shared_camera)
        picture(shared_camera)
    assert damaged != picture(shared_camera)
    with pytest.raises(CameraError, match="need one of"):
        shared_camera.fail("earthquake")


def test_a_reboot_is_over_when_it_returns(shared_camera):
    boot = shared_camera._boot()
    shared_camera.fail("reboot", value=0)
    assert shared_camera._boot() not in (boot, None)


def test_events_come_until_none_does(shared_camera):
    events = shared_camera.events(timeout=20)
    inputs = shared_camera.events("tns1:Device/tnsaxis:IO/VirtualInput", timeout=20)
    for port in (1, 2):
        shared_camera.request("GET", f"/axis-cgi/virtualinput/activate.cgi?schemaversion=1&port={port}")
    event = events.find("VirtualInput", active="1")
    assert event.source == {"port": "1"} and event.time > 1e9
    found = inputs.find(active="1")
    assert found.topic == "tns1:Device/tnsaxis:IO/VirtualInput"
    events._timeout = 0.2
    with pytest.raises(TimeoutError, match="active.*within 0.2 s"):
        events.find("VirtualInput", active="7")
    with pytest.raises(TimeoutError):
        next(events)


def test_what_is_no_package_is_refused_in_words(shared_camera, tmp_path):
    (tmp_path / "bad.eap").write_bytes(b"no package")
    with pytest.raises(CameraError, match=r"Error: 1 \(not a valid package\)"):
        shared_camera.install(tmp_path / "bad.eap")
    with pytest.raises(CameraError, match=r"start nothing: Error: 4 \(no such app\)"):
        shared_camera.start("nothing")
    assert shared_camera.apps() == {}
