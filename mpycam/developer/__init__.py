"""Running programs on a camera while they are written: run, watch, repl, test."""
