"""Which certificate a camera may have: one that was pinned, or one of an authority that the system knows."""

import asyncio
import hashlib
import ssl

from mpycam.device.errors import UNREACHABLE, DeviceError

SECONDS = 10


def context(certificate=None):
    """Return the ssl.SSLContext of a client.

    `certificate` is the camera's own in PEM, the only one that is then
    accepted, whatever name is in it; None asks for one that the system trusts.
    """
    if certificate is None:
        return ssl.create_default_context()
    result = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    result.minimum_version = ssl.TLSVersion.TLSv1_2
    result.check_hostname = False
    # The certificate itself is the root of trust, whoever issued it.
    result.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    result.load_verify_locations(cadata=certificate)
    return result


def fingerprint(certificate):
    """The SHA-256 of a certificate in PEM: 64 hexadecimal digits."""
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(certificate)).hexdigest()


async def fetch(host, port):
    """Return the certificate in PEM that somebody at this address shows, which proves nothing yet."""
    anything = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    anything.check_hostname, anything.verify_mode = False, ssl.CERT_NONE
    try:
        opening = asyncio.open_connection(host, port, ssl=anything)
        _, writer = await asyncio.wait_for(opening, SECONDS)
    except (OSError, TimeoutError) as error:
        raise DeviceError(f"no certificate from {host}, port {port}: {error or 'no answer'}", UNREACHABLE) from None
    der = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    writer.close()
    return ssl.DER_cert_to_PEM_cert(der)
