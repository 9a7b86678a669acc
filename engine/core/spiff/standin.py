"""Stand-in for the expression front until it lands."""

import re
from dataclasses import dataclass, field
from typing import Any


class ExpressionError(Exception): ...


class UnknownVariable(ExpressionError): ...


@dataclass
class Scope:
    variables: Any
    functions: Any = field(default_factory=dict)
    now: Any = None
    zone: Any = None


class _Names(dict):
    def __missing__(self, k):
        if k in ("true", "True"):
            return True
        if k in ("false", "False"):
            return False
        if k in ("null", "None"):
            return None
        raise UnknownVariable(f"There is no variable {k}.")


class Expression:
    def __init__(self, text, whole=False):
        self.text = text
        self.whole = whole
        self.names = frozenset(re.findall(r"[A-Za-z_]\w*", text))

    def _one(self, src, scope):
        src = re.sub(r"(done_at|actor|round)\((\w+)\)", r"\1('\2')", src)
        src = src.replace("&&", " and ").replace("||", " or ")
        try:
            return eval(
                src,
                {"__builtins__": {}},
                _Names({**scope.functions, **scope.variables, "len": len, "now": lambda: scope.now.isoformat()}),
            )
        except UnknownVariable:
            raise
        except Exception as e:
            raise ExpressionError(str(e))

    def evaluate(self, scope):
        t = self.text.strip()
        if self.whole:
            return self._one(t[1:] if t.startswith("=") else t, scope)
        if t.startswith("="):
            return self._one(t[1:], scope)
        m = re.fullmatch(r"\$\{([^{}]*)\}", t)
        if m:
            return self._one(m[1], scope)
        return re.sub(r"\$\{([^{}]*)\}", lambda m: str(self._one(m[1], scope)), t)


def compile_text(text):
    return Expression(text)


def compile_condition(text, language=None):
    return Expression(text, whole=not text.strip().startswith("${"))


def run_script(text, scope):
    text = text.strip().lstrip("=").strip()
    if text.startswith("{"):
        text = re.sub(r"([{,]\s*)(\w+)\s*:", r'\1"\2":', text)
    return Expression(text, whole=True).evaluate(scope)
