"""/axis-cgi/basicdeviceinfo.cgi: what is on the type label."""

from mpycam.camera.role import Role
from mpycam.camera.router import GET_POST
from mpycam.camera.vapix.json_api import OLD_CODES, ApiError, JsonApi

# What only those with an account see.
RESTRICTED = ("Architecture", "Soc", "SocSerialNumber")


def add_routes(router):
    """Add the CGI."""
    api = JsonApi(
        ["1.3"],
        OLD_CODES,
        {
            "getAllProperties": (Role.OPERATOR, lambda call: {"propertyList": properties(call.camera)}),
            "getProperties": (Role.OPERATOR, _get_properties),
            "getAllUnrestrictedProperties": (Role.ANONYMOUS, _get_unrestricted),
        },
    )
    router.add(GET_POST, "/axis-cgi/basicdeviceinfo.cgi", Role.ANONYMOUS, api)


def properties(camera):
    """The properties of a camera as a dictionary."""
    identity, profile = camera.identity, camera.profile
    product = identity.product
    return {
        "Architecture": identity.machine,
        "Brand": "AXIS",
        "BuildDate": profile.build_date,
        "HardwareID": product.hardware_id,
        "ProdFullName": product.full_name,
        "ProdNbr": product.number,
        "ProdShortName": product.short_name,
        "ProdType": product.type,
        "ProdVariant": "",
        "SerialNumber": identity.serial_number,
        "Soc": product.soc,
        "SocSerialNumber": identity.soc_serial_number,
        "Version": profile.version,
        "WebURL": "http://www.axis.com",
    }


def _get_properties(call):
    known = properties(call.camera)
    asked = call.value("propertyList", list, required=True)
    if not all(isinstance(name, str) and name in known for name in asked):
        raise ApiError(call.codes.invalid, "Invalid parameter value specified: params.propertyList")
    return {"propertyList": {name: known[name] for name in asked}}


def _get_unrestricted(call):
    return {"propertyList": {name: v for name, v in properties(call.camera).items() if name not in RESTRICTED}}
