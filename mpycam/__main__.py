"""Lets `python -m mpycam` stand for the `mpycam` command."""

from mpycam.cli import main

raise SystemExit(main())
