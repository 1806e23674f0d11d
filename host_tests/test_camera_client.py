"""The client library `axis` (Kane610), which Home Assistant uses, talks to the virtual camera as to any other."""

import asyncio

import httpx
import pytest
from axis.device import AxisDevice
from axis.errors import Unauthorized
from axis.models.configuration import Configuration
from axis.models.mqtt import ClientConfig, Server
from axis.models.port_management import PortConfiguration
from axis.models.pwdgrp_cgi import GetUsersRequest, SecondaryGroup
from virtual_camera import PASSWORD, USER, running_camera

from mpycam.camera.profile import PROFILES

VIRTUAL_INPUT = "tns1:Device/tnsaxis:IO/VirtualInput"


def talk(running, work, password=PASSWORD):
    """Return what `await work(device)` returns."""

    async def session():
        server = running.camera.server
        async with httpx.AsyncClient() as client:
            return await work(
                AxisDevice(Configuration(client, server.host, username=USER, password=password, port=server.port))
            )

    return asyncio.run(session())


@pytest.fixture(params=PROFILES)
def running(request, tmp_path):
    with running_camera(tmp_path, request.param) as running:
        yield running


def test_it_learns_what_it_talks_to(running):
    async def work(device):
        vapix = device.vapix
        await vapix.initialize()
        await vapix.initialize_users()
        await vapix.load_user_groups()
        await vapix.initialize_event_instances()
        camera = running.camera
        assert vapix.serial_number == camera.identity.serial_number
        assert (vapix.firmware_version, vapix.product_number) == (
            camera.profile.version,
            camera.identity.product.number,
        )
        assert vapix.access_rights == SecondaryGroup.ADMIN_PTZ
        assert vapix.params.property_handler["0"].image_number_of_views == 1
        assert [(port.direction, port.state) for port in vapix.ports.values()] == [
            ("input", "open"),
            ("output", "open"),
        ]
        assert vapix.event_instances[VIRTUAL_INPUT].stateful
        assert vapix.event_instances[VIRTUAL_INPUT].source["Value"] == [str(number) for number in range(1, 65)]
        # Everything that a parameter list holds.
        await vapix.initialize_param_cgi()
        assert vapix.params.brand_handler["0"].brand == "AXIS"

    talk(running, work)


def test_it_changes_things(running):
    async def work(device):
        vapix = device.vapix
        await vapix.initialize()
        await vapix.io_port_management.set_ports(PortConfiguration("1", state="closed"))
        await vapix.io_port_management.update()
        assert vapix.io_port_management["1"].state == "closed"
        await vapix.users.create("joe", pwd="foo", sgrp=SecondaryGroup.OPERATOR)
        await vapix.users.update()
        assert vapix.users["joe"].operator and not vapix.users["joe"].admin
        await vapix.users.delete("joe")
        assert running.camera.accounts.get("joe") is None
        await vapix.mqtt.configure_client(ClientConfig(Server("127.0.0.1", port=1)))
        status = await vapix.mqtt.get_client_status()
        assert status.config.server.host == "127.0.0.1" and not status.status.active
        await vapix.mqtt.configure_event_publication()
        published = await vapix.mqtt.get_event_publication_config()
        assert [each.topic_filter for each in published.event_filter_list] == ["//."]

    talk(running, work)


def test_it_is_told_that_the_password_is_wrong(running):
    async def work(device):
        with pytest.raises(Unauthorized):
            await device.vapix.api_request(GetUsersRequest())

    talk(running, work, password="wrong")
