"""The door app's page in a browser, as the package for armv7hf serves it from inside of the virtual camera."""

import base64
import json
import time

import pytest
from browser import DESK, PHONE, open_browser
from door_app import brightness_model
from interpreters import ROOT
from page_checks import check_colours, check_names, check_width, contrast
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from mpycam.eap import build
from mpycam.testing import PASSWORD, USER, VirtualCamera

PARTS = ("now", "doors", "outputs", "system")
APP = "door_state"


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    """The door app for armv7hf."""
    folder = tmp_path_factory.mktemp("package")
    firmware = ROOT / "dist/armv7hf/micropython"
    return build(ROOT / "app", firmware, "armv7hf", folder, library=ROOT / "lib", strip=True).path


@pytest.fixture(scope="module")
def browser():
    with open_browser() as browser:
        yield browser


def start(where, **settings):
    """Start the app with its region around the door."""
    own = {**json.loads((ROOT / "app/door_state.json").read_text()), "region": where.door.state["region"], **settings}
    path = where.localdata(APP) / "door_state.json"
    path.write_text(json.dumps(own))
    path.chmod(0o666)
    where.start(APP)


def watching(camera):
    """Whether the app has seen a frame since it began."""
    told = camera.request("GET", f"/local/{APP}/api/status", refusable=True)
    return told.startswith(b"{") and json.loads(told)["watch"].get("frames")


def open_page(browser, camera, part="now"):
    """Go to the page, and wait until it knows how the doors are."""
    browser.open(camera.url.replace("//", f"//{USER}:{PASSWORD}@") + f"/local/{APP}/index.html#{part}")
    browser.until(lambda: browser.run("return document.querySelectorAll('#states li strong').length"))


@pytest.fixture(scope="module")
def camera(tmp_path_factory, package):
    with VirtualCamera(tmp_path_factory.mktemp("camera") / "state") as camera:
        camera.install(package, start=False)
        start(camera, mqtt_password="secret")
        yield camera


@pytest.fixture(scope="module")
def page(browser, camera):
    browser.until(lambda: watching(camera))
    open_page(browser, camera)
    return browser


def go(page, part):
    page.click(f"nav a[href='#{part}']")
    page.until(lambda: page.element(f"#{part}").is_displayed())


def own(camera):
    """The configuration in the camera."""
    return json.loads((camera.localdata(APP) / "door_state.json").read_text())


def save(page, camera):
    """Press Save; wait until the app watches anew."""
    page.click("#save")
    page.until(lambda: not page.element("#save-bar").is_displayed() or "need" in page.text("#save-notice"))
    assert not page.element("#save-bar").is_displayed(), page.text("#save-notice")
    page.until(lambda: watching(camera) and page.text("#trouble") == "")


def width_of(page, selector):
    return page.run("return document.querySelector(arguments[0]).naturalWidth", selector)


def test_the_door_opens_in_the_page(page, camera):
    go(page, "now")
    camera.door.close()
    page.until(lambda: page.text("#states strong") == "Closed")
    assert page.until(lambda: width_of(page, "#now .picture")) == 640
    camera.door.open()
    page.until(lambda: page.text("#states strong") == "Open")
    assert "% likely open" in page.text("#states") and "since" in page.text("#states")
    page.until(lambda: "opened once" in page.text("#states"))
    page.until(lambda: "Open" in page.text("#changes"))
    assert "opened once in the last 24 hours" in page.element("#timeline svg").get_attribute("aria-label")
    page.until(lambda: "once" in page.text("#days"))
    camera.door.close()
    page.until(lambda: page.text("#states strong") == "Closed")
    assert page.text("#trouble") == page.text("#alarms") == ""


def editor(page):
    """Where the picture with the regions is in the window: left, top, width, height, once nothing moves it any more."""

    def place():
        return page.run("""
            document.getElementById("editor").scrollIntoView();
            const { x, y, width, height } = document.getElementById("editor").getBoundingClientRect();
            return [x, y, width, height];
        """)

    return page.until(lambda: (before := place(), time.sleep(0.3), place())[2] == before and before)


