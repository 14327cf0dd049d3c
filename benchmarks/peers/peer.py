"""What is known of one program, and the work that each is given."""

import json
import math
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from timing import child_environment
from workload import SHARED_TEMPLATE, duration, variables

EDITED_EVERY = 100
FIXED: Mapping[str, object] = {"width": 1920, "height": 1080, "fps": 25, "model": "lightricks:2@0"}


@dataclass(frozen=True, slots=True)
class Site:
    """Where a program runs: its project, the folder of its environment's programs, and how many shots there are."""

    folder: Path
    programs: Path
    shots: int

    def run(self, *words: object, exit_codes: Sequence[int] = (0,)) -> str:
        """Run a program of the environment, or of the PATH, in the project, and return what it printed.

        Raises:
            RuntimeError: it ended with another exit code.
        """
        command = [self.program(str(words[0])), *map(str, words[1:])]
        done = subprocess.run(
            command,
            cwd=self.folder,
            env={**child_environment(), **QUIET},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if done.returncode not in exit_codes:
            raise RuntimeError(f"{' '.join(command)} exited {done.returncode}: {done.stdout[-2000:]}")
        return done.stdout

    def program(self, name: str) -> str:
        """The path of a program: that of the environment, where it has one."""
        own = self.programs / name
        return str(own) if own.exists() else shutil.which(name) or name

    def write(self, name: str, text: str) -> None:
        """Write a file of the project."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


@dataclass(frozen=True, slots=True)
class Peer:
    """One program that is compared.

    Attributes:
        name: as tables show it.
        prepare: lays out the project, does all of its work, then edits 1 % of the shots. Runs in its own process.
        command: what answers "what would be done", as words.
        changed: how many shots that names as changed, from what was printed.
        packages: what pip installs for it; nothing if it is on the PATH.
        on_path: its name there.
        exit_codes: those of a plan with changes.
        environment: variables that it runs with.
        before: what is done before each run.
        compares: what it looks at to find what changed.
        lacks: what ltxspec does in the same time and this does not.
        besides: what this does and ltxspec does not.
    """

    name: str
    prepare: Callable[[Site], None]
    command: Callable[[Site], list[str]]
    changed: Callable[[str], int]
    packages: tuple[str, ...] = ()
    on_path: str = ""
    exit_codes: tuple[int, ...] = (0,)
    environment: Mapping[str, str] = field(default_factory=dict)
    before: Callable[[Site], None] | None = None
    compares: str = ""
    lacks: str = ""
    besides: str = ""


# No program may speak to its maker while it is measured, nor colour what is read here, nor do as this user configured.
QUIET = {
    "CHECKPOINT_DISABLE": "1",
    "DBT_SEND_ANONYMOUS_USAGE_STATS": "False",
    "DO_NOT_TRACK": "1",
    "DVC_NO_ANALYTICS": "1",
    "NO_COLOR": "1",
    "SQLMESH__DISABLE_ANONYMIZED_ANALYTICS": "true",
    "TF_CLI_CONFIG_FILE": os.devnull,
}


@dataclass(frozen=True, slots=True)
class Shot:
    """One task, model or resource: what its prompt is made of, and its length."""

    name: str
    variables: dict[str, object]
    seconds: int


def shots(count: int, *, edited: bool) -> Iterator[Shot]:
    """The work: the same at every call, but for every hundredth prompt where it is edited."""
    for number in range(count):
        mood = "dusk" if edited and number % EDITED_EVERY == 0 else "dawn"
        yield Shot(f"shot-{number:06}", variables(number, mood), duration(number))


def edits(count: int) -> int:
    """How many of so many shots an edit changes."""
    return math.ceil(count / EDITED_EVERY)


def requests_of(count: int, *, edited: bool) -> str:
    """The work as JSON, for programs whose own files are code: reading it costs them little."""
    return json.dumps(
        {shot.name: {"vars": shot.variables, "duration": shot.seconds} for shot in shots(count, edited=edited)}
    )


def rendered(count: int, *, edited: bool) -> Iterator[tuple[Shot, str]]:
    """Each shot with its prompt, for programs that have no templates. What that costs is not counted for them."""
    from jinja2 import Environment, StrictUndefined

    template = Environment(undefined=StrictUndefined, autoescape=False).from_string(SHARED_TEMPLATE)  # no HTML
    for shot in shots(count, edited=edited):
        yield shot, template.render(shot.variables)


def write_if_changed(path: Path, text: str) -> None:
    """Write a file, and leave one that has this text already as it is, with its time."""
    if not path.exists() or path.read_text("utf-8") != text:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
