"""
A syntax tree to a closure: built once, run many times.

Every loop pays for its rounds and every call for its depth, so an evaluation
ends however the expression is written. No closure keeps state.
"""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from engine.core.feel.arithmetic import ARITHMETIC, negative
from engine.core.feel.border import plain_of, value_of
from engine.core.feel.builtins import BUILTINS, Builtin, call_builtin
from engine.core.feel.depth import depth_of
from engine.core.feel.errors import EvaluationError, UnknownVariable, nearest
from engine.core.feel.iteration import compile_for, compile_quantified
from engine.core.feel.kinds import UNFIT, fitted, instance_of
from engine.core.feel.nodes import (
    Between,
    Binary,
    Call,
    ContextOf,
    Filter,
    For,
    FunctionOf,
    If,
    In,
    InstanceOf,
    ListOf,
    Literal,
    Name,
    Node,
    OneSided,
    Path,
    Prefix,
    Quantified,
    RangeOf,
    Tests,
)
from engine.core.feel.paths import Item, filtered, read_name, read_path
from engine.core.feel.run import Run
from engine.core.feel.unary import compile_tests, one_sided, range_of
from engine.core.feel.values import Code, Env, Function, Value, compare, equal, kind, mismatch, negated

__all__ = ["Compiler", "Item"]


class Compiler:
    """Compiles FEEL. Another language overrides what it means differently."""

    def code(self, node: Node) -> Code:
        """The closure of a node."""
        compile_: Callable[[Any], Code] = getattr(self, "on_" + type(node).__name__.lower())
        return compile_(node)

    def on_literal(self, node: Literal) -> Code:
        value = node.value
        return lambda env: value

    def on_name(self, node: Name) -> Code:
        if "." in node.name:
            return self._dotted(node)
        return read_name(node.name, node.at)

    def _dotted(self, node: Name) -> Code:
        """A parameter of a model may be named with a dot; otherwise the dot is a path."""
        first, *steps = (part.strip() for part in node.name.split("."))
        whole, path = read_name(node.name, node.at), self.code(_path(first, steps, node.at))
        name = node.name
        return lambda env: path(env) if env.holder(name) is None else whole(env)

    def on_path(self, node: Path) -> Code:
        source, name, at = self.code(node.source), node.name, node.at
        return lambda env: read_path(env.run, source(env), name, at)

    def on_filter(self, node: Filter) -> Code:
        source, condition = self.code(node.source), self.code(node.condition)
        index = node.condition.value if isinstance(node.condition, Literal) else None
        constant = index if isinstance(index, Decimal) else None
        return lambda env: filtered(env, source(env), condition, constant)

    def on_prefix(self, node: Prefix) -> Code:
        operand = self.code(node.operand)
        return lambda env: negative(env.run, operand(env))

    def on_binary(self, node: Binary) -> Code:
        left, right = self.code(node.left), self.code(node.right)
        if node.op == "and":
            return _and(left, right)
        if node.op == "or":
            return _or(left, right)
        if node.op in ("=", "!="):
            return _equals(left, right, differs=node.op == "!=")
        if node.op in ARITHMETIC:
            operate = ARITHMETIC[node.op]
            return lambda env: operate(env.run, left(env), right(env))
        return _ordered(node.op, left, right)

    def on_between(self, node: Between) -> Code:
        value, low, high = self.code(node.value), self.code(node.low), self.code(node.high)

        def between(env: Env) -> Value:
            x = value(env)
            above, below = compare(">=", x, low(env)), compare("<=", x, high(env))
            if above is None or below is None:
                return env.run.warn("between: these values have no common order")
            return above and below

        return between

    def on_in(self, node: In) -> Code:
        value, tests = self.code(node.value), compile_tests(self, node.tests)
        return lambda env: tests(env, value(env))

    def on_tests(self, node: Tests) -> Code:
        """A cell: its value is asked under the name `?`."""
        tests, without = compile_tests(self, node.tests), node.negated
        if not node.tests:
            return lambda env: True

        def cell(env: Env) -> Value:
            answer = tests(env, env.values["?"])
            return negated(answer) if without else answer

        return cell

    def on_instanceof(self, node: InstanceOf) -> Code:
        value, wanted = self.code(node.value), node.type
        return lambda env: instance_of(env.run, value(env), wanted)

    def on_if(self, node: If) -> Code:
        condition, then, otherwise = self.code(node.condition), self.code(node.then), self.code(node.otherwise)
        return lambda env: then(env) if condition(env) is True else otherwise(env)

    def on_for(self, node: For) -> Code:
        return compile_for(self, node)

    def on_quantified(self, node: Quantified) -> Code:
        return compile_quantified(self, node)

    def on_listof(self, node: ListOf) -> Code:
        items = [self.code(item) for item in node.items]

        def make(env: Env) -> Value:
            env.run.tick(len(items))
            return [item(env) for item in items]

        return make

    def on_contextof(self, node: ContextOf) -> Code:
        entries = [(key, self.code(value)) for key, value in node.entries]
        twice = len({key for key, _ in entries}) < len(entries)

        def make(env: Env) -> Value:
            if twice:
                return env.run.warn("A context names one of its entries twice")
            made: dict[str, Value] = {}
            inner = env.inner(made)
            for key, value in entries:
                env.run.tick()
                made[key] = value(inner)
            return made

        return make

    def on_functionof(self, node: FunctionOf) -> Code:
        assert node.body is not None
        body, parameters, types = self.code(node.body), node.parameters, node.types
        weight = 2 + depth_of(node.body)

        def make(env: Env) -> Value:
            def call(run: Run, arguments: Sequence[Value]) -> Value:
                return body(Env(dict(zip(parameters, arguments, strict=True)), env, run))

            return Function(parameters, call, types, weight)

        return make

    def on_rangeof(self, node: RangeOf) -> Code:
        low, high = self.code(node.low), self.code(node.high)
        return lambda env: range_of(env.run, low(env), high(env), node.low_included, node.high_included)

    def on_onesided(self, node: OneSided) -> Code:
        end, op = self.code(node.end), node.op
        return lambda env: one_sided(env.run, op, end(env))

    def on_call(self, node: Call) -> Code:
        arguments = [self.code(argument) for argument in node.arguments]
        name = node.callee.name if isinstance(node.callee, Name) else None
        if name is None or (isinstance(node.callee, Name) and node.callee.bound):
            return self._call_value(self.code(node.callee), arguments, node)
        if name == "is defined" and len(arguments) == 1:
            return _is_defined(arguments[0])
        if name == "get or else" and len(arguments) == 2:
            return _get_or_else(*arguments)
        if name in BUILTINS:
            return _call_builtin(BUILTINS[name], arguments, node.names)
        return self._call_named(name, arguments, node)

    def _call_value(self, callee: Code, arguments: list[Code], node: Call) -> Code:
        def call(env: Env) -> Value:
            return call_function(env.run, callee(env), *_given(env, arguments, node.names))

        return call

    def _call_named(self, name: str, arguments: list[Code], node: Call) -> Code:
        at = node.at

        def call(env: Env) -> Value:
            holder = env.holder(name)
            if holder is not None:
                return call_function(env.run, holder[name], *_given(env, arguments, node.names))
            if name in env.run.functions and node.names is None:
                return call_outside(env.run, name, [argument(env) for argument in arguments], at)
            return unknown_function(env, name, at)

        return call