def drag(page, begin, end):
    """Drag from one point of the picture to another, in fractions of it."""
    size = editor(page)[2:]
    place = page.element("#editor")

    def offset(point):
        return [round((part - 0.5) * each) for part, each in zip(point, size, strict=True)]

    chain = ActionChains(page.driver, duration=50).move_to_element_with_offset(place, *offset(begin)).click_and_hold()
    chain.move_to_element_with_offset(place, *offset([(a + b) / 2 for a, b in zip(begin, end, strict=True)]))
    chain.move_to_element_with_offset(place, *offset(end)).release().perform()


def region(page):
    return [float(field.get_attribute("value")) / 100 for field in region_fields(page)]


def region_fields(page):
    return page.driver.find_elements(By.CSS_SELECTOR, "#region-fields input")


def test_a_region_is_drawn_moved_and_resized(page, camera):
    before = own(camera)["region"]
    go(page, "doors")
    page.until(lambda: width_of(page, "#doors .picture") == 640)
    drag(page, (0.05, 0.1), (0.3, 0.6))
    assert region(page) == pytest.approx([0.05, 0.1, 0.25, 0.5], abs=0.01)
    drag(page, (0.2, 0.3), (0.4, 0.4))
    assert region(page) == pytest.approx([0.25, 0.2, 0.25, 0.5], abs=0.01)
    drag(page, (0.5, 0.7), (0.7, 0.9))
    assert region(page) == pytest.approx([0.25, 0.2, 0.45, 0.7], abs=0.01)
    # It stays inside of the picture.
    drag(page, (0.4, 0.5), (0.99, 0.99))
    assert region(page) == pytest.approx([0.55, 0.3, 0.45, 0.7], abs=0.01)
    box = page.element(".box.chosen")
    assert "from the left" in box.get_attribute("aria-label")
    x, y, width, height = region(page)
    for keys in ("", Keys.SHIFT):
        page.driver.switch_to.active_element.send_keys(keys, Keys.ARROW_LEFT, Keys.ARROW_UP, Keys.NULL)
    assert region(page) == pytest.approx([x - 0.01, y - 0.01, width - 0.01, height - 0.01], abs=0.001)
    assert page.element("#save-bar").is_displayed()
    page.click("#discard")
    page.until(lambda: region(page) == pytest.approx(before, abs=0.001))
    for field, part in zip(region_fields(page), (10, 12, 50, 70), strict=True):
        field.clear()
        field.send_keys(str(part))
    save(page, camera)
    assert own(camera)["region"] == [0.1, 0.12, 0.5, 0.7]
    for field, part in zip(region_fields(page), before, strict=True):
        field.clear()
        field.send_keys(str(part * 100))
    save(page, camera)
    assert own(camera)["region"] == pytest.approx(before, abs=0.001)


def test_a_finger_draws_too(page):
    go(page, "doors")
    frame = editor(page)

    def touch(kind, *point):
        at = [{"x": frame[0] + point[0] * frame[2], "y": frame[1] + point[1] * frame[3]}] if point else []
        page.driver.execute_cdp_cmd("Input.dispatchTouchEvent", {"type": kind, "touchPoints": at})

    touch("touchStart", 0.02, 0.02)
    touch("touchMove", 0.1, 0.2)
    touch("touchMove", 0.2, 0.3)
    touch("touchEnd")
    assert region(page) == pytest.approx([0.02, 0.02, 0.18, 0.28], abs=0.01)
    page.click("#discard")
    page.until(lambda: not page.element("#save-bar").is_displayed())


def test_thresholds_have_the_live_probability_beside_them(page, camera):
    go(page, "doors")
    page.until(lambda: "likely open" in page.text("#likely"))
    slider = page.element("[name=open_threshold]")
    slider.send_keys(Keys.ARROW_RIGHT * 5)
    assert "65 %" in page.text("#door")
    # The two never cross.
    for _ in range(3):
        slider.send_keys(Keys.PAGE_DOWN)
    assert float(slider.get_attribute("value")) >= float(page.element("[name=close_threshold]").get_attribute("value"))
    slider.send_keys(Keys.END, Keys.ARROW_LEFT)
    page.type("[name=left_open_after]", "2")
    page.type("[name=forced_hours]", "nonsense")
    page.click("#save")
    page.until(lambda: "forced_hours: need hours" in page.text("#save-notice"))
    page.type("[name=forced_hours]", "mo-fr 22:00-06:00")
    save(page, camera)
    kept = own(camera)
    assert (kept["open_threshold"], kept["left_open_after"], kept["forced_hours"]) == (0.99, 120, "mo-fr 22:00-06:00")


