#!/usr/bin/env python3
"""Makes the pictures of the camera's web page in docs/."""

import io
import tempfile
from pathlib import Path

import zopfli.png
from browser import PHONE, open_browser
from interpreters import ROOT
from PIL import Image
from virtual_camera import PASSWORD, USER, running_camera

from mpycam.eap import build

# What each may take.
BYTES = 100_000
SIZE = (920, 590)


def save(browser, name):
    """Write what the window shows to docs/, with as few colours as need be."""
    picture = Image.open(io.BytesIO(browser.driver.get_screenshot_as_png())).convert("RGB")
    for colours in (256, 192, 128, 96, 64, 48):
        file = io.BytesIO()
        picture.quantize(colours, dither=Image.Dither.NONE).save(file, "PNG", optimize=True)
        data = zopfli.png.optimize(file.getvalue())
        if len(data) <= BYTES:
            break
    path = ROOT / "docs" / name
    path.write_bytes(data)
    print(f"{path.relative_to(ROOT)}: {len(data)} bytes, {colours} colours")


def main():
    """Make them all."""
    with tempfile.TemporaryDirectory() as folder, running_camera(folder) as running, open_browser() as browser:
        folder = Path(folder)
        firmware = ROOT / "dist/armv7hf/micropython"
        package = build(ROOT / "app", firmware, "armv7hf", folder, library=ROOT / "lib").path
        browser.resize(SIZE)
        browser.open(running.url().replace("//", f"//{USER}:{PASSWORD}@"))
        browser.until(lambda: browser.text("#stream-state") == "Live.")
        browser.click("#door-open")
        browser.until(lambda: browser.text("#door-state") == "It is open." and browser.text("#stream-figures"))
        save(browser, "camera-live.png")

        browser.click("nav a[href='#apps']")
        browser.click("#unsigned-label")
        browser.until(lambda: running.camera.applications.switch("AllowUnsigned"))
        browser.element("#package").send_keys(str(package))
        browser.click("[aria-label='Start door_state']")
        browser.until(lambda: browser.text("[data-app=door_state] .state") == "Running")
        save(browser, "camera-apps.png")

        browser.resize(PHONE)
        browser.prefer("dark")
        browser.click("nav a[href='#live']")
        browser.until(lambda: browser.text("#stream-state") == "Live." and browser.text("#stream-figures"))
        save(browser, "camera-phone.png")


if __name__ == "__main__":
    main()
