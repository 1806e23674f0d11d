"""lib/metrics.py, lib/cloudwatch.py and lib/aws_signature.py: with Prometheus's parser, botocore and moto."""

import contextlib
import json
import time
import urllib.request
from datetime import UTC, datetime

import boto3
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from camera_python import evaluate, run
from moto.server import ThreadedMotoServer
from prometheus_client.parser import text_string_to_metric_families

TIMER = """
from timepiece import BaseTimer
def timer(*intervals):
    timer = BaseTimer()
    for interval in intervals:
        timer.intervals.append(interval)
    return timer
"""


def test_message(interpreter):
    script = TIMER + """
from metrics import MqttTimer
from mqtt import MqttClient
client = MqttClient("127.0.0.1")
text = MqttTimer(client, "door/frame", 1).send(1700000000.25, timer(0.5, 0.25, 1.0))
message = client._queue[0]
assert (message.topic, message.qos, message.payload) == ("door/frame", 1, text.encode())
print(text)
"""
    assert json.loads(run(interpreter, script)) == {
        "time": "2023-11-14T22:13:20.250Z", "unit": "seconds", "count": 3, "sum": 1.75, "min": 0.25, "max": 1.0
    }  # fmt: skip


def test_prometheus_reads_the_text(interpreter):
    script = TIMER + r"""
from metrics import Prometheus
metrics = Prometheus()
assert metrics.text() == ""
send = metrics.timer("door_frame_seconds", "Time that\na frame \\takes.", camera='a "b"\\\n', door="1")
other = metrics.timer("door_frame_seconds", camera="c")
send(0, timer(0.5, 0.25))
send(0, timer(1e-7, 3.0))
other(0, timer(2.0))
metrics.set("door_heap_bytes", 123456, "Memory.")
metrics.set("door_frames_total", 7, kind="counter")
metrics.set("door_frames_total", 1 << 40, kind="counter")
metrics.set("door_fps", float("inf"))
sys.stdout.write(metrics.text())
"""
    families = {family.name: family for family in text_string_to_metric_families(run(interpreter, script))}
    labels = {"camera": 'a "b"\\\n', "door": "1"}
    frame = families["door_frame_seconds"]
    assert (frame.type, frame.documentation) == ("summary", "Time that\na frame \\takes.")
    assert {(s.name[19:], s.labels["camera"]): s.value for s in frame.samples} == {
        ("count", labels["camera"]): 4, ("sum", labels["camera"]): 3.7500001, ("count", "c"): 1, ("sum", "c"): 2.0
    }  # fmt: skip
    assert frame.samples[0].labels == labels
    assert [(s.labels["camera"], s.value) for s in families["door_frame_seconds_min"].samples] == [
        (labels["camera"], 1e-7), ("c", 2.0)
    ]  # fmt: skip
    assert [s.value for s in families["door_frame_seconds_max"].samples] == [3.0, 2.0]
    assert (families["door_heap_bytes"].type, families["door_heap_bytes"].samples[0].value) == ("gauge", 123456)
    assert (families["door_frames"].type, families["door_frames"].samples[0].value) == ("counter", 1 << 40)
    assert families["door_fps"].samples[0].value == float("inf")


def test_signature(interpreter, tmp_path):
    """The same as botocore's, with and without a session's token."""
    script = """
from aws_signature import signed_fields
for host, body, kind, moment, rest in cases():
    print(json.dumps(signed_fields(host, body.encode(), kind, moment, *rest)))
"""
    form, moment = "application/x-www-form-urlencoded", 1440938160
    cases = [
        ["h", "", form, moment, ["us-east-1", "monitoring", "AKID", "secret"]],
        ["127.0.0.1:5000", "Action=a&b=%20" * 100, form, moment + 86399.9, ["eu-west-3", "monitoring", "AK", "s" * 80]],
        ["h.example", "x", form + "; charset=utf-8", moment, ["r", "s", "a", "b", "token=="]],
    ]
    found = evaluate(interpreter, tmp_path, script, cases)
    for (host, body, kind, seconds, (region, service, key, secret, *token)), fields in zip(cases, found, strict=True):
        when = datetime.fromtimestamp(seconds, UTC).strftime("%Y%m%dT%H%M%SZ")
        headers = {"content-type": kind, "x-amz-date": when}
        if token:
            headers["x-amz-security-token"] = token[0]
        request = AWSRequest("POST", f"http://{host}/", headers, body.encode())
        request.context["timestamp"] = when
        auth = SigV4Auth(Credentials(key, secret, *token), service, region)
        signature = auth.signature(auth.string_to_sign(request, auth.canonical_request(request)), request)
        told = dict(field.split(":", 1) for field in fields)
        assert told.pop("x-amz-date") == when
        assert told.pop("x-amz-security-token", "") == "".join(token)
        assert told.pop("authorization") == (
            f"AWS4-HMAC-SHA256 Credential={key}/{when[:8]}/{region}/{service}/aws4_request, "
            f"SignedHeaders={';'.join(sorted(['host', *headers]))}, Signature={signature}"
        )
        assert told == {}


