"""
A catalogue of what the pages say, for whoever puts it into another language.

    python -m tools.catalogue LANGUAGE [FOLDER]

Writes `LANGUAGE/LC_MESSAGES/messages.po` in FOLDER (web/translations), to be
filled in with any editor of such catalogues, and `messages.mo` beside it, which
the pages read. Done again, it keeps what is translated and adds what is new.
"""

import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from web.language import CATALOGUES

WEB = Path(__file__).parents[1] / "web"
SOURCES = [("**.py", "python"), ("templates/**.html", "jinja2")]
KEYWORDS = DEFAULT_KEYWORDS | {"later": None}


def main(language: str, folder: Path) -> None:
    """Bring the catalogue of a language up to date."""
    lies = folder / language / "LC_MESSAGES"
    lies.mkdir(parents=True, exist_ok=True)
    text = lies / "messages.po"
    known = Catalog(locale=language, project="Steward", fuzzy=False)
    if text.exists():
        with text.open("rb") as file:
            known = read_po(file, locale=language)
    known.update(sentences(), no_fuzzy_matching=True)
    write(known, lies)
    missing = sum(1 for one in known if one.id and not any(_texts(one.string)))
    print(f"{text}: {len(known)} sentences, {missing} of them not translated yet.")


def sentences() -> Catalog:
    """All that the pages say, with where they say it."""
    found = Catalog(project="Steward")
    for file, _line, said, _comments, _context in extract_from_dir(WEB, SOURCES, keywords=KEYWORDS):
        found.add(said, locations=[(f"web/{Path(file).as_posix()}", 0)])
    return found


def write(catalogue: Catalog, lies: Path) -> None:
    """The catalogue as people edit it and as pages read it."""
    with (lies / "messages.po").open("wb") as file:
        write_po(file, catalogue, width=120, sort_by_file=True, include_lineno=False, ignore_obsolete=True)
    with (lies / "messages.mo").open("wb") as file:
        write_mo(file, catalogue)


def _texts(said: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return (said,) if isinstance(said, str) else tuple(said)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(str(__doc__).strip())
    main(sys.argv[1], Path(sys.argv[2]) if len(sys.argv) > 2 else CATALOGUES)
