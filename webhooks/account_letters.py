"""What letters about somebody's own account say."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Words:
    """
    One letter.

    Args:
        deed: its subject and heading.
        why: why he gets it.
        otherwise: what he does if it was not he.
        page: where its button leads.
    """

    deed: str
    why: str
    otherwise: str
    page: str = "/account"


HOW = "You get this because it is about your account. Steward never asks for a password or a code by mail."
WORDS = {
    "factor_on": Words(
        deed="A second factor is on for your account",
        why="It was turned on with your password. You sign in and sign with a code beside it from now on.",
        otherwise="If it was not you, tell your administrator at once: somebody else knows your password.",
    ),
    "factor_off": Words(
        deed="The second factor of your account is off",
        why="It was turned off on the page of your account, or an administrator removed it. Your password alone opens"
        " your account now.",
        otherwise="If you did not ask for that, tell your administrator at once.",
        page="/account/second-factor",
    ),
    "locked_password": Words(
        deed="Somebody guesses at your password",
        why="There were ten wrong passwords within a quarter of an hour, so your account is closed for a quarter of an"
        " hour. At browsers where you have signed in before, you need not wait.",
        otherwise="If it was not you, nothing is lost. Of further guesses you are told once a day.",
    ),
    "locked_code": Words(
        deed="Somebody seems to know your password",
        why="After the right password there were several wrong codes of your second factor, so your account is closed"
        " for a while.",
        otherwise="If it was not you, set a new password now: the second factor has kept whoever it was out.",
    ),
}
