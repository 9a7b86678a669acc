"""Calling built-in functions, functions that are values, and functions of the scope."""

from collections.abc import Mapping, Sequence

from engine.core.feel.border import plain_of, value_of
from engine.core.feel.builtins import BUILTINS, Builtin, call_builtin
from engine.core.feel.errors import EvaluationError, UnknownVariable, nearest
from engine.core.feel.kinds import UNFIT, fitted
from engine.core.feel.run import Run
from engine.core.feel.values import Code, Env, Function, Value, kind


def given(
    env: Env, arguments: list[Code], names: tuple[str, ...] | None
) -> tuple[list[Value], dict[str, Value] | None]:
    """The values of the arguments: by place, or by name."""
    values = [argument(env) for argument in arguments]
    return (values, None) if names is None else ([], dict(zip(names, values, strict=True)))


def calling_builtin(found: Builtin, arguments: list[Code], names: tuple[str, ...] | None) -> Code:
    """The call of a built-in function."""

    def call(env: Env) -> Value:
        env.run.tick()
        return call_builtin(env.run, found, *given(env, arguments, names))

    return call


def call_function(
    run: Run, function: Value, arguments: Sequence[Value], named: Mapping[str, Value] | None = None
) -> Value:
    """Call a function that is a value; null and a warning when it cannot be called so."""
    run.tick()
    if isinstance(function, Builtin):
        return call_builtin(run, function, arguments, named)
    if not isinstance(function, Function):
        return run.warn(f"A {kind(function)} is no function")
    if named is not None:
        if set(named) != set(function.parameters):
            return run.warn(f"The function takes ({', '.join(function.parameters)})")
        arguments = [named[name] for name in function.parameters]
    if len(arguments) != len(function.parameters):
        return run.warn(f"The function takes {len(function.parameters)} arguments, not {len(arguments)}")
    if function.types:
        arguments = [fitted(run, value, type_) for value, type_ in zip(arguments, function.types, strict=True)]
        if any(value is UNFIT for value in arguments):
            return run.warn("An argument of the function has the wrong type")
    run.tick(4)
    run.enter(function.weight)
    result = function.call(run, arguments)
    run.leave(function.weight)
    return result


def call_outside(run: Run, name: str, arguments: Sequence[Value], at: int) -> Value:
    """Call a function that the scope offers, with plain values."""
    run.tick(10)
    try:
        return value_of(run, run.functions[name](*(plain_of(run, value) for value in arguments)))
    except (TypeError, ValueError, LookupError) as error:
        raise EvaluationError(f"{name}(): {error}", position=at) from error


def unknown_function(env: Env, name: str, at: int) -> Value:
    """Raise: nobody offers this function."""
    near = nearest(name, [*BUILTINS, *env.run.functions])
    hint = f"; did you mean '{near}'?" if near else ""
    if not env.run.strict:
        return env.run.warn(f"Unknown function '{name}'")
    raise EvaluationError(f"Unknown function '{name}'{hint}", position=at)


def is_defined(argument: Code) -> Code:
    """`is defined(x)`: is there such a variable, or such an entry? Null is defined."""

    def defined(env: Env) -> Value:
        depth = env.run.depth
        try:
            argument(env)
        except UnknownVariable:
            env.run.depth = depth
            return False
        return True

    return defined


def get_or_else(argument: Code, default: Code) -> Code:
    """`get or else(x, d)`: `d` where `x` is null or does not exist."""

    def get(env: Env) -> Value:
        depth = env.run.depth
        try:
            value = argument(env)
        except UnknownVariable:
            env.run.depth = depth
            value = None
        return default(env) if value is None else value

    return get
