"""The parameters that a camera has when it leaves the factory."""

from mpycam.camera.parameters import Definition, Template

# What each security means, in the order create, delete, read, write.
EVERYBODY_READS, VIEWERS_READ, OPERATORS_READ, ADMINS_READ = "7707", "7717", "7747", "7767"
OPERATORS_WRITE, ADMINS_WRITE = "7744", "7766"
RESOLUTIONS = (
    "1920x1080,1280x960,1280x720,1024x768,1024x576,800x600,800x450,640x480,640x360,480x360,480x270,320x240,"
    "320x180,240x180,160x120,160x90"
)
YES_NO = "bool:no,yes"
IMAGES = 1
PORTS = 2


def definitions(identity, profile):
    """Return the Definitions of a camera by their names."""
    table = [
        *_brand(identity.product),
        *_https(),
        *[each for number in range(IMAGES) for each in _image(number)],
        *[each for number in range(PORTS) for each in _port(number)],
        *_layout(),
        *_network(identity, profile),
        *_properties(identity, profile),
        *_others(profile),
    ]
    return {name: Definition(name, str(default), type, security) for name, default, type, security in table}


def templates(profile):
    """Return the Templates of a camera by their names."""
    found = {
        "streamprofile": Template(
            "StreamProfile",
            (("Name", "", "string:maxlen=100"), ("Description", "", "string"), ("Parameters", "", "string")),
            26,
        )
    }
    # The motion detection that was there before the one that is an app.
    if not profile.since(11):
        found["motion"] = Template(
            "Motion",
            (
                ("Name", "DefaultWindow", "string:maxlen=100"), ("ImageSource", "0", "int:min=0;max=0"),
                ("Left", "0", "int:min=0;max=9999"), ("Right", "9999", "int:min=0;max=9999"),
                ("Top", "0", "int:min=0;max=9999"), ("Bottom", "9999", "int:min=0;max=9999"),
                ("WindowType", "include", "enum:include|Include,exclude|Exclude"),
                ("Sensitivity", "90", "int:min=0;max=100"), ("History", "90", "int:min=0;max=100"),
                ("ObjectSize", "15", "int:min=0;max=100"),
            ),
            10,
        )  # fmt: skip
    return found


def _brand(product):
    values = {
        "Brand": "AXIS", "ProdFullName": product.full_name, "ProdNbr": product.number,
        "ProdShortName": product.short_name, "ProdType": product.type, "ProdVariant": "",
        "WebURL": "http://www.axis.com",
    }  # fmt: skip
    return [(f"Brand.{name}", value, "string", EVERYBODY_READS) for name, value in values.items()]


def _https():
    return [
        ("HTTPS.AllowTLS1", "no", YES_NO, ADMINS_WRITE),
        ("HTTPS.AllowTLS11", "no", YES_NO, ADMINS_WRITE),
        ("HTTPS.Enabled", "yes", YES_NO, ADMINS_READ),
        ("HTTPS.Port", "443", "int:min=1;max=65535", ADMINS_READ),
    ]


def _image(number):
    group = f"Image.I{number}"
    return [
        (f"{group}.Enabled", "yes", YES_NO, "7714"),
        (f"{group}.Name", f"View Area {number + 1}", "string:maxlen=64", "7714"),
        (f"{group}.Source", "0", "int:min=0;max=0", "7717"),
        (f"{group}.Appearance.ColorEnabled", "yes", YES_NO, "7714"),
        (f"{group}.Appearance.Compression", "30", "int:maxlen=3;min=0;max=100", "7714"),
        (f"{group}.Appearance.MirrorEnabled", "no", YES_NO, "7714"),
        (f"{group}.Appearance.Resolution", "1920x1080", f"enum:{RESOLUTIONS}", "7714"),
        (f"{group}.Appearance.Rotation", "0", "enum:0,90,180,270", "7714"),
        (f"{group}.Overlay.Enabled", "no", YES_NO, "7714"),
        (f"{group}.Stream.Duration", "0", "int:min=0;max=999999", "7714"),
        (f"{group}.Stream.FPS", "0", "int:min=0;max=60", "7714"),
        (f"{group}.Stream.NbrOfFrames", "0", "int:min=0;max=999999", "7714"),
        (f"{group}.Text.ClockEnabled", "no", YES_NO, "7714"),
        (f"{group}.Text.DateEnabled", "no", YES_NO, "7714"),
        (f"{group}.Text.Position", "top", "enum:top|Top,bottom|Bottom", "7714"),
        (f"{group}.Text.String", "", "string:maxlen=512", "7714"),
        (f"{group}.Text.TextEnabled", "no", YES_NO, "7714"),
        (f"ImageSource.I{number}.Name", "Camera", "string:maxlen=64", "7714"),
        (f"ImageSource.I{number}.Sensor.AspectRatio", "16:9", "string", "7717"),
        (f"ImageSource.I{number}.Sensor.Brightness", "50", "int:min=0;max=100", OPERATORS_WRITE),
        (f"ImageSource.I{number}.Sensor.ColorLevel", "50", "int:min=0;max=100", OPERATORS_WRITE),
        (f"ImageSource.I{number}.Sensor.Contrast", "50", "int:min=0;max=100", OPERATORS_WRITE),
        (f"ImageSource.I{number}.Sensor.Sharpness", "50", "int:min=0;max=100", OPERATORS_WRITE),
        (f"Properties.Image.I{number}.Resolution", RESOLUTIONS, "string", EVERYBODY_READS),
    ]