def _path(first: str, steps: list[str], at: int) -> Node:
    node: Node = Name(first, at)
    for step in steps:
        node = Path(node, step, at)
    return node


def _given(
    env: Env, arguments: list[Code], names: tuple[str, ...] | None
) -> tuple[list[Value], dict[str, Value] | None]:
    values = [argument(env) for argument in arguments]
    return (values, None) if names is None else ([], dict(zip(names, values, strict=True)))


def _call_builtin(found: Builtin, arguments: list[Code], names: tuple[str, ...] | None) -> Code:
    def call(env: Env) -> Value:
        env.run.tick()
        return call_builtin(env.run, found, *_given(env, arguments, names))

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


def _and(left: Code, right: Code) -> Code:
    def both(env: Env) -> Value:
        a = left(env)
        if a is False:
            return False
        b = right(env)
        if b is False:
            return False
        return True if a is True and b is True else env.run.warn(f"'and' between {kind(a)} and {kind(b)}")

    return both


def _or(left: Code, right: Code) -> Code:
    def either(env: Env) -> Value:
        a = left(env)
        if a is True:
            return True
        b = right(env)
        if b is True:
            return True
        return False if a is False and b is False else env.run.warn(f"'or' between {kind(a)} and {kind(b)}")

    return either


def _equals(left: Code, right: Code, *, differs: bool) -> Code:
    def equals(env: Env) -> Value:
        a, b = left(env), right(env)
        answer = equal(env.run, a, b) if a is not None and b is not None else a is b
        if answer is None:
            return env.run.warn(f"Cannot compare {mismatch(a, b)}")
        return not answer if differs else answer

    return equals


def _ordered(op: str, left: Code, right: Code) -> Code:
    def ordered(env: Env) -> Value:
        a, b = left(env), right(env)
        answer = compare(op, a, b)
        return env.run.warn(f"'{op}' cannot compare {mismatch(a, b)}") if answer is None else answer

    return ordered


def _is_defined(argument: Code) -> Code:
    def defined(env: Env) -> Value:
        depth = env.run.depth
        try:
            argument(env)
        except UnknownVariable:
            env.run.depth = depth
            return False
        return True

    return defined


def _get_or_else(argument: Code, default: Code) -> Code:
    def get(env: Env) -> Value:
        depth = env.run.depth
        try:
            value = argument(env)
        except UnknownVariable:
            env.run.depth = depth
            value = None
        return default(env) if value is None else value

    return get
