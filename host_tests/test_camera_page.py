"""The camera's web page in a browser: what an owner sees and does."""

import json

import pytest
from browser import DESK, PHONE, open_browser
from interpreters import ROOT
from page_checks import check_colours, check_names, check_width
from selenium.webdriver.common.keys import Keys
from virtual_camera import PASSWORD, running_camera

from mpycam.camera.role import Role
from mpycam.eap import build

PARTS = ("live", "apps", "events", "system", "users", "faults")


@pytest.fixture(scope="module")
def browser():
    with open_browser() as browser:
        yield browser


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """A camera as it comes from the factory, looking at the door."""
    with running_camera(tmp_path_factory.mktemp("camera"), setup=False) as running:
        yield running


@pytest.fixture(scope="module")
def page(browser, running):
    """The page after its first account was made in it."""
    browser.open(running.url())
    assert browser.driver.current_url.endswith("/setup.html")
    browser.until(lambda: "Network Camera" in browser.text("#name"))
    browser.type("[name=pwd]", PASSWORD)
    browser.type("[name=again]", "another")
    browser.click("#setup button")
    assert "differ" in browser.until(lambda: browser.text("#notice"))
    assert running.camera.accounts.needs_setup
    browser.type("[name=again]", PASSWORD)
    browser.click("#setup button")
    # Without being asked for the account again.
    browser.until(lambda: browser.driver.current_url.endswith("/index.html"))
    return browser


def go(page, part):
    page.click(f"nav a[href='#{part}']")
    page.until(lambda: page.element(f"#{part}").is_displayed())


def select(page, selector, value):
    page.run(
        "const [field, value] = arguments; field.value = value; field.dispatchEvent(new Event('change'))",
        page.element(selector), value,
    )  # fmt: skip


def seen(page):
    """What the live view shows now, as bytes."""
    return page.run("return document.getElementById('picture').toDataURL('image/png')")


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    """The door app for armv7hf."""
    folder = tmp_path_factory.mktemp("package")
    return build(ROOT / "app", ROOT / "dist/armv7hf/micropython", "armv7hf", folder, library=ROOT / "lib").path


def test_the_live_view_moves(page):
    go(page, "live")
    page.until(lambda: page.text("#stream-state") == "Live.")
    assert page.run("const c = document.getElementById('picture'); return [c.width, c.height]") == [640, 360]
    first = seen(page)
    page.until(lambda: seen(page) != first)
    assert "640 × 360" in page.until(lambda: page.text("#stream-figures"))
    select(page, "#resolution", "320x180")
    page.until(lambda: "320 × 180" in page.text("#stream-figures"))
    select(page, "#resolution", "")


def test_the_door_is_used_in_the_page(page):
    go(page, "live")
    page.until(lambda: page.text("#door-state") == "It is closed.")
    page.click("#door-open")
    page.until(lambda: page.text("#door-state") == "It is open.")
    assert page.text("#angle-shown") == "80°"
    page.element("#angle").send_keys(Keys.HOME)
    page.until(lambda: page.text("#door-state") == "It is closed.")
    page.click("#people")
    page.until(lambda: page.element("#people").is_selected())
    page.click("#door-close")
    page.until(lambda: not page.element("#people").is_selected())


def test_what_happens_to_the_stream_is_told(page):
    go(page, "faults")
    page.click("[data-fault=drop] button")
    page.until(lambda: page.text("[data-fault=drop] .on").startswith("On"))
    go(page, "live")
    page.until(lambda: "Connecting again" in page.text("#stream-state"))
    go(page, "faults")
    page.click("#end-faults")
    page.until(lambda: not page.text("[data-fault=drop] .on"))
    page.until(lambda: page.element("[data-fault=stall]"))
    page.type("[data-fault=stall] label:nth-of-type(2) input", "5")
    page.click("[data-fault=stall] button")
    go(page, "live")
    page.until(lambda: page.text("#stream-state").startswith("No picture for"))
    page.until(lambda: page.text("#stream-state") == "Live.")
    go(page, "faults")
    page.until(lambda: page.element("[data-fault=corrupt]"))
    page.type("[data-fault=corrupt] label:nth-of-type(1) input", "30")
    page.click("[data-fault=corrupt] button")
    page.until(lambda: "30 pictures to go" in page.text("[data-fault=corrupt] .on"))
    go(page, "live")
    page.until(lambda: "damaged" in page.text("#stream-state"))
    go(page, "faults")
    page.click("#end-faults")
    page.until(lambda: page.element("[data-fault=clock] input"))
    page.type("[data-fault=clock] input", "1e30")
    page.click("[data-fault=clock] button")
    assert "need a number" in page.until(lambda: page.text("#faults-notice"))