def _port(number):
    group, output = f"IOPort.I{number}", number == 1
    return [
        (f"{group}.Configurable", "yes", YES_NO, OPERATORS_READ),
        (f"{group}.Direction", "output" if output else "input", "enum:input|Input,output|Output", "7746"),
        (f"{group}.Usage", "", "string:maxlen=64", "7746"),
        (f"{group}.Input.Name", f"Port {number + 1}", "string:maxlen=64", "7746"),
        (f"{group}.Input.Trig", "closed", "enum:closed|Closed,open|Open", "7746"),
        (f"{group}.Output.Active", "closed", "enum:closed|Closed,open|Open", "7746"),
        (f"{group}.Output.Button", "none", "enum:none,pulse,actinact", "7746"),
        (f"{group}.Output.DelayTime", "0", "int:min=0;max=65535", "7746"),
        (f"{group}.Output.Mode", "bistable", "enum:bistable,monostable", "7746"),
        (f"{group}.Output.Name", f"Port {number + 1}", "string:maxlen=64", "7746"),
        (f"{group}.Output.PulseTime", "0", "int:min=0;max=65535", "7746"),
    ]


def _layout():
    return [
        ("Layout.EnableBasicSetup", "no", YES_NO, ADMINS_WRITE),
        ("Layout.OwnHomePageEnabled", "no", YES_NO, ADMINS_WRITE),
        ("Layout.PlainConfigEnabled", "no", YES_NO, ADMINS_WRITE),
    ]


def _network(identity, profile):
    policy = "digest" if not profile.since(10) else "Recommended"
    return [
        ("Network.BootProto", "dhcp", "enum:none,dhcp", ADMINS_WRITE),
        ("Network.Broadcast", "192.168.0.255", "string:maxlen=15", ADMINS_WRITE),
        ("Network.DefaultRouter", "192.168.0.1", "string:maxlen=15", ADMINS_WRITE),
        ("Network.DomainName", "", "string:maxlen=255", ADMINS_WRITE),
        ("Network.Enabled", "yes", YES_NO, ADMINS_READ),
        ("Network.HostName", identity.host_name, "string:maxlen=64", ADMINS_WRITE),
        ("Network.IPAddress", "192.168.0.90", "string:maxlen=15", ADMINS_WRITE),
        ("Network.Media", "auto", "string", ADMINS_READ),
        ("Network.SubnetMask", "255.255.255.0", "string:maxlen=15", ADMINS_WRITE),
        ("Network.Bonjour.Enabled", "yes", YES_NO, ADMINS_WRITE),
        ("Network.Bonjour.FriendlyName", f"{identity.product.short_name} - {identity.serial_number}",
         "string:maxlen=64", ADMINS_WRITE),
        ("Network.eth0.IPAddress", "127.0.0.1", "string", ADMINS_READ),
        ("Network.eth0.MACAddress", identity.mac_address, "string", ADMINS_READ),
        ("Network.eth0.SubnetMask", "255.0.0.0", "string", ADMINS_READ),
        ("Network.HTTP.AuthenticationPolicy", policy,
         "enum:Basic|Basic,Digest|Digest,Basic_Digest|Basic and Digest,Recommended|Recommended"
         + ("" if profile.since(10) else ",basic|basic,digest|digest"), ADMINS_WRITE),
        ("Network.HTTP.AuthenticationWithQop", "yes", YES_NO, ADMINS_READ),
        ("Network.RTSP.Enabled", "no", YES_NO, ADMINS_READ),
        ("Network.RTSP.Port", "554", "int:min=1;max=65535", ADMINS_READ),
        ("Network.SSH.Enabled", "no", YES_NO, ADMINS_WRITE),
        ("Network.UPnP.Enabled", "no", YES_NO, ADMINS_WRITE),
        ("Network.UPnP.FriendlyName", f"{identity.product.short_name} - {identity.serial_number}",
         "string:maxlen=64", ADMINS_WRITE),
    ]  # fmt: skip


