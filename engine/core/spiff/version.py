"""Which version of the library all this was written for."""

from importlib.metadata import version

from engine.errors import Broken

SUPPORTED = "3.2.0"


def check(found: str | None = None) -> None:
    """
    Refuse to run on another version of the library.

    Raises:
        Broken: another version is installed.
    """
    found = found or version("spiffworkflow")
    if found != SUPPORTED:
        raise Broken(
            f"Steward runs on SpiffWorkflow {SUPPORTED} only, and {found} is installed. "
            f"Install the locked requirements again."
        )
