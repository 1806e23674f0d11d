"""The camera's announcement in the network, by multicast DNS, so that software finds it."""

import ipaddress
import socket

# Besides the one for cameras of this maker, that of every device with a web page.
SERVICES = ("_axis-video._tcp.local.", "_vapix-http._tcp.local.", "_http._tcp.local.")


class Announcement:
    """Announces the camera's HTTP while it is on, where its server listens."""

    def __init__(self, camera):
        self._camera = camera
        self._responder = None

    async def start(self):
        """Tell that the camera is there; raises OSError where nothing can be told."""
        from zeroconf import NonUniqueNameException
        from zeroconf.asyncio import AsyncZeroconf

        host = self._camera.server.host
        self._responder = AsyncZeroconf(interfaces=interfaces_of(host))
        try:
            for service in self._services(host):
                await self._responder.async_register_service(service, cooperating_responders=True)
        except NonUniqueNameException:
            raise OSError("another camera announces itself with this serial number") from None

    async def stop(self):
        """Tell that it goes."""
        if self._responder:
            await self._responder.async_unregister_all_services()
            await self._responder.async_close()
            self._responder = None

    def _services(self, host):
        from zeroconf import ServiceInfo

        identity, port = self._camera.identity, self._camera.server.port
        name = f"{identity.product.short_name} - {identity.serial_number}"
        addresses = [socket.inet_aton(address) for address in addresses_of(host)]
        for kind in SERVICES:
            yield ServiceInfo(
                kind, f"{name}.{kind}", port, properties={"macaddress": identity.serial_number}, addresses=addresses,
                server=f"{identity.host_name}.local.",
            )  # fmt: skip


def interfaces_of(host):
    """What a responder or a browser is to use for an address that was asked for, or None for all."""
    from zeroconf import InterfaceChoice

    return InterfaceChoice.All if host in (None, "0.0.0.0", "::") else [host]


def addresses_of(host):
    """The IPv4 addresses at which a server is reached that listens at `host`."""
    import ifaddr

    if not ipaddress.ip_address(host).is_unspecified:
        return [host]
    return [ip.ip for adapter in ifaddr.get_adapters() for ip in adapter.ips if isinstance(ip.ip, str)]
