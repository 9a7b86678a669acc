"""Small readable pages without scripts: what the front door says about itself."""

from flask import Response
from markupsafe import Markup

STYLE = """\
:root { color-scheme: light dark; --line: #8884; --soft: #8881; }
body { font: 16px/1.5 "IBM Plex Sans", system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.75rem; } h2 { margin-top: 3rem; border-bottom: 1px solid var(--line); }
h2::first-letter { text-transform: uppercase; }
code, pre { font: 14px/1.5 "IBM Plex Mono", ui-monospace, monospace; }
pre { background: var(--soft); padding: .75rem; overflow-x: auto; }
details { border: 1px solid var(--line); border-radius: 4px; margin: .5rem 0; padding: .5rem .75rem; }
summary { cursor: pointer; } .method { display: inline-block; min-width: 4rem; font-weight: 600; }
table { border-collapse: collapse; width: 100%; margin: .5rem 0; }
th, td { text-align: left; vertical-align: top; padding: .25rem .75rem .25rem 0; border-bottom: 1px solid var(--line); }
nav a { margin-right: 1rem; }
"""


def page(title: str, body: Markup) -> Response:
    """A page; `body` is markup already, `title` is text."""
    text = Markup(
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{} · Steward</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<link rel="stylesheet" href="/api/v1/page.css"></head><body><main><h1>{}</h1>{}</main></body></html>\n'
    ).format(title, title, body)
    return Response(text, mimetype="text/html")


def table(heads: tuple[str, ...], rows: list[tuple[str | Markup, ...]]) -> Markup:
    """A table, or nothing where there are no rows."""
    if not rows:
        return Markup()
    head = Markup().join(Markup("<th scope=col>{}</th>").format(one) for one in heads)
    lines = [Markup().join(Markup("<td>{}</td>").format(cell) for cell in row) for row in rows]
    body = Markup().join(Markup("<tr>{}</tr>").format(line) for line in lines)
    return Markup("<table><thead><tr>{}</tr></thead><tbody>{}</tbody></table>").format(head, body)
