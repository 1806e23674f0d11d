"""docs/annotation.md, docs/motion.md and docs/spyglass.md: their examples do what they say."""

import io
import re
import shutil
import subprocess
import urllib.request

import numpy as np
import pytest
from broker import free_port
from camera_python import MODULE_PATH, run
from examples import check_examples
from interpreters import ROOT
from PIL import Image

@pytest.mark.parametrize("name", ["annotation", "motion"])
def test_examples_print_what_they_say(interpreter, tmp_path, name):
    page = (ROOT / f"docs/{name}.md").read_text()
    check_examples(lambda *script: run(interpreter, *script), tmp_path, {name: page}, least=9)


@pytest.mark.skipif(shutil.which("ffprobe") is None, reason="needs the Debian package ffmpeg")
def test_the_program_shows_live_pictures(host, tmp_path):
    [program] = re.findall(r"^```python\n(.*?)^```", (ROOT / "docs/spyglass.md").read_text(), re.S | re.M)
    (tmp_path / "live.py").write_text(program)
    (tmp_path / "pictures").mkdir()
    for number in range(3):
        picture = np.full((240, 320, 3), 60 * number + 40, dtype=np.uint8)
        Image.fromarray(picture).save(tmp_path / "pictures" / f"{number}.jpg")
    web, rtsp = free_port(), free_port()
    command = [*host.command, tmp_path / "live.py", tmp_path / "pictures", str(web), str(rtsp)]
    environment = {**host.environment(), "MICROPYPATH": MODULE_PATH}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        try:
            assert process.stdout.readline() == b"ready\n", process.stderr.read()
            with urllib.request.urlopen(f"http://127.0.0.1:{web}/raw", timeout=30) as response:
                data = response.read(2000)
            start = data.index(b"\xff\xd8")
            first = Image.open(io.BytesIO(data[start:]))
            assert first.size == (320, 240)
            for url in (f"http://127.0.0.1:{web}/live", f"rtsp://viewer:secret@127.0.0.1:{rtsp}/live"):
                probe = [
                    "ffprobe",
                    "-v",
                    "error",
                    "-show_entries",
                    "stream=codec_name,width,height",
                    "-of",
                    "csv=p=0",
                    url,
                ]
                result = subprocess.run(probe, capture_output=True, text=True, timeout=60)
                assert result.stdout.strip() == "mjpeg,320,240", result.stderr
        finally:
            process.kill()
