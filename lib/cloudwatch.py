"""The statistics of timers for Amazon CloudWatch, over plain HTTP: an endpoint in the house that adds TLS is needed."""

import asyncio
import time

from aws_signature import signed_fields
from http_client import HttpClient, Url
from http_message import quote
from json_lines import utc

FORM = "application/x-www-form-urlencoded"


def _pairs(name, value):
    """A value as the service's query protocol has it: lists are members counted from 1."""
    if isinstance(value, dict):
        parts = [(name + "." + key, value[key]) for key in sorted(value)]
    elif isinstance(value, list):
        parts = [("%s.member.%d" % (name, place + 1), item) for place, item in enumerate(value)]
    else:
        return [name + "=" + quote(str(value)).replace("%20", "+")]
    return sum([_pairs(*part) for part in parts], [])


class CloudWatchTimer:
    """Sends the four statistics of a timer as one datum of a metric (PutMetricData)."""

    def __init__(
        self,
        namespace,
        metric_name,
        endpoint,
        region,
        key_id,
        secret,
        token="",
        dimensions={},
        client=None,
        report=lambda state, reason: None,
    ):
        """`endpoint` is a URL of a host without a path; `report("lost", reason)` is called for each lost datum."""
        self._namespace = namespace
        self._metric_name = metric_name
        self._endpoint = endpoint
        self._identity = region, "monitoring", key_id, secret, token
        self._dimensions = dimensions
        self._client = client or HttpClient()
        self._report = report
        self.sent = 0  # how many data arrived

    def send(self, moment, timer):
        """Send what the timer has, in a task; a tachometer's callback. Returns the datum, whether it arrives or not."""
        datum = {
            "MetricName": self._metric_name,
            "Dimensions": [{"Name": name, "Value": self._dimensions[name]} for name in sorted(self._dimensions)],
            "Timestamp": utc(moment),
            "StatisticValues": {
                "SampleCount": timer.len(),
                "Sum": timer.sum(),
                "Minimum": timer.min(),
                "Maximum": timer.max(),
            },
            "Unit": "Seconds",
        }
        asyncio.create_task(self._try(datum))
        return datum

    async def _try(self, datum):
        try:
            await self.put(datum)
        except (OSError, ValueError, asyncio.TimeoutError) as error:
            self._report("lost", str(error) or "no answer in time")

    async def put(self, datum):
        """Send a datum; raises what HttpClient.post() does."""
        form = ["Action=PutMetricData", "Version=2010-08-01"]
        form += _pairs("Namespace", self._namespace) + _pairs("MetricData", [datum])
        body = "&".join(form).encode()
        fields = signed_fields(Url(self._endpoint).authority, body, FORM, time.time(), *self._identity)
        response = await self._client.post(self._endpoint, body, FORM, fields)
        response.close()
        self.sent += 1
