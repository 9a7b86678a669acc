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
        page: where its button leads, and what stands on it.
    """

    deed: str
    why: str
    otherwise: str
    page: str = "/account"
    button: str = "Open your account"


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
        page="/forgotten",
        button="Set a new password",
    ),
    "reset": Words(
        deed="Set a new password",
        why="Somebody asked for it on the sign-in page, with your name or your mail address. The link holds for an"
        " hour, and once. Everybody who is signed in as you is then signed out; a second factor stays on.",
        otherwise="If it was not you, nothing has to be done: your password stays as it is.",
        button="Set a new password",
    ),
    "invited": Words(
        deed="Choose your password",
        why="An administrator sends you this link, by which you choose your password. It holds for a day, and once."
        " Everybody who is signed in as you is then signed out; a second factor stays on.",
        otherwise="If you do nothing, your password stays as it is.",
        button="Choose your password",
    ),
    "new_password": Words(
        deed="You have a new password",
        why="It was set by a link that came to this mail address. Everybody who was signed in as you is signed out.",
        otherwise="If it was not you, tell your administrator at once: somebody else reads your mail.",
    ),
    "password_changed": Words(
        deed="Your password was changed",
        why="It was changed by whoever knew the one before. Everybody else who was signed in as you is signed out.",
        otherwise="If it was not you, set a new one by mail now, and tell your administrator.",
        page="/forgotten",
        button="Set a new password",
    ),
    "password_set": Words(
        deed="An administrator has set your password",
        why="Whoever was signed in as you is signed out. He knows the new one until you change it.",
        otherwise="If you did not ask for that, ask him, and set a new one by mail.",
        page="/account#password",
        button="Change it",
    ),
    "recovery_code_used": Words(
        deed="A recovery code of yours was used",
        why="It stood in for a code of your second factor, after your password, and counts no more.",
        otherwise="If it was not you, set a new password now, and make other recovery codes.",
        page="/account/second-factor",
        button="See how many are left",
    ),
    "recovery_codes_made": Words(
        deed="You have other recovery codes",
        why="They were made on the page of your account. Those before are void.",
        otherwise="If it was not you, tell your administrator at once: somebody else knows your password and a code.",
        page="/account/second-factor",
    ),
    "token_made": Words(
        deed="A token was made in your name",
        why="A program that has it does what you may, within its scopes, until it ends. It was made with your"
        " password, or on the page of your account.",
        otherwise="If it was not you, revoke it there now, and change your password.",
    ),
}
