"""The examples of the services' pages print what the pages say."""

import re

import pytest
from camera_python import run
from door_app import picture
from interpreters import ROOT
from test_lib_webhook import Receiver

EXAMPLE = re.compile(r"```python\n(.*?)```\n```text\n(.*?)```", re.DOTALL)


@pytest.mark.parametrize("page", ["recorder", "webhook", "metrics", "collect"])
def test_examples(host, tmp_path, page):
    """In a folder with a clip of a door that opens at 10 s, five frames a second, and with a URL for webhooks."""
    (tmp_path / "clip.mjpeg").write_bytes(b"".join(picture(40 if number < 50 else 220) for number in range(100)))
    examples = EXAMPLE.findall((ROOT / "docs" / f"{page}.md").read_text())
    assert examples
    with Receiver() as receiver:
        # The page's secret is another one than the receiver's, which is not what is tested here.
        receiver._take = lambda request, body: (request.send_response(204), request.end_headers())
        for script, expected in examples:
            assert run(host, f"URL = {receiver.url!r}\n" + script, cwd=tmp_path) == expected