def test_an_app_is_installed_started_and_tells_of_the_door(page, running, package):
    """The whole line: the package for armv7hf, the browser, the camera, and the app under qemu."""
    go(page, "apps")
    page.until(lambda: "armv7hf" in page.text("#processor"))
    page.element("#package").send_keys(str(package))
    notice = page.until(lambda: page.text("#apps-notice"))
    assert "(Error 2)" in notice and "Allow unsigned apps" in notice
    page.click("#unsigned-label")
    page.until(lambda: running.camera.applications.switch("AllowUnsigned"))
    page.element("#package").send_keys(str(package))
    page.until(lambda: "is installed" in page.text("#apps-notice"))
    assert page.text("[data-app=door_state] .state") == "Stopped"

    # What its owner tells it over ssh: where in the picture the door is.
    region = running.camera.frames.source.state(0)["region"]
    localdata = running.camera.storage.folder / "root/usr/local/packages/door_state/localdata"
    settings = {**json.loads((ROOT / "app/door_state.json").read_text()), "region": region}
    (localdata / "door_state.json").write_text(json.dumps(settings))
    (localdata / "door_state.json").chmod(0o644)

    page.click("[aria-label='Start door_state']")
    page.until(lambda: page.text("[data-app=door_state] .state") == "Running")
    page.click("[aria-label='Log door_state']")
    page.until(lambda: '"state": "closed"' in page.text("#log-text"))
    page.click("#log button")

    go(page, "live")
    page.click("#door-open")
    go(page, "events")
    page.until(lambda: "active 1" in page.text("#event-list"))
    assert "tns1:Device/tnsaxis:IO/VirtualInput" in page.text("#event-list") and "port 1" in page.text("#event-list")
    go(page, "live")
    page.click("#door-close")
    page.until(lambda: page.text("#event-count"))
    go(page, "events")
    page.until(lambda: "active 0" in page.text("#event-list tr:first-child"))
    page.type("#event-filter", "no such event")
    assert page.text("#event-list") == ""

    go(page, "apps")
    page.click("[aria-label='Stop door_state']")
    page.until(lambda: page.text("[data-app=door_state] .state") == "Stopped")
    page.click("[aria-label='Remove door_state']")
    page.click("#question button[value=no]")
    page.click("[aria-label='Remove door_state']")
    page.click("#question-yes")
    page.until(lambda: "is removed" in page.text("#apps-notice"))
    assert page.element("#no-apps").is_displayed()


def test_a_package_can_be_dropped_and_is_refused_in_words(page):
    go(page, "apps")
    page.run("""
        const data = new DataTransfer();
        data.items.add(new File(["no package"], "broken.eap"));
        document.getElementById("upload").dispatchEvent(new DragEvent("drop", {dataTransfer: data, bubbles: true}));
    """)
    notice = page.until(lambda: page.text("#apps-notice"))
    assert notice.startswith("broken.eap: This is not a valid package. (Error 1)")


def test_every_error_number_has_its_words(page):
    page.open(page.driver.current_url.partition("#")[0])
    told = page.run("""
        return import("/errors.js").then(({meaning}) => [
            [null, 1, 2, 3, 5, 10, 12, 13, 14, 15, 27, 29].map((n) => meaning(n ? `Error: ${n}` : "OK", "upload")),
            [null, 1, 4, 6, 7, 8, 9, 10, 15, 21, 30].map((n) => meaning(n ? `Error: ${n}` : "OK", "control")),
            meaning("Error:7", "control"), meaning("Error: 99", "upload"), meaning("", "upload"),
        ]);
    """)
    for table in told[:2]:
        assert table[0] is None and len({text for text, _ in table[1:]}) == len(table) - 1
        assert all("(Error " in text and "camera answers" not in text for text, _ in table[1:])
    assert told[2][0].startswith("It is not running") and "Error: 99" in told[3][0] and "nothing" in told[4][0]


