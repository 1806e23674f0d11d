"""The keyed hash of RFC 2104 over SHA-256."""

import hashlib

BLOCK = 64


def hmac_sha256(key, message):
    """The 32 bytes that prove to who has the key that the message is from one who has it too. Both are bytes."""
    if len(key) > BLOCK:
        key = hashlib.sha256(key).digest()
    key += bytes(BLOCK - len(key))
    inner = hashlib.sha256(bytes([byte ^ 0x36 for byte in key]))
    inner.update(message)
    outer = hashlib.sha256(bytes([byte ^ 0x5C for byte in key]))
    outer.update(inner.digest())
    return outer.digest()
