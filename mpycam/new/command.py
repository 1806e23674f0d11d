"""`mpycam new`."""

from pathlib import Path


def add_command(subcommands):
    """Add the parser of `mpycam new`."""
    new = subcommands.add_parser("new", help="make the folder of a new app, which builds, runs and has tests")
    new.add_argument("folder", metavar="NAME", help="the app's name, or a path that ends with it")
    new.add_argument(
        "--update", action="store_true", help="renew the interpreter, library and types of an app that is there"
    )
    new.add_argument(
        "--from", dest="checkout", metavar="DIR", help="the checkout with dist/ and lib/ (default: mpycam's own)"
    )
    new.set_defaults(run=run_new)

    stubs = subcommands.add_parser("stubs", help="write the types of what an app can import, for editors")
    stubs.add_argument("folder", metavar="DIR", help="where to; what is there is replaced")
    stubs.set_defaults(run=run_stubs)


def run_new(options):
    """Make or update an app's folder and say what comes next."""
    from mpycam.new import app, kit

    sources = kit.Sources(Path(options.checkout) if options.checkout else kit.CHECKOUT)
    folder = Path(options.folder)
    if options.update:
        app.update(folder, sources)
        return 0
    app.create(folder, sources)
    print(f"{folder}: run its tests with: cd {folder} && python -m pytest")
    return 0


def run_stubs(options):
    """Write the type stubs."""
    from mpycam.new import kit

    kit.write_stubs(kit.CHECKOUT, Path(options.folder))
    return 0
