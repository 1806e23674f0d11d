"""`mpycam eap build` and `mpycam eap inspect`."""

import sys


def add_command(subcommands):
    """Add the parsers of `mpycam eap`."""
    eap = subcommands.add_parser("eap", help="build and inspect camera packages")
    actions = eap.add_subparsers(metavar="ACTION", required=True)

    build = actions.add_parser("build", help="write the package of an app")
    build.add_argument("app", help="the app's folder, with its manifest.json")
    build.add_argument("--firmware", required=True, metavar="FILE", help="the interpreter that becomes the executable")
    build.add_argument("--architecture", choices=["armv7hf", "aarch64", "all"], help="must be the firmware's")
    build.add_argument("--output", default=".", metavar="DIR", help="where to write (default: here)")
    build.add_argument("--lib", metavar="DIR", help="modules that go in when the app imports them")
    build.add_argument(
        "--include", action="append", default=[], metavar="NAME", help="a module imported by a computed name"
    )
    build.add_argument("--license", metavar="FILE", help="used when the app's folder has no LICENSE")
    build.add_argument(
        "--unpacker", metavar="FILE", help="pack the executable: dist/ARCH/unpacker, which is built with the firmware"
    )
    build.add_argument(
        "--strip", action="store_true",
        help="leave line numbers and assertions out of the Python code, and comments and indentation out of html/",
    )  # fmt: skip
    build.add_argument("--max-bytes", type=int, metavar="N", help="refuse a larger package")
    build.set_defaults(run=run_build)

    inspect = actions.add_parser("inspect", help="show and check a package of any maker")
    inspect.add_argument("file", metavar="FILE")
    inspect.add_argument("--json", action="store_true", help="print JSON")
    inspect.set_defaults(run=run_inspect)


def run_build(options):
    """Write a package and print its name, size and sha256."""
    from mpycam.eap.builder import build

    built = build(
        options.app,
        options.firmware,
        architecture=options.architecture,
        output=options.output,
        library=options.lib,
        include=options.include,
        license=options.license,
        max_bytes=options.max_bytes,
        unpacker=options.unpacker,
        strip=options.strip,
    )
    for problem in built.problems:
        print(problem, file=sys.stderr)
    print(f"{built.path} {built.size} bytes sha256 {built.sha256} content {built.content_sha256}")
    return 0


def run_inspect(options):
    """Print a package's report; the exit status is 1 where a device would refuse the package."""
    from mpycam.eap import report
    from mpycam.eap.package import inspect

    package = inspect(options.file)
    print((report.as_json if options.json else report.as_text)(package), end="")
    return 0 if package.installable else 1
