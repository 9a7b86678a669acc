"""Every verb that the trail may hold is explained in the reference."""

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[3]
VERB = re.compile(
    r'"((?:instance|task|data|item|evidence|signature|refusal|timer|decision|document|service|message|signal|escalation|call|channel|step'
    r"|event|deployment|binding|start|calendar|feed|person|group|token|mandate|record|trail|ladder|cycle|series|occurrence"
    r'|applicability|delivery|departure|hook|override|register|reporter|role|rotation|row|sample|secret|standard|subject|subscription|substitution|verification|visit|way|webhook)\.(?!json")[a-z_]+)"'
)


def sources() -> Iterator[Path]:
    """The files of verbs: those of the engine, and of its packages but the core, the tables and the migrations."""
    for file in (ROOT / "engine").rglob("*.py"):
        if file.relative_to(ROOT / "engine").parts[0] not in ("core", "store", "migrations"):
            yield file


def test_every_verb_of_the_trail_is_in_the_reference():
    page = (ROOT / "docs/reference/trail.md").read_text()
    documented = set(re.findall(r"`([a-z]+\.[a-z_]+)`", page))
    used = {verb for file in sources() for verb in VERB.findall(file.read_text())}
    used |= {f"message.{status}" for status in ("sent", "expired", "refused")} | {"signal.sent"}
    used |= {f"hook.{outcome}" for outcome in ("started", "told", "kept", "passed_over", "refused")}
    used |= {f"delivery.{status}" for status in ("sent", "dead", "passed_on", "withdrawn")}
    used |= {f"instance.{outcome}" for outcome in ("completed", "cancelled", "failed")}

    assert sorted(used - documented) == []
    assert sorted(documented - used) == []
