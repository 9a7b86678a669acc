"""Three-valued logic and comparison, as closures; what has no answer is null and says why."""

from engine.core.feel.values import Code, Env, Value, compare, equal, kind, mismatch


def conjunction(left: Code, right: Code) -> Code:
    """`and`; the right side is not asked when the left one decides."""

    def both(env: Env) -> Value:
        a = left(env)
        if a is False:
            return False
        b = right(env)
        if b is False:
            return False
        return True if a is True and b is True else env.run.warn(f"'and' between {kind(a)} and {kind(b)}")

    return both


def disjunction(left: Code, right: Code) -> Code:
    """`or`; the right side is not asked when the left one decides."""

    def either(env: Env) -> Value:
        a = left(env)
        if a is True:
            return True
        b = right(env)
        if b is True:
            return True
        return False if a is False and b is False else env.run.warn(f"'or' between {kind(a)} and {kind(b)}")

    return either


def equality(left: Code, right: Code, *, differs: bool) -> Code:
    """`=` or, when it `differs`, `!=`."""

    def equals(env: Env) -> Value:
        a, b = left(env), right(env)
        answer = equal(env.run, a, b) if a is not None and b is not None else a is b
        if answer is None:
            return env.run.warn(f"Cannot compare {mismatch(a, b)}")
        return not answer if differs else answer

    return equals


def order(op: str, left: Code, right: Code) -> Code:
    """`<`, `<=`, `>` or `>=`."""

    def ordered(env: Env) -> Value:
        a, b = left(env), right(env)
        answer = compare(op, a, b)
        return env.run.warn(f"'{op}' cannot compare {mismatch(a, b)}") if answer is None else answer

    return ordered
