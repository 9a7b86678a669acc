"""Commands about documents that cases have frozen."""

from pathlib import Path

import click
import orjson

from steward.cli.cases import everything
from steward.cli.client import asks, one
from steward.cli.output import echo, table
from steward.cli.server import Server


@click.group()
def document() -> None:
    """See what cases have frozen, each under the digest of its content."""


@document.command("list")
@one("instance_id")
@asks
def list_documents(server: Server, instance_id: str) -> None:
    """List the documents of a case, oldest first."""
    found = everything(server, f"/instances/{instance_id}/documents")
    columns = {"ID": "id", "NAME": "name", "AT": "at", "BYTES": "bytes", "DIGEST": "digest"}
    echo(found, table(found, columns, empty="It has frozen nothing."), as_json=server.as_json)


@document.command("show")
@one("instance_id")
@one("document_id")
@asks
def show_document(server: Server, instance_id: str, document_id: str) -> None:
    """Show a document of a case with its content."""
    found = server.get(f"/instances/{instance_id}/documents/{document_id}")
    lines = [f"{found['name']}, frozen {found['at']} at {found['element']}", f"SHA-256 {found['digest']}", ""]
    content = orjson.dumps(found["content"], option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS).decode()
    echo(found, [*lines, content], as_json=server.as_json)


@document.command("pdf")
@one("document_id")
@click.option("--to", "target", type=click.Path(dir_okay=False, path_type=Path), help="The file; default: ID.pdf.")
@asks
def print_document(server: Server, document_id: str, target: Path | None) -> None:
    """Print a document as PDF/A, by the template that its process brings along."""
    data = server.raw(f"/documents/{document_id}.pdf")
    target = target or Path(f"{document_id}.pdf")
    target.write_bytes(data)
    echo({"file": str(target), "bytes": len(data)}, [f"{target}: {len(data)} bytes"], as_json=server.as_json)
