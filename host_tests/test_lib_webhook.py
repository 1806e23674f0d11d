"""lib/webhook.py against a receiver that checks signatures, comes and goes, and refuses."""

import base64
import hashlib
import hmac
import json
import threading
import time

from broker import free_port
from camera_python import evaluate, run
from local_server import LocalServer, QuietHandler

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()

SEND = """
from durable_queue import DurableQueue
from webhook import Webhook
async def main(path, url, count, **options):
    queue = DurableQueue(path, ("webhook",))
    for number in range(count):
        queue.put(json.dumps({"event": "door", "number": number}))
    report = lambda *said: print(json.dumps(said))
    hook = Webhook(url, queue, retry_first=0.05, retry_longest=0.1, report=report, **options)
    task = asyncio.create_task(hook.run())
    while queue.peek("webhook") is not None:
        await asyncio.sleep(0.02)
    task.cancel()
    queue.close()
"""


class Receiver(LocalServer):
    """A server that takes what is signed well; `statuses` are its first answers, None a broken connection."""

    def __init__(self, *statuses, port=0):
        self.statuses = list(statuses)
        self.taken, self.fields, self.wrong = [], [], []
        outer = self

        class Handler(QuietHandler):
            def do_POST(self):
                outer._take(self, self.rfile.read(int(self.headers["content-length"])))

        super().__init__(Handler, port)
        self.url = self.address + "/hook"

    def _take(self, request, body):
        fields = {name.lower(): value for name, value in request.headers.items()}
        self.fields.append(fields)
        signed = f"{fields['webhook-id']}.{fields['webhook-timestamp']}.".encode() + body
        proof = "v1," + base64.b64encode(hmac.digest(bytes(range(32)), signed, hashlib.sha256)).decode()
        good = fields.get("webhook-signature", proof) == proof and fields["content-type"] == "application/json"
        if not good or abs(int(fields["webhook-timestamp"]) - time.time()) > 30:
            self.wrong.append(fields)
        status = self.statuses.pop(0) if self.statuses else 204
        if status is None:
            request.connection.close()
            return
        if 200 <= status < 300:
            self.taken.append(json.loads(body)["number"])
        request.send_response(status)
        request.send_header("Content-Length", "0")
        request.end_headers()


def test_hmac(interpreter, tmp_path):
    """The same as Python's for keys shorter and longer than a block."""
    script = """
from hmac_sha256 import hmac_sha256
for key, message in cases():
    print(json.dumps(binascii.hexlify(hmac_sha256(key.encode(), message.encode())).decode()))
"""
    cases = [("k" * length, "m" * (length * 3)) for length in (0, 1, 63, 64, 65, 200)]
    expected = [hmac.digest(key.encode(), message.encode(), "sha256").hex() for key, message in cases]
    assert evaluate(interpreter, tmp_path, script, cases) == expected


def test_every_message_is_taken_in_order(interpreter, tmp_path):
    """Refusals for now, broken connections, and a message that the receiver never wants."""
    with Receiver(200, 503, None, 500, 429, 404, 401, 202, 200, 400, 413) as receiver:
        script = SEND + f"asyncio.run(main(sys.argv[1], sys.argv[2], 8, secret={SECRET!r}))"
        said = [json.loads(line) for line in run(interpreter, script, tmp_path / "queue", receiver.url).splitlines()]
    assert (receiver.taken, receiver.wrong) == ([0, 1, 2, 5, 6, 7], [])
    assert said == [
        ["lost", "need status 200, have 503 Service Unavailable"],
        ["back", ""],
        ["refused", "need status 200, have 400 Bad Request"],
        ["refused", "need status 200, have 413 Request Entity Too Large"],
    ]
    identifiers = [fields["webhook-id"] for fields in receiver.fields]
    assert len(set(identifiers)) == 8
    assert identifiers[1:8] == [identifiers[1]] * 7  # the same message is known by its name
    assert {fields["host"] for fields in receiver.fields} == {receiver.url.split("/")[2]}


def test_receiver_comes_later(host, tmp_path):
    port = free_port()
    script = SEND + f"asyncio.run(main(sys.argv[1], sys.argv[2], 3, secret={SECRET!r}))"
    said = []
    arguments = [tmp_path / "queue", f"http://127.0.0.1:{port}/hook"]
    thread = threading.Thread(target=lambda: said.append(run(host, script, *arguments)))
    thread.start()
    time.sleep(0.5)
    with Receiver(port=port) as receiver:
        thread.join(20)
    assert (receiver.taken, receiver.wrong) == ([0, 1, 2], [])
    assert [json.loads(line)[0] for line in said[0].splitlines()] == ["lost", "back"]


def test_without_a_secret(host, tmp_path):
    with Receiver() as receiver:
        run(host, SEND + "asyncio.run(main(sys.argv[1], sys.argv[2], 1))", tmp_path / "queue", receiver.url)
    assert "webhook-signature" not in receiver.fields[0]
    assert receiver.fields[0]["webhook-id"].startswith("msg_")
