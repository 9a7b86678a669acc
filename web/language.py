"""
Every sentence of a page comes from a catalogue; English is built in.

Further languages lie in a folder of catalogues as
`LANGUAGE/LC_MESSAGES/messages.mo`, such as `python -m tools.catalogue` makes
them. What a catalogue leaves out is said in English.
"""

from pathlib import Path

import flask_babel
from flask import Flask, request

CATALOGUES = Path(__file__).parent / "translations"
BUILT_IN = "en"


def register(app: Flask, catalogues: Path = CATALOGUES) -> None:
    """Choose the language that the reader's browser likes best of those there are."""
    there = {path.parts[-3].replace("_", "-") for path in catalogues.glob("*/LC_MESSAGES/messages.mo")}
    spoken = [BUILT_IN, *sorted(there - {BUILT_IN})]
    flask_babel.Babel(
        app,
        default_locale=BUILT_IN,
        default_translation_directories=str(catalogues),
        locale_selector=lambda: request.accept_languages.best_match(spoken, BUILT_IN).replace("-", "_"),
    )
    app.jinja_env.globals["language"] = lambda: str(flask_babel.get_locale()).replace("_", "-")


def _(sentence: str, **values: object) -> str:
    """A whole sentence in the reader's language, with its `%(name)s` filled in."""
    said: str = flask_babel.gettext(sentence, **values)
    return said


def ngettext(one: str, many: str, num: int, **values: object) -> str:
    """A whole sentence about `%(num)d` things in the reader's language."""
    said: str = flask_babel.ngettext(one, many, num, **values)
    return said


def later(word: str) -> str:
    """A word of the catalogue that is put into the reader's language when it is said: `_(word)`."""
    return word
