"""Signature Version 4, by which Amazon's services know who asks."""

import hashlib
from binascii import hexlify

from hmac_sha256 import hmac_sha256
from json_lines import utc

ALGORITHM = "AWS4-HMAC-SHA256"


def _hash(data):
    return hexlify(hashlib.sha256(data).digest()).decode()


def signed_fields(host, body, content_type, moment, region, service, key_id, secret, token=""):
    """The header fields that sign a POST to / of the bytes `body`, as a list of texts.

    `host` and `content_type` are those of the request, `moment` is in seconds since 1970, within minutes of the truth.
    """
    stamp = utc(moment)[:19].replace("-", "").replace(":", "") + "Z"
    fields = ["content-type:" + content_type, "host:" + host, "x-amz-date:" + stamp]
    if token:
        fields.append("x-amz-security-token:" + token)
    names = ";".join([field.partition(":")[0] for field in fields])
    request = "\n".join(["POST", "/", ""] + fields + ["", names, _hash(body)])
    scope = "/".join([stamp[:8], region, service, "aws4_request"])
    key = b"AWS4" + secret.encode()
    for part in scope.split("/"):
        key = hmac_sha256(key, part.encode())
    signature = hmac_sha256(key, "\n".join([ALGORITHM, stamp, scope, _hash(request.encode())]).encode())
    proof = "%s Credential=%s/%s, SignedHeaders=%s, Signature=%s" % (
        ALGORITHM, key_id, scope, names, hexlify(signature).decode()
    )  # fmt: skip
    return fields[2:] + ["authorization:" + proof]
