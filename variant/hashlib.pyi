"""Cryptographic checksums of data that may arrive in pieces.

    >>> hashlib.md5(b"user:realm:password").hexdigest()
    'ebbc0ff9a121dbb6789bbe5f82174fa0'

Other than CPython's, a hash ends with its first `digest` or `hexdigest`.
"""

from _typeshed import ReadableBuffer

class _Hash:
    def __init__(self, data: ReadableBuffer = b"") -> None:
        """Start a hash, with `data` as its first piece."""

    def update(self, data: ReadableBuffer) -> None:
        """Append `data`. ValueError after the digest has been taken."""

    def digest(self) -> bytes:
        """End the hash and return the checksum. ValueError when called again."""

    def hexdigest(self) -> str:
        """End the hash and return the checksum in lower-case hexadecimal. ValueError when called again."""

class md5(_Hash):
    """MD5 (RFC 1321), 16 bytes. For HTTP Digest only: it protects nothing."""

class sha1(_Hash):
    """SHA-1 (FIPS 180-4), 20 bytes. For protocols that demand it, such as WebSocket."""

class sha256(_Hash):
    """SHA-256 (FIPS 180-4), 32 bytes."""
