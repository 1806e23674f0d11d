"""The parameters that a camera has when it leaves the factory."""

from mpycam.camera.parameters import Definition


def definitions(identity, profile):
    """Return the Definitions of a camera by their names."""
    product = identity.product
    table = [
        Definition("Brand.Brand", "AXIS", "string", "7707"),
        Definition("Brand.ProdFullName", product.full_name, "string", "7707"),
        Definition("Brand.ProdNbr", product.number, "string", "7707"),
        Definition("Network.HTTP.AuthenticationPolicy", "Recommended", "enum:Basic|Basic,Digest|Digest,"
                   "Basic_Digest|Basic and Digest,Recommended|Recommended", "7766"),
        Definition("Properties.EmbeddedDevelopment.Version", profile.embedded_development, "string", "7717"),
        Definition("Properties.Firmware.Version", profile.version, "string", "7707"),
        Definition("Properties.System.Architecture", identity.architecture, "string", "7717"),
        Definition("Properties.System.SerialNumber", identity.serial_number, "string", "7717"),
        Definition("Properties.System.Soc", product.soc, "string", "7717"),
    ]  # fmt: skip
    return {definition.name: definition for definition in table}
