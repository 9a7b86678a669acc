"""What each suite has spent of its budget, said at the end of a run; `tests/budgets.toml` has the budgets."""

import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

BUDGETS: dict[str, float] = tomllib.loads(Path(__file__).with_name("budgets.toml").read_text())


def spent(reports: Iterable[Any]) -> Counter[str]:
    """Seconds by suite: setting up, running and clearing away of all its tests."""
    total: Counter[str] = Counter()
    for report in reports:
        total[report.nodeid.split("::")[0].rpartition("/")[0]] += report.duration
    return total


def lines(total: Mapping[str, float], budgets: Mapping[str, float] = BUDGETS) -> list[str]:
    """A line for each suite, what is over its budget or has none first."""
    over = {suite: seconds > budgets.get(suite, 0) for suite, seconds in total.items()}
    ordered = sorted(total, key=lambda suite: (not over[suite], suite))
    return [
        f"{suite:32} {total[suite]:6.1f} of {budgets.get(suite, 0):4.0f} s{'  OVER' if over[suite] else ''}"
        for suite in ordered
    ]