@contextlib.contextmanager
def check_signatures(cloud):
    """Have moto check who asks, as it does once the requests without that are used up."""

    def allow(count):
        url, kind = f"{cloud}/moto-api/reset-auth", {"Content-Type": "text/plain"}
        request = urllib.request.Request(url, str(count).encode(), kind, method="POST")
        with urllib.request.urlopen(request, timeout=10):
            pass

    allow(0)
    try:
        yield
    finally:
        allow("inf")


CLOUDWATCH = TIMER + """
import time
from cloudwatch import CloudWatchTimer
async def main(endpoint, key_id, secret):
    said = []
    sender = CloudWatchTimer(
        "Door/State", "frame time " + sys.argv[5], endpoint, "us-east-1", key_id, secret,
        dimensions={"camera": "a&b=c \u00e9", "door": "1"}, report=lambda *words: said.append(words),
    )
    datum = sender.send(float(sys.argv[4]), timer(0.5, 0.25, 1.5))
    for _ in range(100):
        if sender.sent or said:
            break
        await asyncio.sleep_ms(100)
    print(json.dumps([datum, said]))
asyncio.run(main(*sys.argv[1:4]))
"""


@pytest.fixture(scope="module")
def cloud():
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


def test_cloudwatch_takes_the_datum(interpreter, cloud, monkeypatch):
    """With the keys of a user of moto's, which then checks signatures; and not with another secret."""
    session = boto3.Session("none", "none", region_name="us-east-1")
    identity = session.client("iam", endpoint_url=cloud)
    identity.create_user(UserName=interpreter.arch)
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    identity.put_user_policy(UserName=interpreter.arch, PolicyName="put", PolicyDocument=json.dumps(policy))
    keys = identity.create_access_key(UserName=interpreter.arch)["AccessKey"]
    moment = int(time.time()) - 60
    with check_signatures(cloud):
        line = run(
            interpreter, CLOUDWATCH, cloud, keys["AccessKeyId"], keys["SecretAccessKey"], moment, interpreter.arch
        )
        refused = run(interpreter, CLOUDWATCH, cloud, keys["AccessKeyId"], "x" * 40, moment, interpreter.arch)
    datum, said = json.loads(line)
    assert said == []
    assert datum == {
        "MetricName": f"frame time {interpreter.arch}",
        "Dimensions": [{"Name": "camera", "Value": "a&b=c é"}, {"Name": "door", "Value": "1"}],
        "Timestamp": datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "StatisticValues": {"SampleCount": 3, "Sum": 2.25, "Minimum": 0.25, "Maximum": 1.5},
        "Unit": "Seconds",
    }
    assert json.loads(refused)[1][0] == ["lost", "need status 200, have 403 FORBIDDEN"]
    found = session.client("cloudwatch", endpoint_url=cloud).get_metric_statistics(
        Namespace="Door/State", MetricName=datum["MetricName"], Dimensions=datum["Dimensions"], Period=60,
        StartTime=moment - 300, EndTime=moment + 300, Statistics=["SampleCount", "Sum", "Minimum", "Maximum"],
    )["Datapoints"]  # fmt: skip
    assert [{name: point[name] for name in ("SampleCount", "Sum", "Minimum", "Maximum")} for point in found] == [
        {"SampleCount": 3.0, "Sum": 2.25, "Minimum": 0.25, "Maximum": 1.5}
    ]
