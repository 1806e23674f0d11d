#!/usr/bin/env python3
"""Makes the pictures of the camera's web page and of the door app's in docs/."""

import io
import json
import tempfile
import time
from pathlib import Path

import zopfli.png
from browser import PHONE, open_browser
from interpreters import ROOT
from PIL import Image
from virtual_camera import PASSWORD, USER, running_camera

from mpycam.eap import build

# What each may take; those of the door app have more in them.
BYTES, DOOR_BYTES = 100_000, 145_000
SIZE = (920, 590)
DOOR_SIZE = (980, 700)


def save(browser, name, most=BYTES):
    """Write what the window shows to docs/, with as few colours as need be."""
    picture = Image.open(io.BytesIO(browser.driver.get_screenshot_as_png())).convert("RGB")
    for colours in (256, 192, 128, 96, 64, 48):
        file = io.BytesIO()
        picture.quantize(colours, dither=Image.Dither.NONE).save(file, "PNG", optimize=True)
        data = zopfli.png.optimize(file.getvalue())
        if len(data) <= most:
            break
    path = ROOT / "docs" / name
    path.write_bytes(data)
    print(f"{path.relative_to(ROOT)}: {len(data)} bytes, {colours} colours")


def camera_page(browser, running, package):
    """The camera's own page."""
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
    browser.until(lambda: "is installed" in browser.text("#apps-notice"))


def door_page(browser, running):
    """The door app's page, after the door was used some times."""
    region = running.camera.frames.source.state(0)["region"]
    folder = running.camera.storage.folder / "root/usr/local/packages/door_state/localdata"
    changes, now = [], time.time()
    for place, hours in enumerate((23, 15, 14.8, 9, 8.2, 3, 2.9)):
        changes.append([now - hours * 3600, "Entrance", ("closed", "open")[place % 2]])
    day = time.strftime("%Y-%m-%d", time.gmtime(now))
    history = {"days": {day: {"Entrance": [3, 3960]}}, "changes": changes}
    doors = [{"name": "Entrance", "region": region, "left_open_after": 300, "forced_hours": "mo-fr 22:00-06:00, sa su"}]
    for name, value in (("door_state.json", {"doors": doors}), ("history.json", history)):
        (folder / name).write_text(json.dumps(value))
        (folder / name).chmod(0o666)
    browser.click("[aria-label='Start door_state']")
    browser.until(lambda: browser.text("[data-app=door_state] .state") == "Running")
    save(browser, "camera-apps.png")

    url = running.url("local/door_state/index.html").replace("//", f"//{USER}:{PASSWORD}@")
    browser.resize(DOOR_SIZE)
    browser.open(url)
    browser.until(lambda: browser.text("#states strong") == "Open" and browser.text("#changes"))
    browser.until(lambda: browser.run("return document.querySelector('#now .picture').naturalWidth"))
    save(browser, "door-page.png", DOOR_BYTES)
    browser.click("nav a[href='#doors']")
    browser.until(lambda: browser.run("return document.querySelector('#doors .picture').naturalWidth"))
    browser.until(lambda: browser.text("#likely").startswith("Now"))
    save(browser, "door-page-region.png", DOOR_BYTES)
    browser.resize(PHONE)
    browser.prefer("dark")
    browser.open(url)
    browser.until(lambda: browser.text("#states strong") == "Open" and browser.text("#changes"))
    browser.until(lambda: browser.run("return document.querySelector('#now .picture').naturalWidth"))
    save(browser, "door-page-phone.png", DOOR_BYTES)


def main():
    """Make them all."""
    with tempfile.TemporaryDirectory() as folder, running_camera(folder) as running, open_browser() as browser:
        folder = Path(folder)
        firmware = ROOT / "dist/armv7hf/micropython"
        package = build(ROOT / "app", firmware, "armv7hf", folder, library=ROOT / "lib").path
        camera_page(browser, running, package)
        door_page(browser, running)

        browser.resize(PHONE)
        browser.open(running.url().replace("//", f"//{USER}:{PASSWORD}@"))
        browser.until(lambda: browser.text("#stream-state") == "Live." and browser.text("#stream-figures"))
        save(browser, "camera-phone.png")


if __name__ == "__main__":
    main()
