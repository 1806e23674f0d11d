"""What differs between the versions of AXIS OS that a virtual camera can be."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Profile:
    """One version of AXIS OS."""

    # The name that --profile takes.
    name: str
    # Properties.Firmware.Version
    version: str
    build_date: str
    # Properties.EmbeddedDevelopment.Version
    embedded_development: str
    # Major versions of manifest.json that the installer reads; empty: it knows package.conf only.
    manifest_majors: tuple
    # Whether compatibleOsVersions decides.
    os_range_enforced: bool = False
    # Whether an upgrade must have the vendorId of the package before it.
    vendor_id_checked: bool = False
    # The defaults of the switches in config.cgi; None: there is no such switch.
    allow_unsigned: bool | None = None
    allow_root: bool | None = None
    # Whether unsigned packages are refused whatever the switch says.
    signature_required: bool = False
    # Whether a manifest may name root as the user.
    root_allowed: bool = True
    # HTTP status of errors in applications/config.cgi.
    config_error_status: int = 200
    # How many apps may run at a time; None: as many as memory holds.
    running_limit: int | None = None
    # Whether the installer runs ldd on the executable.
    elf_checked: bool = False
    # Whether manifests may have a reverseProxy.
    reverse_proxy: bool = False
    # Whether the camera hands out VAPIX service accounts and listens at 127.0.0.12.
    service_accounts: bool = False
    # Whether ssh lets root in.
    ssh_root: bool = False
    # Whether developer mode (ssh as the user of an app) exists.
    developer_mode: bool = False
    # Whether the first account must be called root.
    first_account_is_root: bool = False
    # Digest algorithms, in the order in which they are offered (MD5 first: some clients read one challenge only).
    digest_algorithms: tuple = ("MD5",)

    # Whether param.cgi reads the query string of a POST.
    post_query: bool = True

    def since(self, *release):
        """Whether this is AXIS OS `release`, as in since(11, 8), or later."""
        return tuple(int(part) for part in self.version.split(".")) >= release


PROFILES = {
    profile.name: profile
    for profile in [
        Profile(
            "9.80", "9.80.2.2", "Nov 25 2020 14:11", "2.18", manifest_majors=(),
            running_limit=8, elf_checked=True, ssh_root=True, first_account_is_root=True,
        ),
        Profile(
            "10.12", "10.12.240", "May 15 2024 09:32", "3.0", manifest_majors=(1,),
            running_limit=8, ssh_root=True, first_account_is_root=True,
        ),
        Profile(
            "11.11", "11.11.135", "Dec 10 2024 10:05", "3.0", manifest_majors=(1,),
            allow_unsigned=True, allow_root=False, running_limit=8, reverse_proxy=True, service_accounts=True,
            developer_mode=True,
        ),
        Profile(
            "12.x", "12.6.104", "Sep 08 2025 12:41", "3.0", manifest_majors=(1,),
            allow_unsigned=False, root_allowed=False, config_error_status=400, reverse_proxy=True,
            service_accounts=True, developer_mode=True, post_query=False,
        ),
        Profile(
            "12.10", "12.10.68", "Apr 14 2026 08:53", "3.0", manifest_majors=(1, 2),
            allow_unsigned=False, root_allowed=False, config_error_status=400, reverse_proxy=True,
            service_accounts=True, developer_mode=True, os_range_enforced=True, vendor_id_checked=True,
            post_query=False,
        ),
        Profile(
            "13", "13.0.52", "Oct 06 2026 09:27", "3.0", manifest_majors=(2,),
            signature_required=True, root_allowed=False, config_error_status=400, reverse_proxy=True,
            service_accounts=True, developer_mode=True, os_range_enforced=True, vendor_id_checked=True,
            post_query=False, digest_algorithms=("MD5", "SHA-256"),
        ),
    ]
}  # fmt: skip
DEFAULT_PROFILE = "12.x"
