"""``python -m icos_core`` is the command ``icos``."""

from icos_core.cli import main

main()
