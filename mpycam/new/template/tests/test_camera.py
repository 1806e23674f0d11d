"""The package in a virtual camera, as a customer would install it."""

from conftest import picture

from mpycam.testing import camera  # noqa: F401


def test_the_camera_tells_that_the_light_is_on(camera, package):  # noqa: F811
    camera.show([picture(20)])
    events = camera.events("tns1:Device/tnsaxis:IO/VirtualInput")
    camera.install(package)
    camera.show([picture(200)])
    events.find(active="1")
    camera.show([picture(20)])
    events.find(active="0")
