"""
Codes by which somebody nobody knows finds his case again.

A code holds 120 bits of chance and two signs by which a slip of the pen is
seen, so that a wrong code can be told from a misspelt one without looking
anything up. Only its SHA-256 is kept: whoever has the database has no code.
"""

from hashlib import sha256

from engine.errors import Invalid

SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's: no I, L, O and U."""

READ_AS = str.maketrans({"I": "1", "L": "1", "O": "0", "-": None, " ": None})
LENGTH, CHECKS = 24, 2


def code_of(chance: bytes) -> str:
    """The code for 15 bytes of chance, in groups of four and one of two."""
    number = int.from_bytes(chance[:15])
    signs = "".join(SIGNS[number >> 5 * place & 31] for place in reversed(range(LENGTH)))
    whole = signs + _checks(signs)
    return "-".join(whole[at : at + 4] for at in range(0, len(whole), 4))


def digest_of(code: str) -> str:
    """
    The digest under which a code is kept.

    Raises:
        Invalid: it is no code, whoever may have it.
    """
    signs = code.upper().translate(READ_AS)
    body, checks = signs[:LENGTH], signs[LENGTH:]
    if len(signs) != LENGTH + CHECKS or set(signs) - set(SIGNS) or checks != _checks(body):
        raise Invalid("This is no code: it is misspelt.", {"code": ["Compare it sign by sign with what you noted."]})
    return sha256(body.encode()).hexdigest()


def _checks(signs: str) -> str:
    number = int.from_bytes(sha256(b"code " + signs.encode()).digest()[:2]) & 1023
    return SIGNS[number >> 5] + SIGNS[number & 31]
