"""What the files of a deployment hold: processes, decisions and forms, read and made executable. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from engine.core.definition import define
from engine.core.model import read_models
from engine.core.model.names import namespace, said
from engine.core.model.references import references
from engine.core.problem import Problem
from engine.core.profile.resources import DIAGRAMS, FORMS, TABLES, form_schema
from engine.core.safe_xml import parse
from engine.core.translate import translate
from engine.core.vocabulary import Model, Ref

TEMPLATES = (".typ",)
"""Files that print what a process freezes."""


@dataclass(frozen=True, kw_only=True)
class Thing:
    """Something of a file that gets versions of its own. `kind` is `process`, `decision` or `form`."""

    kind: str
    file: str
    key: str
    name: str
    version_tag: str | None = None
    model: Model | None = None
    translated: bytes = b""
    bound: frozenset[tuple[str, str]] = frozenset()
    """What it wants in the version of the same deployment: kind and key."""


@dataclass(frozen=True, kw_only=True)
class Contents:
    """What was found in all files, in their order, and what cannot be carried out after all."""

    digests: Mapping[str, bytes]
    things: tuple[Thing, ...] = ()
    problems: tuple[Problem, ...] = ()
    models: Mapping[str, Model] = field(default_factory=dict)


def together(contents: "Contents") -> Iterator[frozenset[str]]:
    """Files that only make sense in one version: a process, what it wants of its own deployment, its templates."""
    files = {(thing.kind, thing.key): thing.file for thing in contents.things}
    templates = [file for file in contents.digests if file.endswith(TEMPLATES)]
    for thing in contents.things:
        if thing.bound or (templates and thing.kind == "process"):
            beside = templates if thing.kind == "process" else ()
            yield frozenset({thing.file, *(files[one] for one in thing.bound if one in files), *beside})


def digests_of(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The SHA-256 of each file."""
    return {name: sha256(data).digest() for name, data in files.items()}


def read_contents(files: Mapping[str, bytes]) -> Contents:
    """Read files that the profile has accepted."""
    things: list[Thing] = []
    problems: list[Problem] = []
    for file, data in files.items():
        if file.lower().endswith(DIAGRAMS):
            things += _processes(file, data, problems)
        elif file.lower().endswith(TABLES):
            things += _decisions(file, data)
    models = {thing.key: thing.model for thing in things if thing.model}
    for file, data in files.items():
        if file.lower().endswith(FORMS):
            things += _forms(file, data, models)
    return Contents(digests=digests_of(files), things=tuple(things), problems=tuple(problems), models=models)


def _processes(file: str, data: bytes, problems: list[Problem]) -> Iterator[Thing]:
    translated = translate(data)
    for model in read_models(data, file):
        try:
            define(model, translated)
        except ValueError as error:
            problems.append(
                Problem(
                    code="not-executable",
                    severity="error",
                    file=file,
                    message=f"The process {model.name!r} cannot be carried out: {error}",
                    remedy="Draw this part another way; the reference lists what is carried out.",
                    line=1,
                    column=1,
                    element=model.key,
                    name=model.name,
                )
            )
        yield Thing(
            kind="process",
            file=file,
            key=model.key,
            name=model.name,
            version_tag=model.version_tag,
            model=model,
            translated=translated,
            bound=frozenset(
                (ref.kind, ref.key) for ref in references(data, file, model) if ref.binding == "deployment"
            ),
        )


def _decisions(file: str, data: bytes) -> Iterator[Thing]:
    for element in parse(data, file).iter("{*}decision"):
        key = element.get("id")
        if key and "/DMN/" in (namespace(element) or ""):
            name = (element.get("name") or "").strip() or key
            yield Thing(kind="decision", file=file, key=key, name=name, version_tag=said(element, "versionTag"))


def _forms(file: str, data: bytes, models: Mapping[str, Model]) -> Iterator[Thing]:
    """A form is known by its id; where a task names its file, by the name of the file too."""
    schema, base = form_schema(data), file.replace("\\", "/").rpartition("/")[2]
    by_file = {ref.key for model in models.values() for ref in _form_keys(model)}
    tag = schema.get("versionTag")
    key = schema.get("id")
    for one in dict.fromkeys([*([key] if isinstance(key, str) and key else []), *([base] if base in by_file else [])]):
        yield Thing(kind="form", file=file, key=one, name=one, version_tag=tag if isinstance(tag, str) else None)


def _form_keys(model: Model) -> Iterator[Ref]:
    for node in model.nodes.values():
        if node.rules.form:
            yield node.rules.form
    for start in model.starts:
        if start.form:
            yield start.form
