"""
A backup: every row of every table, all evidence and the keys, in one compressed file.

Rows are written as JSON lines in the order of the tables, so a backup taken
on SQLite can be restored on PostgreSQL and the other way round. The rows come
from one transaction and are copied before the evidence: files are only ever
added, so every row finds its file.
"""

import base64
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from engine import migrations
from engine.errors import Conflict, Invalid
from engine.store import Table
from engine.transactions import Database
from steward.opened import opened
from steward.settings import Settings

TABLES = tuple(Table.metadata.sorted_tables)
KEYS = ("seal.key", "seal.pub", "secrets.key")
BATCH = 500


def write(settings: Settings, target: Path) -> dict[str, int]:
    """
    Write a backup to the new file `target`.

    Returns:
        How many `rows` and `files` it holds.

    Raises:
        Conflict: the file is there already.
    """
    if target.exists():
        raise Conflict(f"{target} is there already. Choose another name.")
    with (
        opened(settings) as database,
        tempfile.TemporaryDirectory() as scratch,
        tarfile.open(target, "x:gz") as tar,
    ):
        rows = _pack_rows(database, tar, Path(scratch))
        files = _pack(settings.folder, tar)
    target.chmod(0o600)
    return {"rows": rows, "files": files}


def read(settings: Settings, source: Path) -> dict[str, int]:
    """
    Bring a backup back, into an empty database and a folder without evidence.

    Raises:
        Conflict: there is something already.
        Invalid: the file is no backup, or of a version this program does not know.
    """
    with tempfile.TemporaryDirectory() as scratch:
        _extract(source, Path(scratch))
        settings.folder.mkdir(parents=True, exist_ok=True)
        with closing(Database(settings.url)) as database:
            migrations.upgrade(database.engine)
            with database.writing() as session:
                rows = _fill(session, Path(scratch) / "tables")
                files = _unpack(Path(scratch) / "files", settings.folder)
    return {"rows": rows, "files": files}


def look(source: Path) -> dict[str, int]:
    """
    How many `rows` and `files` a backup holds.

    Raises:
        Invalid: the file is no backup, or of a version this program does not know.
    """
    with tempfile.TemporaryDirectory() as scratch:
        _extract(source, Path(scratch))
        tables = sorted((Path(scratch) / "tables").iterdir())
        rows = sum(len(batch) for path in tables for batch in _batches(path))
        files = sum(path.is_file() for path in (Path(scratch) / "files").rglob("*"))
    return {"rows": rows, "files": files}


def _extract(source: Path, scratch: Path) -> None:
    try:
        with tarfile.open(source) as tar:
            tar.extractall(scratch, filter="data")
        head = orjson.loads((scratch / "head.json").read_bytes())
    except (tarfile.TarError, OSError, ValueError) as error:
        raise Invalid(f"{source} is no backup of Steward: {error}") from error
    if head["revision"] != migrations.head():
        raise Invalid(f"{source} has tables of revision {head['revision']}; this program has {migrations.head()}.")


def _pack_rows(database: Database, tar: tarfile.TarFile, scratch: Path) -> int:
    rows = 0
    (scratch / "head").write_bytes(orjson.dumps({"revision": migrations.current(database.engine)}))
    tar.add(scratch / "head", "head.json")
    with database.still() as session:
        for number, table in enumerate(TABLES):
            path = scratch / table.name
            rows += _dump(session, table, path)
            tar.add(path, f"tables/{number:02}-{table.name}.jsonl")
    return rows


def _dump(session: Session, table: Any, path: Path) -> int:
    count = 0
    with path.open("wb") as file:
        for row in session.execute(select(table).order_by(*table.primary_key.columns)).yield_per(BATCH).mappings():
            file.write(orjson.dumps({name: _plain(value) for name, value in row.items()}) + b"\n")
            count += 1
    return count


def _fill(session: Session, folder: Path) -> int:
    rows = 0
    for path in sorted(folder.iterdir()):
        table = Table.metadata.tables[path.stem.partition("-")[2]]
        if session.scalar(select(func.count()).select_from(table)):
            raise Conflict(f"The database is not empty: {table.name} has rows. Restore into an empty one.")
        for batch in _batches(path):
            session.execute(insert(table), [{name: _typed(value) for name, value in row.items()} for row in batch])
            rows += len(batch)
    return rows


def _batches(path: Path) -> Iterator[list[dict[str, Any]]]:
    batch: list[dict[str, Any]] = []
    with path.open("rb") as file:
        for line in file:
            batch.append(orjson.loads(line))
            if len(batch) == BATCH:
                yield batch
                batch = []
    if batch:
        yield batch


def _plain(value: Any) -> Any:
    """A value as JSON; what JSON has no word for is named by its kind."""
    if isinstance(value, bytes):
        return {"#bytes": base64.b64encode(value).decode()}
    if isinstance(value, datetime):
        return {"#moment": value.isoformat()}
    if isinstance(value, date):
        return {"#day": value.isoformat()}
    if isinstance(value, UUID):
        return {"#id": str(value)}
    return {"#json": value} if isinstance(value, dict) and len(value) == 1 else value


def _typed(value: Any) -> Any:
    if not isinstance(value, dict) or len(value) != 1:
        return value
    [(kind, text_)] = value.items()
    if kind == "#json":
        return text_
    if kind == "#bytes":
        return base64.b64decode(text_)
    if kind == "#moment":
        return datetime.fromisoformat(text_)
    if kind == "#day":
        return date.fromisoformat(text_)
    return UUID(text_) if kind == "#id" else value


def _pack(folder: Path, tar: tarfile.TarFile) -> int:
    found = [folder / name for name in KEYS] + sorted((folder / "evidence").rglob("*"))
    files = [path for path in found if path.is_file() and not path.name.endswith(".part")]
    for path in files:
        tar.add(path, f"files/{path.relative_to(folder)}")
    return len(files)


def _unpack(source: Path, folder: Path) -> int:
    files = [path for path in sorted(source.rglob("*")) if path.is_file()] if source.is_dir() else []
    for path in files:
        target = folder / path.relative_to(source)
        if target.exists() and target.read_bytes() != path.read_bytes():
            raise Conflict(f"{target} is there already and differs. Restore into an empty working folder.")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
        target.chmod(path.stat().st_mode & 0o777)
    return len(files)