def test_users_come_and_go(page, running):
    go(page, "users")
    page.until(lambda: "Administrator" in page.text("#user-list"))
    page.type("#add-user [name=user]", "guard")
    page.type("#add-user [name=pwd]", "secret")
    select(page, "#add-user [name=role]", "operator")
    page.click("#add-user button")
    page.until(lambda: "guard\nOperator" in page.text("#user-list").replace(" ", "\n"))
    assert running.camera.accounts.get("guard").role.name == "OPERATOR"
    page.click("[aria-label='Remove guard']")
    page.click("#question-yes")
    page.until(lambda: "guard" not in page.text("#user-list"))
    page.click("[aria-label='Remove root']")
    page.click("#question-yes")
    page.until(lambda: "Error" in page.text("#users-notice"))
    assert running.camera.accounts.get("root")


def test_the_system_is_described(page, running):
    go(page, "system")
    page.until(lambda: running.camera.identity.serial_number in page.text("#properties"))
    assert running.camera.profile.version in page.text("#properties")
    page.click("#show-log")
    page.until(lambda: "root" in page.text("#log-text") or "INFO" in page.text("#log-text"))
    page.driver.switch_to.active_element.send_keys(Keys.ESCAPE)
    page.until(lambda: not page.element("#log").is_displayed())


def test_the_camera_restarts_under_the_page(page, running):
    boot = running.camera.boot_id
    go(page, "system")
    page.click("#restart")
    page.click("#question-yes")
    page.until(lambda: running.camera.boot_id != boot)
    go(page, "live")
    page.until(lambda: page.text("#stream-state") == "Live.")
    go(page, "events")
    page.until(lambda: page.text("#events-state") == "Listening.")


def test_who_may_do_less_is_shown_less(page, running):
    """A guest sees the pictures and the events, and is not asked for another account."""
    running.call(running.camera.accounts.add, "guest", PASSWORD, Role.VIEWER)
    with open_browser() as other:
        other.open(running.url("index.html").replace("//", f"//guest:{PASSWORD}@"))
        other.until(lambda: other.text("#stream-state") == "Live.")
        assert other.text("nav").split() == ["Live", "Events"]
        other.until(lambda: other.text("#door-state") == "It is closed.")
        assert not other.element("#door-open").is_enabled()
        other.open(running.url("index.html#apps"))
        other.until(lambda: other.text("h1:not([hidden])") == "Live view")
    running.call(running.camera.accounts.remove, "guest")


# For everybody


@pytest.mark.parametrize("size", [PHONE, (320, 640), DESK])
def test_nothing_is_wider_than_the_window(page, size):
    check_width(page, size, PARTS, go)


def test_everything_that_can_be_used_has_a_name(page):
    check_names(page, PARTS, go, {
        "button", "link", "textbox", "searchbox", "combobox", "slider", "switch", "spinbutton", "image",
    })  # fmt: skip


def test_the_keyboard_reaches_everything_and_is_seen(page):
    go(page, "live")
    page.run("document.activeElement.blur(); window.scrollTo(0, 0)")
    wanted = page.run("""
        return [...document.querySelectorAll("a[href], button, input, select")]
            .filter((each) => each.offsetParent && !each.disabled).map((each) => each.outerHTML.slice(0, 60))
    """)
    reached = []
    for _ in range(3 * len(wanted)):
        page.driver.switch_to.active_element.send_keys(Keys.TAB)
        active, outline = page.run("""
            const active = document.activeElement;
            return [active.outerHTML.slice(0, 60), getComputedStyle(active).outlineStyle]
        """)
        reached.append(active)
        assert outline != "none" or active.startswith(("<body", "<main"))
    assert set(wanted) <= set(reached)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_can_be_told_from_its_ground(page, scheme):
    pairs = [(text, ground) for ground in ("ground", "surface") for text in ("text", "quiet", "accent", "good", "bad")]
    pairs += [("on-accent", "accent"), ("bad", "bad-ground"), ("good", "good-ground")]
    check_colours(page, scheme, pairs)


def test_the_page_complains_of_nothing(page):
    """Nothing was refused, missing or thrown in all that was done above, but what was asked to fail."""
    expected = ("/simulator/faults", "video.cgi", "ERR_CONNECTION_REFUSED", "ERR_INCOMPLETE_CHUNKED", "WebSocket")
    told = [each["message"] for each in page.complaints()]
    assert [message for message in told if not any(part in message for part in expected)] == []
