"""Whose certificates are trusted on the way out."""

import ssl
from functools import cache


@cache
def trusting(ca_file: str) -> ssl.SSLContext:
    """
    What TLS to the outside is held against: the certificates of a file, or those of the machine where none is named.

    Read once in the life of a process: reading those of the machine takes longer than sending a letter.
    """
    return ssl.create_default_context(cafile=ca_file or None)
