"""Files that are given to be kept, never to be run, under whatever name somebody gave them."""

from urllib.parse import quote

from flask import Response


def attached(answer: Response, name: str) -> Response:
    """The answer as a file to keep (RFC 6266); letters that a header cannot hold travel beside (RFC 8187)."""
    plain = "".join(sign if sign.isascii() else "_" for sign in name)
    beside = {} if plain == name else {"filename*": f"UTF-8''{quote(name, safe='')}"}
    answer.headers.set("Content-Disposition", "attachment", filename=plain, **beside)
    return answer
