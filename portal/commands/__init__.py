"""The `portal` command line: one module for what belongs together, `program.py` joins them."""

from portal.commands.program import main

__all__ = ["main"]
