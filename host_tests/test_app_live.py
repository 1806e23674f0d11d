"""The frames that other processes of the app and the page get from door.watch."""

import io
import json
import shutil
import subprocess
import time
import urllib.error
import urllib.request

import pytest
from broker import Broker, free_port
from camera_server import CameraServer, answer, part, stream_head
from door_app import Running, brightness_model, packaged
from PIL import Image
from test_app_upload import Listener, mqtt

DARK, BRIGHT = 40, 220


@pytest.fixture
def home(tmp_path):
    home = packaged(tmp_path / "app")
    brightness_model(home / "brightness.unn")
    return home


def colored(gray):
    """A picture as a camera has it: in colour."""
    file = io.BytesIO()
    Image.new("RGB", (640, 360), (gray,) * 3).save(file, "JPEG")
    return file.getvalue()


def rtsp_stream(url):
    """What ffprobe finds there."""
    if shutil.which("ffprobe") is None:
        pytest.skip("needs the Debian package ffmpeg")
    command = ["ffprobe", "-v", "quiet", "-rtsp_transport", "tcp", "-show_entries", "stream=codec_name,width,height"]
    return subprocess.run([*command, "-of", "csv=p=0", url], capture_output=True, text=True, timeout=60).stdout


def camera(request, connection):
    if "virtualinput" in request.target:
        answer(connection, b"<VirtualInputResponse><Success></Success></VirtualInputResponse>", kind="text/xml")
    elif "param.cgi" in request.target:
        answer(connection, b"root.Time.POSIXTimeZone=CET-1CEST,M3.5.0,M10.5.0/3\n", kind="text/plain")
    elif "basicdeviceinfo" in request.target:
        known = {"ProdNbr": "M3086-V", "SerialNumber": "B8A44F000000", "Version": "11.11.73", "Architecture": "aarch64"}
        answer(connection, json.dumps({"data": {"propertyList": known}}).encode(), kind="application/json")
    else:
        stream_head(connection)
        for number in range(600):
            connection.sendall(part(colored(BRIGHT if number % 2 else DARK)))
            time.sleep(0.05)


def test_live_pictures_and_the_camera_itself(interpreter, home, tmp_path):
    """Raw and annotated, single and as a stream; switched off and on; the serial number in the topics."""
    port = free_port()

    def get(path):
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/local/door_state/live{path}", timeout=30) as reply:
            return reply.headers, reply.read(60000 if "multipart" in reply.headers["Content-Type"] else -1)

    with CameraServer(camera) as server, Broker(tmp_path) as broker:
        options = ["--source", server.url("/mjpg"), "--camera", server.url("").rstrip("/"), "--user", "u", "--password", "p"]
        options += ["--model", "brightness.unn", "--live_port", port, "--page_port", 0, "--region", "[0.25,0.25,0.5,0.5]"]
        rtsp = free_port()
        options += ["--rtsp_port", rtsp, "--rtsp_password", "secret"]
        options += ["--minimum_duration", 3600, *mqtt(broker)[:4], "--collect_bytes", 500000]
        with Listener(broker) as listener, Running(interpreter, *options, folder=home) as app:
            listener.until("mpycam/B8A44F000000/status")
            about = listener.until("mpycam/B8A44F000000/device")
            assert (about["model"], about["firmware"], about["architecture"]) == ("M3086-V", "11.11.73", "aarch64")
            # From here on the app watches and its port is open: it answers commands.
            listener._client.publish("mpycam/B8A44F000000/command", '{"id": 1, "command": "status"}', qos=1)
            listener.until("mpycam/B8A44F000000/answer", ok=True)
            headers, one = get("/picture?raw=1")
            assert headers["Content-Type"] == "image/jpeg"
            assert one in (colored(DARK), colored(BRIGHT))
            drawn = Image.open(io.BytesIO(get("/picture")[1])).convert("RGB")
            assert drawn.size == (640, 360)
            # The state is unknown yet, so the frame of the region is yellow.
            red, green, blue = drawn.getpixel((160, 180))
            assert red > blue + 40 and green > blue + 40
            for path in ("", "/raw"):
                headers, stream = get(path)
                assert headers["Content-Type"].startswith("multipart/x-mixed-replace")
                assert stream.count(b"Content-Type: image/jpeg") >= 2
            for path in ("live", "raw"):
                assert rtsp_stream(f"rtsp://viewer:secret@127.0.0.1:{rtsp}/{path}") == "mjpeg,640,360\n"
            assert rtsp_stream(f"rtsp://viewer:guess@127.0.0.1:{rtsp}/live") == ""
            listener._client.publish("mpycam/B8A44F000000/command", '{"id": 2, "command": "streaming_stop"}', qos=1)
            listener.until("mpycam/B8A44F000000/answer", id=2)
            with pytest.raises(urllib.error.HTTPError, match="503"):
                get("/raw")
            assert rtsp_stream(f"rtsp://viewer:secret@127.0.0.1:{rtsp}/live") == ""
            listener._client.publish("mpycam/B8A44F000000/command", '{"id": 3, "command": "streaming_start"}', qos=1)
            listener.until("mpycam/B8A44F000000/answer", id=3)
            assert get("/picture?raw=1")[1][:2] == b"\xff\xd8"
            listener._client.publish(
                "mpycam/B8A44F000000/command", '{"id": 4, "command": "test", "output": "virtual_input"}', qos=1
            )
            assert listener.until("mpycam/B8A44F000000/answer", id=4)["ok"]
            app.terminate()
        asked = [request.target for request in server.requests if "virtualinput" in request.target]
        assert ["deactivate" in target for target in asked[-2:]] == [False, True]
    index = (home / "localdata" / "collect" / "index.csv").read_text().splitlines()
    assert len(index) >= 2 and (home / "localdata" / "collect" / index[1].split(",")[0]).exists()
