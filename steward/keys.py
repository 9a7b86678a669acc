"""
The key that seals the audit trail, and what it sealed last, in the working folder.

The key is a file that only its owner can read (Ed25519, RFC 8032). The number
of the newest seal beside it tells when the newest seals are missing from the
database, which nothing in there could tell.
"""

import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from engine.errors import Broken
from engine.ids import new_secret

NOT_LOCKED = serialization.NoEncryption()


def seal_key(folder: Path) -> Ed25519PrivateKey:
    """
    The private key of this working folder, made at the first call.

    Its public half is written beside it as `seal.pub`; keep a copy of that elsewhere.

    Raises:
        Broken: the file is not such a key, or others can read it.
    """
    path = folder / "seal.key"
    if not path.exists():
        _make(path)
    if os.name == "posix" and path.stat().st_mode & 0o077:
        raise Broken(f"{path} can be read by others. Make it yours alone: chmod 600 {path}")
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except ValueError as error:
        raise Broken(f"{path} is not a key: {error}") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise Broken(f"{path} is not an Ed25519 key.")
    return key


def public_key(path: Path) -> Ed25519PublicKey:
    """
    The public key in `path` (PEM).

    Raises:
        Broken: the file is not such a key.
    """
    try:
        key = serialization.load_pem_public_key(path.read_bytes())
    except (OSError, ValueError) as error:
        raise Broken(f"{path} is not a public key: {error}") from error
    if not isinstance(key, Ed25519PublicKey):
        raise Broken(f"{path} is not an Ed25519 key.")
    return key


def secrets_key(folder: Path) -> bytes:
    """
    The key that locks secrets in the database (Fernet), made at the first call.

    Raises:
        Broken: others can read the file.
    """
    path = folder / "secrets.key"
    if not path.exists():
        _put(path, Fernet.generate_key(), 0o600)
    if os.name == "posix" and path.stat().st_mode & 0o077:
        raise Broken(f"{path} can be read by others. Make it yours alone: chmod 600 {path}")
    return path.read_bytes()


def links_key(folder: Path) -> bytes:
    """
    The key that signs links in messages: drawn from the one that locks secrets, and of no use for anything else.

    Raises:
        Broken: others can read the file.
    """
    return HKDF(hashes.SHA256(), 32, salt=None, info=b"steward links").derive(secrets_key(folder))


def visits_key(folder: Path) -> bytes:
    """
    The key that signs what browsers keep while people are signed in: drawn as `links_key` is.

    Raises:
        Broken: others can read the file.
    """
    return HKDF(hashes.SHA256(), 32, salt=None, info=b"steward visits").derive(secrets_key(folder))


def remember(folder: Path, number: int, digest: bytes) -> None:
    """Keep beside the key which seal is the newest; an older one than is kept already changes nothing."""
    held = newest(folder)
    if held is not None and held[0] >= number:
        return
    part = folder / f"seal.last.{os.getpid()}"
    part.write_text(f"{number} {digest.hex()}\n", encoding="ascii")
    part.replace(folder / "seal.last")


def newest(folder: Path) -> tuple[int, bytes] | None:
    """
    Number and digest of the newest seal that was made from this folder; None before the first.

    Raises:
        Broken: the file was written by somebody else.
    """
    path = folder / "seal.last"
    try:
        number, digest = path.read_text(encoding="ascii").split()
        return int(number), bytes.fromhex(digest)
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise Broken(f"{path} does not name a seal. Somebody wrote into it.") from error


def _make(path: Path) -> None:
    key = Ed25519PrivateKey.generate()
    _put(path, key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, NOT_LOCKED), 0o600)
    kept: Any = serialization.load_pem_private_key(path.read_bytes(), password=None)  # Perhaps another process's.
    public = kept.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    _put(path.with_suffix(".pub"), public, 0o644)


def _put(path: Path, content: bytes, mode: int) -> None:
    """Written aside and put in its place whole, unless one is there: two processes may begin at once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{new_secret(8)}")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(content)
    with suppress(FileExistsError):
        os.link(part, path)
    part.unlink()