def test_doors_come_and_go(page, camera):
    go(page, "doors")
    page.click("#add-door")
    page.type("#door [name=name]", "back")
    drag(page, (0.02, 0.02), (0.2, 0.4))
    save(page, camera)
    doors = own(camera)["doors"]
    assert [door["name"] for door in doors] == ["door", "back"]
    assert doors[1]["region"] == pytest.approx([0.02, 0.02, 0.18, 0.38], abs=0.01)
    go(page, "now")
    page.until(lambda: "back" in page.text("#states"))
    go(page, "doors")
    page.click("#chooser button:nth-child(2)")
    page.until(lambda: page.element("#door [name=name]").get_attribute("value") == "back")
    page.click("#door > button")
    save(page, camera)
    assert [door["name"] for door in own(camera)["doors"]] == ["door"]


def test_outputs_are_tested_with_a_button_each(page, camera):
    go(page, "outputs")
    events = camera.events()
    page.click("[aria-label^='Test: Virtual inputs']")
    page.until(lambda: "It worked" in page.text("#virtual_input-notice"))
    assert events.find("VirtualInput", active="1").source["port"] == "1"
    page.click("[aria-label^='Test: MQTT']")
    page.until(lambda: page.text("#mqtt-notice") == "it is not set up yet")
    page.type("[name=mqtt_password]", "another")
    save(page, camera)
    assert own(camera)["mqtt_password"] == "another"
    assert page.element("[name=mqtt_password]").get_attribute("value") == "***"


def test_a_model_is_uploaded(page, camera, tmp_path):
    go(page, "doors")
    page.until(lambda: "door.unn" in page.text("#card") and "closed" in page.text("#card"))
    bad = tmp_path / "bad.unn"
    bad.write_bytes(b"no model")
    page.element("#model-file").send_keys(str(bad))
    assert "It" not in page.until(lambda: page.text("#model-notice"))
    good = brightness_model(tmp_path / "good.unn")
    page.element("#model-file").send_keys(str(good))
    page.until(lambda: "uses good.unn now" in page.text("#model-notice"))
    page.until(lambda: "16 × 12 pixels" in page.text("#card"))
    model = own(camera)["doors"][0]["model"]
    assert (camera.localdata(APP).parent / model).read_bytes() == good.read_bytes()
    page.until(lambda: watching(camera))


def test_a_backup_goes_out_and_comes_back(page, camera, tmp_path):
    go(page, "system")
    backup = tmp_path / "backup.json"
    href = page.until(lambda: page.run("const a = document.getElementById('export'); a.focus(); return a.href"))
    assert href.endswith(f"/local/{APP}/api/export") and page.element("#export").get_attribute("download")
    backup.write_bytes(camera.request("GET", href[len(camera.url) :]))
    told = json.loads(backup.read_text())
    assert told["settings"]["mqtt_password"] == "***" and base64.b64decode(*told["models"].values())
    kept = own(camera)
    page.type("#more [name=view_interval]", "7")
    save(page, camera)
    assert own(camera)["view_interval"] == 7
    page.element("#import").send_keys(str(backup))
    page.until(lambda: "in use now" in page.text("#backup-notice"))
    assert own(camera) == kept
    bad = tmp_path / "bad.json"
    bad.write_text("{}")
    page.until(lambda: watching(camera))
    page.element("#import").send_keys(str(bad))
    page.until(lambda: "exported here" in page.text("#backup-notice"))


def test_the_system_is_described(page):
    go(page, "system")
    page.until(lambda: "ms" in page.text("#stages") and "Decoding" in page.text("#stages"))
    assert "a second" in page.text("#stages")
    page.until(lambda: {"watch", "web", "supervisor"} <= set(page.text("#processes").split()))
    assert "kB" in page.text("#processes")
    page.until(lambda: "Z start {" in page.text("#log") or "Z door {" in page.text("#log"))
    page.click("#reference")
    page.until(lambda: "learns the view" in page.text("#view-notice"))


