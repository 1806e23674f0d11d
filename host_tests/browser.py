"""A headless Chromium for tests of web pages."""

import contextlib
import inspect
import tempfile
import time

from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.common.by import By

FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-dev-shm-usage",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-default-apps",
    "--disable-extensions", "--force-device-scale-factor=1", "--lang=en-GB",
)  # fmt: skip
SECONDS = 120
PHONE, DESK = (390, 844), (1180, 800)


class Browser:
    """A window of the browser; `driver` is selenium's."""

    def __init__(self, driver):
        self.driver = driver

    def open(self, url):
        """Go to a page."""
        self.driver.get(url)

    def element(self, selector):
        """The first element that a CSS selector finds."""
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def text(self, selector):
        """What is to be read in an element, nothing where there is none."""
        return next((each.text for each in self.driver.find_elements(By.CSS_SELECTOR, selector)), "")

    def click(self, selector):
        """Click on an element as soon as that can be done."""

        def click():
            self.element(selector).click()
            return True

        self.until(click)

    def type(self, selector, text):
        """Type text into a field."""
        field = self.element(selector)
        field.clear()
        field.send_keys(text)

    def until(self, holds, seconds=SECONDS):
        """Wait until `holds()` returns something true, and return it; elements that are not there count as false."""
        end = time.monotonic() + seconds
        while True:
            with contextlib.suppress(WebDriverException):
                if result := holds():
                    return result
            if time.monotonic() > end:
                raise AssertionError(f"not within {seconds} s: {inspect.getsource(holds).strip()}\n{self.text('body')}")
            time.sleep(0.1)

    def run(self, script, *arguments):
        """The result of JavaScript; one that is a promise is waited for."""
        return self.driver.execute_script(script, *arguments)

    def resize(self, size):
        """Give the page a size in pixels, as on a phone or a desk."""
        width, height = size
        self.driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600},
        )

    def prefer(self, scheme):
        """Prefer the colour scheme "light" or "dark"."""
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})

    def complaints(self):
        """What the pages complained of in the console so far."""
        return [entry for entry in self.driver.get_log("browser") if entry["level"] == "SEVERE"]


@contextlib.contextmanager
def open_browser():
    """A Browser with a profile of its own, which is gone with it."""
    with tempfile.TemporaryDirectory() as profile:
        options = webdriver.ChromeOptions()
        options.binary_location = "/usr/bin/chromium"
        for flag in (*FLAGS, f"--user-data-dir={profile}"):
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        driver = webdriver.Chrome(options, webdriver.ChromeService("/usr/bin/chromedriver"))
        try:
            browser = Browser(driver)
            browser.resize(DESK)
            yield browser
        finally:
            driver.quit()
