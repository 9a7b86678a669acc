"""Every verb that the trail may hold is explained in the reference."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
VERB = re.compile(
    r'"((?:instance|task|data|item|evidence|signature|refusal|timer|decision|service|message|signal|escalation|call|step'
    r'|event|deployment|binding|start|calendar|person|group|token|trail)\.[a-z_]+)"'
)


def test_every_verb_of_the_trail_is_in_the_reference():
    page = (ROOT / "docs/reference/trail.md").read_text()
    documented = set(re.findall(r"`([a-z]+\.[a-z_]+)`", page))
    used = {verb for file in (ROOT / "engine").glob("*.py") for verb in VERB.findall(file.read_text())}
    used |= {f"message.{status}" for status in ("sent", "expired", "refused")} | {"signal.sent"}
    used |= {f"instance.{outcome}" for outcome in ("completed", "cancelled", "failed")}

    assert sorted(used - documented) == []
    assert sorted(documented - used) == []
