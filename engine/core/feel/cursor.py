"""A place among tokens, with limits on how deep and how long a parser may go."""

from typing import NoReturn

from engine.core.feel.errors import ExpressionError
from engine.core.feel.lexer import Token, hint_for
from engine.core.feel.run import Limits


class Cursor:
    """Reads tokens from left to right. Every complaint names the position of the token it is about."""

    def __init__(self, text: str, tokens: list[Token], limits: Limits) -> None:
        self.text = text
        self.tokens = tokens
        self.limits = limits
        self.index = 0
        self._depth = 0
        self._steps = 0

    @property
    def token(self) -> Token:
        """The token in front of the cursor."""
        return self.tokens[self.index]

    def deeper(self) -> None:
        """One construct inside another; `shallower` comes back. Also bounds the work of looking twice."""
        self._depth += 1
        self._steps += 1
        if self._depth > self.limits.nesting:
            self.fail(f"This is nested more than {self.limits.nesting} levels deep")
        if self._steps > self.limits.text:
            self.fail("This expression is too complex")

    def shallower(self) -> None:
        """Come back from `deeper`."""
        self._depth -= 1

    def at(self, *texts: str) -> bool:
        """Is one of these signs or keywords in front?"""
        return self.token.text in texts and self.token.kind in ("op", "name")

    def ahead(self, steps: int) -> Token:
        """A token further on, or the end."""
        return self.tokens[min(self.index + steps, len(self.tokens) - 1)]

    def take(self) -> Token:
        """Step over one token."""
        token = self.token
        if token.kind != "end":
            self.index += 1
        return token

    def eat(self, text: str) -> bool:
        """Step over this sign or keyword if it is in front."""
        if self.at(text):
            self.index += 1
            return True
        return False

    def need(self, text: str) -> Token:
        """Step over this sign or keyword, or complain."""
        if not self.at(text):
            self.fail(f"Expected '{text}' but found {self.found()}")
        return self.take()

    def found(self) -> str:
        """How to call what is in front."""
        return "the end" if self.token.kind == "end" else f"'{self.token.text[:30]}'"

    def unexpected(self) -> NoReturn:
        """Complain about what is in front."""
        if self.token.kind == "end":
            self.fail("The expression ends too early" if self.index else "The expression is empty")
        self.fail(f"Unexpected {self.found()}")

    def fail(self, message: str, position: int | None = None) -> NoReturn:
        """Complain; with a hint when the token looks like another language."""
        hint = hint_for(self.token, self.tokens[self.index - 1] if self.index else None)
        place = self.token.start if position is None else position
        raise ExpressionError(f"{message}: {hint}" if hint and position is None else message, self.text, place)

    def done(self) -> None:
        """Complain unless everything was read."""
        if self.token.kind != "end":
            self.unexpected()
