"""Messages as HTTP POST, signed as the Standard Webhooks specification has it, so that receivers find a library.

    webhook-id         the same each time that a message is sent, so that the receiver knows it again
    webhook-timestamp  when it was sent, in seconds since 1970
    webhook-signature  v1, and the HMAC-SHA-256 of id.timestamp.body in base64; only with a secret
"""

import asyncio
import binascii
import hashlib
import time

from backoff import Backoff
from hmac_sha256 import hmac_sha256
from http_client import HttpClient

# With these the server may take the message at another time; with any other 4xx never.
LATER = (401, 403, 404, 408, 425, 429)


def _key(secret):
    """The key that a secret stands for: base64 behind the standard's prefix, else the text itself."""
    return binascii.a2b_base64(secret[6:]) if secret.startswith("whsec_") else secret.encode()


class Webhook:
    """Sends what is in a DurableQueue for the reader `name`, one message after the other, until each is taken."""

    def __init__(
        self,
        url,
        queue,
        secret="",
        name="webhook",
        client=None,
        retry_first=1,
        retry_longest=300,
        report=lambda state, reason: None,
    ):
        """`client` is an HttpClient, for an account or another time-out.

        `report` is called with ("lost", reason) and ("back", "") once each time that the receiver is lost and back,
        and with ("refused", reason) for each message that it does not want at all, which is then dropped.
        """
        self._url = url
        self._queue = queue
        self._key = _key(secret)
        self._name = name
        self._client = client or HttpClient(timeout=10)
        self._backoff = Backoff(retry_first, retry_longest)
        self._report = report

    async def run(self):
        """Send until cancelled."""
        lost = False
        while True:
            message = await self._queue.next(self._name)
            try:
                await self.send(message)
            except (OSError, ValueError, asyncio.TimeoutError) as error:
                status = getattr(error, "status", 0)
                reason = str(error) or "no answer in time"
                if not 400 <= status < 500 or status in LATER:
                    if not lost:
                        self._report("lost", reason)
                    lost = True
                    await asyncio.sleep(self._backoff.next())
                    continue
                self._report("refused", reason)
            self._queue.done(self._name)
            self._backoff.reset()
            if lost:
                self._report("back", "")
            lost = False

    async def send(self, message):
        """Send one message, bytes of JSON, now; what it raises is what HttpClient.post() does."""
        identifier = "msg_" + binascii.hexlify(hashlib.sha256(message).digest()[:12]).decode()
        moment = str(int(time.time()))
        fields = ["webhook-id: " + identifier, "webhook-timestamp: " + moment]
        if self._key:
            signature = hmac_sha256(self._key, (identifier + "." + moment + ".").encode() + message)
            fields.append("webhook-signature: v1," + binascii.b2a_base64(signature).decode().strip())
        response = await self._client.post(self._url, message, fields=fields)
        response.close()
