"""What the tests share: pictures, and this app's package."""

import io
from pathlib import Path

import pytest
from PIL import Image

from mpycam.eap import build

ROOT = Path(__file__).resolve().parent.parent


def picture(gray):
    """A JPEG file of one gray."""
    file = io.BytesIO()
    Image.new("L", (320, 180), gray).save(file, "JPEG")
    return file.getvalue()


@pytest.fixture(scope="session")
def package(tmp_path_factory):
    """The package of this app for ARMv7 cameras."""
    firmware, folder = ROOT / "dist/armv7hf/micropython", tmp_path_factory.mktemp("package")
    return build(ROOT / "app", firmware, "armv7hf", folder, library=ROOT / "lib").path