def _properties(identity, profile):
    everybody = {
        "API.HTTP.AdminPath": "/index.html",
        "API.HTTP.Version": "3",
        "API.Metadata.Metadata": "yes",
        "API.Metadata.Version": "1.0",
        "API.RTSP.Version": "2.01",
        "API.WebService.EntryService": "yes",
        "ApiDiscovery.ApiDiscovery": "yes",
        "FirmwareManagement.Version": "1.4",
        "Firmware.BuildDate": profile.build_date,
        "Firmware.BuildNumber": "1",
        "Firmware.Version": profile.version,
        "HTTPS.HTTPS": "yes",
        "Image.Format": "jpeg,mjpeg",
        "Image.NbrOfViews": IMAGES,
        "Image.Resolution": RESOLUTIONS,
        "Image.Rotation": "0,90,180,270",
        "IO.ManualTriggerNbr": "6",
        "LEDControl.LEDControl": "no",
        "LightControl.LightControl2": "no",
        "LocalStorage.LocalStorage": "yes",
        "LocalStorage.SDCard": "yes",
        "LocalStorage.Version": "1.00",
        "NetworkShare.NetworkShare": "yes",
        "PackageManager.FormatListing": "yes",
        "PackageManager.LicenseKeyManagement": "yes",
        "PackageManager.PackageManager": "yes",
        "PTZ.DigitalPTZ": "no",
        "PTZ.PTZ": "no",
        "VirtualInput.VirtualInput": "yes",
    }
    viewers = {
        "EmbeddedDevelopment.CacheSize": "76546048",
        "EmbeddedDevelopment.DefaultCacheSize": "92274688",
        "EmbeddedDevelopment.EmbeddedDevelopment": "yes",
        "EmbeddedDevelopment.Version": profile.embedded_development,
        "EmbeddedDevelopment.RuleEngine.MultiConfiguration": "yes",
        "System.Architecture": identity.machine,
        "System.HardwareID": identity.product.hardware_id,
        "System.Language": "English",
        "System.LanguageType": "default",
        "System.SerialNumber": identity.serial_number,
        "System.Soc": identity.product.soc,
    }
    return [(f"Properties.{name}", value, "string", EVERYBODY_READS) for name, value in everybody.items()] + [
        (f"Properties.{name}", value, "string", VIEWERS_READ) for name, value in viewers.items()
    ]


def _others(profile):
    table = [
        ("Bandwidth.Limit", "0", "int:min=0;max=100000", ADMINS_WRITE),
        ("BasicDeviceInfo.BasicDeviceInfo", "yes", YES_NO, EVERYBODY_READS),
        ("Image.DateFormat", "YYYY-MM-DD", "string", "7714"),
        ("Image.MaxViewers", "20", "int:min=1;max=20", ADMINS_WRITE),
        ("Image.NbrOfConfigs", IMAGES, "int", "7717"),
        ("Image.TimeFormat", "24", "enum:12,24", "7714"),
        ("ImageSource.NbrOfSources", "1", "int", "7717"),
        ("Input.NbrOfInputs", "1", "int", "7717"),
        ("Output.NbrOfOutputs", "1", "int", "7717"),
        ("StreamProfile.MaxGroups", "26", "int", "7717"),
        ("Time.ObtainFromDHCP", "yes", YES_NO, ADMINS_WRITE),
        ("Time.POSIXTimeZone", "UTC0", "string:maxlen=64", "7746"),
        ("Time.SyncSource", "NTP", "enum:NTP,PC,None", ADMINS_WRITE),
        ("Time.DST.Enabled", "no", YES_NO, "7746"),
        ("Time.NTP.Server", "0.0.0.0", "string:maxlen=255", ADMINS_WRITE),
    ]
    if not profile.since(11):
        table.append(("Motion.MaxNbrOfWindows", "10", "int", "7717"))
    return table
