"""What is accepted as evidence: names, media types and addresses, judged without opening anything. Pure."""

import re
from urllib.parse import urlsplit

LONGEST_NAME, LONGEST_URL = 255, 2_000

_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]*/[a-z0-9][a-z0-9!#$&^_.+-]*\Z")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_PROGRAMS = frozenset(
    """
    exe dll com bat cmd ps1 psm1 vbs vbe js jse wsf wsh hta scr msi msix cpl lnk reg jar class app dmg pkg deb rpm
    apk sh bash zsh csh run elf so dylib bin iso img docm xlsm pptm
    """.split()  # noqa: SIM905 - a list of words reads better than a column of quotes.
)
_PROGRAM_TYPES = frozenset(
    """
    application/x-msdownload application/x-msdos-program application/x-executable application/x-elf
    application/x-mach-binary application/x-sh application/x-shellscript application/java-archive
    application/javascript text/javascript application/vnd.microsoft.portable-executable application/x-msi
    application/x-bat application/hta
    """.split()  # noqa: SIM905
)
_PROGRAM_HEADS = (
    b"MZ",
    b"\x7fELF",
    b"#!",
    b"\xfe\xed\xfa\xce",
    b"\xfe\xed\xfa\xcf",
    b"\xce\xfa\xed\xfe",
    b"\xcf\xfa\xed\xfe",
    b"\xca\xfe\xba\xbe",
)


def file_name(name: str) -> str:
    """The name of a file without the folders that some browsers send along."""
    return name.replace("\\", "/").rpartition("/")[2].strip()


def problem_of_file(name: str, media_type: str) -> str | None:
    """Why a file with this name and type is not taken; None when it is."""
    if not name or len(name) > LONGEST_NAME or _CONTROL.search(name):
        return f"A file needs a name of at most {LONGEST_NAME} signs."
    if not _TYPE.match(media_type):
        return f"{media_type[:50]!r} is no media type, such as application/pdf."
    suffixes = name.lower().split(".")[1:]
    if (suffixes and suffixes[-1] in _PROGRAMS) or media_type in _PROGRAM_TYPES:
        return "Programs, and documents with programs inside, are not taken as evidence. Hand in a PDF, or a link."
    return None


def problem_of_content(head: bytes) -> str | None:
    """Why a file that begins like this is not taken; None when it is."""
    if head.startswith(_PROGRAM_HEADS):
        return "This file is a program, whatever its name says. Programs are not taken as evidence."
    return None


def problem_of_url(url: str) -> str | None:
    """Why an address is not taken; None when it is."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return "This is no address. Write it like https://example.org/report."
    if parts.scheme not in ("http", "https") or not host or _CONTROL.search(url) or " " in url:
        return "A link begins with https:// or http:// and a host, such as https://example.org/report."
    if parts.username or parts.password:
        return "A link must not hold a name and password."
    if len(url) > LONGEST_URL:
        return f"A link has at most {LONGEST_URL:,} signs."
    return None
