"""Files that hold secrets are their owner's alone."""

import json
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from engine.errors import Broken
from steward.cli.server import Credentials, Unreadable
from steward.demo import _keep
from steward.keys import public_key, seal_key, secrets_key

RAW = (Encoding.Raw, PublicFormat.Raw)


def test_the_key_that_seals_is_made_once(tmp_path):
    first = seal_key(tmp_path).public_key().public_bytes(*RAW)
    assert seal_key(tmp_path).public_key().public_bytes(*RAW) == first
    assert public_key(tmp_path / "seal.pub").public_bytes(*RAW) == first
    assert (tmp_path / "seal.key").stat().st_mode & 0o777 == 0o600


def test_many_that_begin_at_once_share_one_key(tmp_path):
    begin = Barrier(8)

    def key(_number: int) -> tuple[bytes, bytes]:
        begin.wait()
        return seal_key(tmp_path).public_key().public_bytes(*RAW), secrets_key(tmp_path)

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(key, range(8)))) == 1
    assert public_key(tmp_path / "seal.pub").public_bytes(*RAW) == seal_key(tmp_path).public_key().public_bytes(*RAW)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["seal.key", "seal.pub", "secrets.key"]


def test_a_key_that_others_can_read_is_not_used(tmp_path):
    seal_key(tmp_path)
    (tmp_path / "seal.key").chmod(0o644)
    with pytest.raises(Broken, match="chmod 600"):
        seal_key(tmp_path)


def test_what_is_no_key_is_said_to_be_none(tmp_path):
    (tmp_path / "seal.key").write_text("nothing")
    (tmp_path / "seal.key").chmod(0o600)
    with pytest.raises(Broken, match="is not a key"):
        seal_key(tmp_path)
    with pytest.raises(Broken, match="is not a public key"):
        public_key(tmp_path / "seal.pub")


@pytest.fixture
def credentials(tmp_path):
    return Credentials({"STEWARD_CREDENTIALS": str(tmp_path / "deep" / "credentials.json")})


def test_tokens_are_kept_by_server_and_person_and_the_last_speaks(credentials):
    credentials.keep("http://a", "ann", "token-1")
    credentials.keep("http://a", "bob", "token-2")
    credentials.keep("http://b", "ann", "token-3")
    assert credentials.token("http://a", None) == "token-2"
    assert credentials.token("http://a", "ann") == "token-1"
    assert credentials.token("http://b", None) == "token-3"
    assert credentials.token("http://c", None) is None
    assert credentials.path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("text", ["{", "[1]", '"text"'])
def test_a_broken_file_of_tokens_is_named(credentials, text):
    credentials.path.parent.mkdir()
    credentials.path.write_text(text)
    with pytest.raises(Unreadable, match="Delete it and log in again"):
        credentials.token("http://a", None)


def test_the_demos_passwords_are_its_owners_alone_and_stay(tmp_path):
    path = tmp_path / "demo-people.json"
    _keep(path, [{"id": "ann", "password": "one"}])
    _keep(path, [{"id": "ann", "password": "two"}])
    assert json.loads(path.read_text()) == [{"id": "ann", "password": "one"}]
    assert path.stat().st_mode & 0o777 == 0o600
