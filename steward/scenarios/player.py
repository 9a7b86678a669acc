"""Stories played, replayed, verified, and counted."""

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select

from engine import replay, verify
from engine.core.model import read_models
from engine.core.vocabulary import Model
from engine.errors import Invalid, StewardError
from engine.identity.passwords import Hashing
from engine.store.definitions import DefinitionRow
from engine.store.running import Instance, Passage
from steward.keys import public_key
from steward.scenarios.acts import Cast, act
from steward.scenarios.expectations import differences, mark
from steward.scenarios.story import Step, Story, read_organisation, read_story
from steward.scenarios.world import Template, World, newest_case


@dataclass(frozen=True)
class Played:
    """One story, and what was not as it says; nothing when all was."""

    story: str
    title: str
    faults: tuple[str, ...]
    left: frozenset[tuple[str, str]]


@dataclass
class Tested:
    """The stories of one process, and which parts of its diagram they have passed."""

    process: str
    model: Model
    stories: list[Played] = field(default_factory=list)

    @property
    def failed(self) -> int:
        """How many stories failed."""
        return sum(bool(one.faults) for one in self.stories)

    def missed(self) -> dict[str, list[str]]:
        """The `nodes` and `flows` of the diagram that no story has passed."""
        left = {element for one in self.stories for key, element in one.left if key == self.process}
        nodes = [id_ for id_ in self.model.nodes if id_ not in left]
        return {"nodes": sorted(nodes), "flows": sorted(id_ for id_ in self.model.flows if id_ not in left)}

    def as_json(self) -> dict[str, Any]:
        """Counts, as the reference describes them."""
        missed = self.missed()
        nodes, flows = len(self.model.nodes), len(self.model.flows)
        return {
            "scenarios": len(self.stories),
            "failed": self.failed,
            "nodes": [nodes - len(missed["nodes"]), nodes],
            "flows": [flows - len(missed["flows"]), flows],
        }


def folders(root: Path) -> list[Path]:
    """The process folders under `root`, or `root` itself, that have scenarios."""
    found = [root, *sorted(path for path in root.iterdir() if path.is_dir())]
    return [path for path in found if (path / "scenarios").is_dir()]


def stories_of(folder: Path) -> list[Story]:
    """
    The stories of a process's folder, in the order of their files' names.

    Raises:
        Invalid: there is none, or a file cannot be read as one.
    """
    places = sorted((folder / "scenarios").glob("[!_]*.toml"))
    found = [read_story(path) for path in places if path.name != "organisation.toml"]
    if not found:
        raise Invalid(f"There is no story in {folder / 'scenarios'}. docs/reference/scenarios.md says how one reads.")
    return found


def play_folder(folder: Path) -> Iterator[Tested | Played]:
    """
    Play every story of a process's folder; yields each as it ends, and the whole at last.

    Raises:
        Invalid: a file of the folder cannot be read as a story.
        Refused: the process itself may not be deployed.
    """
    stories = stories_of(folder)
    with staged(folder, stories) as stage:
        tested = Tested(stage.process, _model(folder, stage.process))
        for story in stories:
            played = stage.play(story)
            tested.stories.append(played)
            yield played
    yield tested


@contextmanager
def staged(folder: Path, stories: Iterable[Story]) -> Iterator["Stage"]:
    """
    A stage with the folder's organisation and processes, set up before the earliest of the stories.

    Raises:
        Invalid: the organisation cannot be read.
        Refused: the process itself may not be deployed.
    """
    organisation = read_organisation(folder / "scenarios")
    hasher = Hashing.hasher
    try:
        with tempfile.TemporaryDirectory() as scratch:
            first = min(story.at.replace(tzinfo=None) for story in stories)
            yield Stage(Template(folder, organisation, Path(scratch), first))
    finally:
        Hashing.hasher = hasher


@dataclass(frozen=True)
class Scene:
    """How far a story has come: its world, which is closed, its cases, and what was not as it says."""

    world: World
    cast: Cast
    faults: tuple[str, ...]


class Stage:
    """Plays stories; a beginning that several share is played once, and each goes on from a copy of it."""

    def __init__(self, template: Template) -> None:
        self._template = template
        self._scenes: dict[Path, Scene] = {}

    @property
    def process(self) -> str:
        """The key of the process that the stories are about."""
        return self._template.process

    def world(self, at: datetime) -> World:
        """A fresh world of this organisation, whose clock stands at `at`; for what a story has no words for."""
        return self._template.world(at)

    def play(self, story: Story) -> Played:
        """Play one story to its end, or to the first step that is not as it says; then hold its record to the light."""
        scene = self._played(story)
        world = self._template.like(scene.world)
        faults = scene.faults or tuple(_faults_of_record(world))
        left = _left(world)
        world.program.database.close()
        return Played(story.path.name, story.title, faults, left)

    def _beginning(self, story: Story) -> Scene:
        if story.path not in self._scenes:
            self._scenes[story.path] = self._played(story)
        return self._scenes[story.path]

    def _played(self, story: Story) -> Scene:
        before = self._beginning(story.begins) if story.begins else None
        if before and before.faults:
            return before
        world = self._template.like(before.world) if before else self._template.world(story.at)
        cast = replace(before.cast) if before else Cast()
        faults: tuple[str, ...] = ()
        for step in story.steps:
            faults = tuple(f"{step}: {fault}" for fault in _faults_of(world, cast, step))
            if faults:
                break
        world.program.database.close()
        return Scene(world, cast, faults)


def _faults_of(world: World, cast: Cast, step: Step) -> list[str]:
    with world.program.database.reading() as session:
        before = mark(session)
    try:
        act(world, cast, step)
    except StewardError as error:
        if step.refused is None:
            return [f"refused ({error.code}): {error}{_details(error)}"]
        if step.refused != error.code and step.refused not in str(error):
            return [f"refused with {error.code}: {error}; the story says {step.refused}"]
    else:
        if step.refused is not None:
            return [f"was not refused; the story says {step.refused}"]
    with world.program.database.reading() as session:
        case = cast.case if step.case is None else newest_case(session, step.case) or cast.case
        return differences(world, session, case, step, before)


def _details(error: StewardError) -> str:
    problems = getattr(error, "problems", None)
    return f" {problems}" if problems else ""


def _faults_of_record(world: World) -> list[str]:
    """What a replay or a verification finds; a story that plays well and leaves a bad record has failed."""
    world.program.seal()
    folder = world.program.settings.folder
    with world.program.database.still() as session:
        ids = list(session.scalars(select(Instance.id).order_by(Instance.id)))
        unequal = [f"the replay of case {id_} differs" for id_ in ids if not replay.replay(session, id_).equal]
        report = verify.verify(session, public_key(folder / "seal.pub"), evidence=folder / "evidence")
    return unequal + ([] if report.holds else list(report.lines()))


def _left(world: World) -> frozenset[tuple[str, str]]:
    query = select(DefinitionRow.key, Passage.element).join(Instance, Instance.id == Passage.instance_id)
    query = query.join(DefinitionRow, DefinitionRow.id == Instance.definition_id)
    query = query.where(Passage.withdrawn.is_(False)).distinct()
    with world.program.database.reading() as session:
        return frozenset((key, element) for key, element in session.execute(query))


def _model(folder: Path, key: str) -> Model:
    files = sorted(folder.glob("*.bpmn"))
    found = [model for path in files for model in read_models(path.read_bytes(), path.name) if model.key == key]
    return found[0]
