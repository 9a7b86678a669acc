"""What browsers fetch beside pages comes packed, once, and for good."""

import gzip
from pathlib import Path

import pytest

from tests.integration.pages.conftest import Reader
from web.assets import BUILT


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """No database is asked for a stylesheet."""
    return sqlite_url


def test_a_file_beside_a_page_is_sent_packed_and_kept_for_good_under_a_name_with_its_digest(stranger: Reader) -> None:
    page = stranger.open("/login")
    addresses = page.xpath("//link[@rel='stylesheet']/@href | //script/@src")
    assert len(addresses) == 2, "a page without a form or a diagram fetches neither"
    for address in addresses:
        answer = stranger.sent("GET", address, 200, headers={"Accept-Encoding": "gzip"})
        assert answer.headers["Content-Encoding"] == "gzip"
        assert answer.headers["Cache-Control"].endswith("public, immutable")
        packed = answer.data
        answer.close()
        plain = (BUILT / Path(address).name).read_bytes()
        assert gzip.decompress(packed) == plain
        assert len(packed) < len(plain) / 2
