"""The virtual camera as a whole: start, reboot, factory default, one camera a folder."""

import httpx
import pytest
from virtual_camera import running_camera

from mpycam.camera.camera import Camera, reset
from mpycam.errors import MpycamError


def ready(running):
    answer = httpx.post(running.url("axis-cgi/systemready.cgi"), json={"apiVersion": "1.1", "method": "systemready"})
    assert answer.status_code == 200
    return answer.json()["data"]


def test_state_survives_a_restart_and_not_a_factory_default(tmp_path):
    with running_camera(tmp_path) as running:
        serial = running.camera.identity.serial_number
        assert ready(running)["needsetup"] == "no"
    with running_camera(tmp_path, setup=False) as running:
        assert running.camera.identity.serial_number == serial
        before = ready(running)
        assert before["needsetup"] == "no"
        port = running.camera.server.port
        running.call(running.camera.factory_default)
        after = ready(running)
        assert after["needsetup"] == "yes" and after["bootid"] != before["bootid"]
        assert running.camera.server.port == port
        assert running.camera.identity.serial_number == serial


def test_a_reset_of_the_folder_leaves_the_identity_alone(tmp_path):
    with running_camera(tmp_path, "11.11", "aarch64") as running:
        serial = running.camera.identity.serial_number
        with pytest.raises(MpycamError, match="another camera runs"):
            Camera(tmp_path)
        with pytest.raises(MpycamError, match="another camera runs"):
            reset(tmp_path)
    reset(tmp_path)
    with running_camera(tmp_path, setup=False) as running:
        assert ready(running)["needsetup"] == "yes"
        assert running.camera.identity.serial_number == serial
        assert (running.camera.profile.name, running.camera.identity.architecture) == ("11.11", "aarch64")


def test_service_accounts_vanish_at_a_reboot(tmp_path):
    with running_camera(tmp_path) as running:
        name, password = running.call(running.camera.service_accounts.credentials, "door").split(":")
        assert name == "a0-door" and len(password) == 32
        assert running.camera.service_accounts.check(name, password)
        running.call(running.camera.reboot)
        assert running.camera.service_accounts.check(name, password) is None


def test_two_cameras_side_by_side(tmp_path):
    with running_camera(tmp_path / "a") as one, running_camera(tmp_path / "b") as other:
        assert one.camera.server.in_camera_address != other.camera.server.in_camera_address
        assert ready(one)["bootid"] != ready(other)["bootid"]
