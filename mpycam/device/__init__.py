"""A camera as a client sees it: what it is, its apps, its parameters and its logs, over HTTP.

Device, DeviceError, Store, Stored, connect and what Device's methods return can
be imported from here; they are loaded when they are used.
"""

import importlib

_HOMES = {
    "App": "client", "Device": "client", "Disk": "client", "Information": "client", "Installed": "client",
    "DeviceError": "errors", "Store": "store", "Stored": "store", "connect": "store",
}  # fmt: skip
__all__ = list(_HOMES)


def __getattr__(name):
    if name not in _HOMES:
        raise AttributeError(f"module {__name__} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
