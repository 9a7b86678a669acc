"""Where the shipped processes lie."""

from pathlib import Path

PROCESSES = Path(__file__).parents[3] / "processes"
