"""In which order folders of processes go in force: those first that others call or ask."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from engine.core.model.names import said
from engine.core.safe_xml import parse


def in_order(folders: Iterable[Path]) -> list[Path]:
    """
    The folders, each after those whose processes and tables its own diagrams name; else as they came.

    Of folders that need each other in a circle the first one that came goes first.
    """
    coming = {folder: _Needs.of(folder) for folder in dict.fromkeys(folders)}
    ordered: list[Path] = []
    while coming:
        brought = {key for needs in coming.values() for key in needs.brings}
        ready = [folder for folder, needs in coming.items() if not needs.wants & (brought - needs.brings)]
        ordered.append(ready[0] if ready else next(iter(coming)))
        del coming[ordered[-1]]
    return ordered


@dataclass(frozen=True)
class _Needs:
    """What the files of a folder bring, and what they call or ask: keys of processes and decisions."""

    brings: frozenset[str]
    wants: frozenset[str]

    @classmethod
    def of(cls, folder: Path) -> "_Needs":
        files = [parse(path.read_bytes(), path.name) for path in folder.iterdir() if path.suffix in (".bpmn", ".dmn")]
        things = [found for file in files for found in file.iter("{*}process", "{*}decision")]
        calls = [found.get("calledElement") for file in files for found in file.iter("{*}callActivity")]
        asks = [said(found, "decisionRef") for file in files for found in file.iter("{*}businessRuleTask")]
        return cls(frozenset(one.get("id", "") for one in things), frozenset(one for one in (*calls, *asks) if one))
