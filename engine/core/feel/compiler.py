"""
A syntax tree to a closure: built once, run many times.

Every loop pays for its rounds and every call for its depth, so an evaluation
ends however the expression is written. No closure keeps state.
"""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from engine.core.feel.arithmetic import ARITHMETIC, negative
from engine.core.feel.builtins import BUILTINS
from engine.core.feel.calls import (
    call_function,
    call_outside,
    calling_builtin,
    get_or_else,
    given,
    is_defined,
    unknown_function,
)
from engine.core.feel.depth import depth_of
from engine.core.feel.iteration import compile_for, compile_quantified
from engine.core.feel.kinds import instance_of
from engine.core.feel.logic import conjunction, disjunction, equality, order
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
from engine.core.feel.paths import filtered, read_name, read_path
from engine.core.feel.run import Run
from engine.core.feel.unary import compile_tests, one_sided, range_of
from engine.core.feel.values import Code, Env, Function, Value, compare, negated


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
            return conjunction(left, right)
        if node.op == "or":
            return disjunction(left, right)
        if node.op in ("=", "!="):
            return equality(left, right, differs=node.op == "!=")
        if node.op in ARITHMETIC:
            operate = ARITHMETIC[node.op]
            return lambda env: operate(env.run, left(env), right(env))
        return order(node.op, left, right)

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
            return is_defined(arguments[0])
        if name == "get or else" and len(arguments) == 2:
            return get_or_else(*arguments)
        if name in BUILTINS:
            return calling_builtin(BUILTINS[name], arguments, node.names)
        return self._call_named(name, arguments, node)

    def _call_value(self, callee: Code, arguments: list[Code], node: Call) -> Code:
        def call(env: Env) -> Value:
            return call_function(env.run, callee(env), *given(env, arguments, node.names))

        return call

    def _call_named(self, name: str, arguments: list[Code], node: Call) -> Code:
        at = node.at

        def call(env: Env) -> Value:
            holder = env.holder(name)
            if holder is not None:
                return call_function(env.run, holder[name], *given(env, arguments, node.names))
            if name in env.run.functions and node.names is None:
                return call_outside(env.run, name, [argument(env) for argument in arguments], at)
            return unknown_function(env, name, at)

        return call


def _path(first: str, steps: list[str], at: int) -> Node:
    node: Node = Name(first, at)
    for step in steps:
        node = Path(node, step, at)
    return node
