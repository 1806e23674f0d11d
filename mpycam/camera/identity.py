"""Who the camera is: its serial number, and the product that has its processor."""

import secrets
from dataclasses import dataclass

# An address range of Axis, so that software which looks for cameras takes it for one.
VENDOR_PREFIX = "B8A44F"


@dataclass(frozen=True)
class Product:
    """What a camera's type label says."""

    number: str
    full_name: str
    short_name: str
    type: str
    hardware_id: str
    soc: str


# By architecture. The host's own build runs in what is otherwise the 64-bit camera.
PRODUCTS = {
    "armv7hf": Product(
        "P3245-LVE", "AXIS P3245-LVE Network Camera", "AXIS P3245-LVE", "Dome Camera", "783.6", "Axis Artpec-7"
    ),
    "aarch64": Product(
        "P3265-LVE", "AXIS P3265-LVE Network Camera", "AXIS P3265-LVE", "Dome Camera", "7D3.2", "Axis Artpec-8"
    ),
}
PRODUCTS["host"] = PRODUCTS["aarch64"]
ARCHITECTURES = tuple(PRODUCTS)


def new_serial_number():
    """Return a random serial number, which is the MAC address: 12 hexadecimal digits."""
    return VENDOR_PREFIX + secrets.token_hex(3).upper()


@dataclass(frozen=True)
class Identity:
    """One camera."""

    serial_number: str
    architecture: str
    soc_serial_number: str

    @property
    def product(self):
        """The Product that it is."""
        return PRODUCTS[self.architecture]

    @property
    def host_name(self):
        """The name that it has in the network and in its log."""
        return f"axis-{self.serial_number.lower()}"

    @property
    def machine(self):
        """The architecture as the camera itself names it."""
        return "aarch64" if self.architecture == "host" else self.architecture

    @property
    def mac_address(self):
        """The address with its colons."""
        return ":".join(self.serial_number[i : i + 2] for i in range(0, 12, 2))

    @property
    def realm(self):
        """The realm of its accounts."""
        return f"AXIS_{self.serial_number}"
