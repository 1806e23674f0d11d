"""`mpycam fleet`: many cameras at once, out of an inventory; docs/fleet.md describes it."""
