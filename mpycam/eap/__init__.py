"""Camera packages (.eap): `build` writes one, `inspect` reads one of any maker.

The container and its files are written and read here, without the vendor's SDK;
docs/packaging.md tells what goes in and what a device checks.
"""

from mpycam.eap.builder import Built, build
from mpycam.eap.package import Package, inspect
from mpycam.eap.problem import PackageError, Problem

__all__ = ["Built", "Package", "PackageError", "Problem", "build", "inspect"]
