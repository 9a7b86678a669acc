"""`python -m steward` is `steward`."""

from steward.cli import main

main(prog_name="steward")
