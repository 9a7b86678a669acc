"""Every sentence of a page comes from a catalogue; English is built in, and further ones lie in `web/translations`."""

import flask_babel
from flask import Flask, request

LANGUAGES = ("en",)


def register(app: Flask) -> None:
    """Choose the language that the reader's browser likes best of those there are."""
    flask_babel.Babel(app, locale_selector=lambda: request.accept_languages.best_match(LANGUAGES) or LANGUAGES[0])
    app.jinja_env.globals["language"] = lambda: str(flask_babel.get_locale())


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
