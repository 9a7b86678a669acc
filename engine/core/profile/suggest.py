"""The FEEL that says the same as a short script of another language."""

import re

from engine.core.expressions import ExpressionError, compile_condition

_SET = re.compile(r"(?:execution\.)?setVariable\(\s*(['\"])(?P<set>[A-Za-z_]\w*)\1\s*,\s*(?P<value>.+)\)\Z", re.DOTALL)
_ASSIGN = re.compile(r"(?:var\s+|let\s+|const\s+|def\s+)?(?P<set>[A-Za-z_]\w*)\s*=(?!=)\s*(?P<value>.+)\Z", re.DOTALL)
_GET = re.compile(r"(?:execution\.)?getVariable\(\s*(['\"])([A-Za-z_]\w*)\1\s*\)")
_TEXT = re.compile(r"'((?:[^'\\]|\\.)*)'")
_SIGNS = (
    (re.compile(r"[=!]==?"), lambda found: "!=" if found[0].startswith("!") else "="),
    (re.compile(r"\s*&&\s*"), lambda found: " and "),
    (re.compile(r"\s*\|\|\s*"), lambda found: " or "),
    (re.compile(r"(?<![=!<>])!\s*(\w[\w.]*)"), lambda found: f"not({found[1]})"),
)
_LONGEST = 2000


def feel_for(script: str, *, condition: bool = False) -> str | None:
    """
    What a script that only sets variables, or a condition, is in FEEL; None where that is not simple.

    A script becomes a context, whose entries set variables.
    """
    script = script.strip()
    if not script or len(script) > _LONGEST:
        return None
    return _checked(_value(script.rstrip(";"))) if condition else _context(script)


def _context(script: str) -> str | None:
    entries = []
    for statement in filter(None, (part.strip() for part in re.split(r"[;\n]+", script))):
        match = _SET.match(statement) or _ASSIGN.match(statement)
        if not match:
            return None
        entries.append(f"{match['set']}: {_value(match['value'])}")
    return _checked("{ " + ", ".join(entries) + " }")


def _value(text: str) -> str:
    text = _TEXT.sub(lambda found: '"' + found[1].replace('"', '\\"') + '"', _GET.sub(r"\2", text.strip()))
    parts = re.split(r'("(?:[^"\\]|\\.)*")', text)
    for sign, feel in _SIGNS:
        parts[::2] = [sign.sub(feel, part) for part in parts[::2]]
    return "".join(parts).strip()


def _checked(text: str) -> str | None:
    try:
        compile_condition(text, "feel")
    except ExpressionError:
        return None
    return text