# For everybody


@pytest.mark.parametrize("size", [PHONE, (320, 640), DESK])
def test_nothing_is_wider_than_the_window(page, size):
    check_width(page, size, PARTS, go)


def test_everything_that_can_be_used_has_a_name(page):
    check_names(page, PARTS, go, {
        "button", "link", "textbox", "combobox", "slider", "checkbox", "spinbutton", "image", "region", "group",
    })  # fmt: skip


def test_the_keyboard_reaches_everything_and_is_seen(page):
    for part in PARTS:
        go(page, part)
        page.run("document.activeElement.blur(); window.scrollTo(0, 0)")
        wanted = page.run("""
            return [...document.querySelectorAll("a[href], button, input, select, .box")]
                .filter((each) => each.offsetParent && !each.disabled).map((each) => each.outerHTML.slice(0, 60))
        """)
        reached = []
        for _ in range(2 * len(wanted)):
            ActionChains(page.driver, duration=0).send_keys(Keys.TAB).perform()
            active, seen = page.run("""
                const active = document.activeElement, around = active.closest(".button") ?? active;
                return [active.outerHTML.slice(0, 60), getComputedStyle(around).outlineStyle]
            """)
            reached.append(active)
            assert seen != "none" or active.startswith(("<body", "<main")), active
        assert set(wanted) <= set(reached), part


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_can_be_told_from_its_ground(page, scheme):
    """And what borders the controls with a contrast of 3."""
    texts = ("text", "quiet", "accent", "open", "closed", "ajar", "unknown", "bad")
    pairs = [(text, ground) for ground in ("ground", "surface") for text in texts]
    colours = check_colours(page, scheme, [*pairs, ("on-accent", "accent"), ("bad", "bad-ground")], ["focus"])
    assert contrast(colours["focus"], colours["surface"]) >= 3


def test_the_page_complains_of_nothing(page):
    """Nothing was refused, missing or thrown in all that was done above, but what was asked to fail."""
    # While the app begins anew nobody answers; a test without broker, wrong hours, no model, no backup.
    refused = ("settings", "model/0", "import", "test/mqtt", "events")
    expected = ("503", "502", "504", "/live", *(f"/api/{name}" for name in refused))
    told = [each["message"] for each in page.complaints()]
    assert [message for message in told if not any(part in message for part in expected)] == []


def test_the_page_without_the_app(page, camera):
    """It says so, and finds the app again by itself."""
    camera.stop(APP)
    go(page, "now")
    page.until(lambda: "The app does not run" in page.text("#trouble"))
    camera.start(APP)
    page.until(lambda: page.text("#trouble") == "")


def test_firmware_without_a_reverse_proxy(browser, package, tmp_path):
    """AXIS OS 10.12: the same through FastCGI, one picture after the other.

    The virtual camera gives pictures inside of it to service accounts alone, which that firmware has none of:
    so they come from a file that passes for the camera.
    """
    with VirtualCamera(tmp_path / "state", profile="10.12") as camera:
        picture = "/axis-cgi/jpg/image.cgi?resolution=320x180"
        closed = camera.request("GET", picture)
        camera.door.open()
        camera.install(package, start=False)
        clip = camera.localdata(APP) / "clip.mjpeg"
        clip.write_bytes(closed * 60 + camera.request("GET", picture) * 1000)
        clip.chmod(0o644)
        start(camera, source="localdata/clip.mjpeg", camera="localdata", virtual_input=0, pace=True)
        open_page(browser, camera)
        browser.until(lambda: browser.text("#states strong") == "Open")
        browser.until(lambda: width_of(browser, "#now .picture") == 320)
        assert browser.run("return document.querySelector('#now .picture').src").startswith("blob:")
        go(browser, "doors")
        browser.until(lambda: width_of(browser, "#doors .picture") == 320)
        go(browser, "system")
        browser.until(lambda: {"watch", "web"} <= set(browser.text("#processes").split()))
        browser.complaints()
