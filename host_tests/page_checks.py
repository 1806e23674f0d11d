"""What holds for every web page of ours, checked in a browser."""

import time

from browser import DESK
from selenium.webdriver.common.by import By

COLOURS = """
const style = getComputedStyle(document.documentElement);
return Object.fromEntries(arguments[0].map(
    (name) => [name, style.getPropertyValue(`--${name}`).trim().replace(/^#(.)(.)(.)$/, "#$1$1$2$2$3$3")]));
"""


def check_width(page, size, parts, go):
    """In a window of `size` no part of the page, shown by `go(page, part)`, is wider than it."""
    page.resize(size)
    try:
        for part in parts:
            go(page, part)
            time.sleep(0.3)
            assert page.run("return document.documentElement.scrollWidth") <= size[0], part
    finally:
        page.resize(DESK)


def check_names(page, parts, go, roles):
    """In every part all that has one of the accessible `roles` has a name, and one heading of the first level is seen."""
    for part in parts:
        go(page, part)
        time.sleep(0.3)
        nodes = page.driver.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
        used = [node for node in nodes if not node.get("ignored") and node["role"]["value"] in roles]
        assert len(used) > 5
        assert [node["role"]["value"] for node in used if not node["name"].get("value")] == [], part
        headings = page.driver.find_elements(By.TAG_NAME, "h1")
        assert len([each for each in headings if each.is_displayed()]) == 1


def check_colours(page, scheme, pairs, others=()):
    """In a colour scheme, the (text, ground) `pairs` of custom properties contrast as WCAG 2 asks for: at least 4.5.

    Returns {name: "#rrggbb"} of these, of "ground" and of `others`.
    """
    page.prefer(scheme)
    try:
        names = {"ground", *others}.union(*pairs)
        colours = page.run(COLOURS, sorted(names))
    finally:
        page.prefer("light")
    low = {pair: round(contrast(*(colours[name] for name in pair)), 2) for pair in pairs}
    assert {pair: value for pair, value in low.items() if value < 4.5} == {}
    assert (luminance(colours["ground"]) < 0.1) == (scheme == "dark")
    return colours


def luminance(colour):
    """Relative luminance of "#rrggbb"."""
    levels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [level / 12.92 if level <= 0.04045 else ((level + 0.055) / 1.055) ** 2.4 for level in levels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    """The contrast ratio of two colours, from 1 to 21."""
    dark, light = sorted([luminance(one), luminance(other)])
    return (light + 0.05) / (dark + 0.05)
