"""What `ltxspec init` sets up: short, commented files that belong to the user from then on, and git's drivers."""

import os
import re
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ltxspec.errors import Problems
from ltxspec.project.packaged_models import packaged_catalog
from ltxspec.project.scaffold.ci import CiPlace, ci_place
from ltxspec.project.schemas import schema_text
from ltxspec.storage.config import parse_config
from ltxspec.storage.durable import REAL, make_folder, read_if_exists, replace_file, translated
from ltxspec.storage.finding import CONFIG_NAME
from ltxspec.storage.git import repository_of, run_git
from ltxspec.storage.inside import refuse_outside

_CONFIG = """\
# https://toml.io; every key has a default: docs/configuration.md of ltxspec lists them
# `ltxspec doctor` shows limits, service, archive and delivery that are in force
[project]
id = "{id}"  # salts task ids: two projects never share a task

[budget]
per_apply = "20.00"  # USD; apply refuses a plan that costs more
per_shot = "3.00"
"""

EXAMPLE_MODEL = "lightricks:2@0"

_SPEC = """\
# yaml-language-server: $schema=../schemas/spec/v1.json
apiVersion: ltxspec/v1
kind: RenderSpec
metadata:
  name: {name}
  title: {title}
model: {model}
vars:
  city: Lisbon
defaults:
  width: 1920
  height: 1080
  duration: 6

shots:
  opening:
    prompt: |
      Morning light over the roofs of {{{{ city }}}}, swifts crossing the frame, slow aerial drift.
"""

# From a subfolder, the configuration is trusted only if no group can write it (`storage/finding.py`).
_OWN_FILE, _OWN_FOLDER, _FILE = 0o644, 0o755, 0o664

# Lines for `.gitignore` (including what a crash may leave next to lockfiles) and for `.gitattributes`.
_IGNORED = (".ltxspec/", "renders/", "{lockfiles}/.*.tmp")
_ATTRIBUTES = (
    "{lockfiles}/*.lock.json text eol=lf merge=ltxspec diff=ltxspec",
    "{lockfiles}/*.review.json text eol=lf merge=ltxspec",
)


@dataclass(slots=True)
class Scaffolded:
    """The paths of a new project, each in one of these lists."""

    written: list[str] = field(default_factory=list)  # new files
    added: list[str] = field(default_factory=list)  # existing files that got more lines
    kept: list[str] = field(default_factory=list)  # files left as they were
    notes: list[str] = field(default_factory=list)  # what was not done, and is left to the user


def scaffold(folder: Path, name: str | None, service: str | None = None, *, example: bool = True) -> Scaffolded:
    """Write the files that are missing.

    Args:
        folder: the project's folder; created if it does not exist.
        name: the example spec's name; None: the folder's name.
        service: one of `ci.SERVICES`; None: the most likely one.
        example: whether to write an example spec, if the project has no spec.

    Raises:
        StorageError: a file cannot be written.
    """
    with translated("create", folder):
        make_folder(folder, mode=_OWN_FOLDER)
    spec = spec_name(name or folder.resolve().name)
    files = {
        "ltxspec.toml": _CONFIG.format(id=secrets.token_hex(16)),
        f"specs/{spec}.yaml": _SPEC.format(name=spec, title=spec.replace("-", " ").capitalize(), model=EXAMPLE_MODEL),
        "schemas/spec/v1.json": schema_text("spec", packaged_catalog()),
    }
    place = ci_place(folder, service)
    lockfiles = _lockfile_folder(folder)
    lists = {
        name: tuple(line.format(lockfiles=lockfiles) for line in lines)
        for name, lines in ((".gitignore", _IGNORED), (".gitattributes", _ATTRIBUTES))
    }
    refuse_outside(folder, *(folder / path for path in (*files, *lists)))
    refuse_outside(place.root, *(place.root / path for path in place.files()))
    if not example or any((folder / "specs").glob("*.y*ml")):  # an existing project has its own specs
        del files[f"specs/{spec}.yaml"]
    done = _write_new(folder, files)
    for path, lines in lists.items():
        was_there = os.path.lexists(folder / path)
        is_changed = _add_lines(folder, path, lines)
        (done.kept if not is_changed else done.added if was_there else done.written).append(path)
    _write_ci(folder, place, done)
    return done


def _write_ci(folder: Path, place: CiPlace, done: Scaffolded) -> None:
    """Write the CI files at the root of the repository, which may be above the project."""
    with_ci = _write_new(place.root, place.files())
    way = os.path.relpath(place.root, folder.resolve()) if place.folder else ""
    for names, paths in ((done.written, with_ci.written), (done.kept, with_ci.kept)):
        names += [Path(way, path).as_posix() for path in paths]
    done.notes += place.left(with_ci.kept)


def _lockfile_folder(folder: Path) -> str:
    """The lockfile folder of the project in a folder; problems of its configuration are reported elsewhere."""
    file = folder / CONFIG_NAME
    data = read_if_exists(file, folder) or b""
    return parse_config(data, file, CONFIG_NAME, Problems()).project.lockfiles.rstrip("/")


def _write_new(folder: Path, files: Mapping[str, str]) -> Scaffolded:
    done = Scaffolded()
    for name, text in files.items():
        path = folder / name
        if os.path.lexists(path):
            done.kept.append(name)
            continue
        mode = _OWN_FILE if name == CONFIG_NAME else _FILE
        replace_file(path, text.encode(), REAL.inside(folder), mode)
        done.written.append(name)
    return done


def _add_lines(folder: Path, name: str, lines: tuple[str, ...]) -> bool:
    """Add the lines that are missing. Returns whether anything was written."""
    path = folder / name
    text = (read_if_exists(path, folder) or b"").decode("utf-8", "surrogateescape")
    missing = [line for line in lines if line not in text.splitlines()]
    if missing:
        start = text if not text or text.endswith("\n") else text + "\n"
        data = (start + "".join(f"{line}\n" for line in missing)).encode("utf-8", "surrogateescape")
        replace_file(path, data, REAL.inside(folder))
    return bool(missing)


def spec_name(text: str) -> str:
    """A spec's name from any text: lower-case letters, digits and hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:63].strip("-") or "shots"


# Git runs these in a shell. If ltxspec is not on its PATH (a graphical client), lockfiles are merged and shown as plain
# text, as git does without a driver; conflict markers are then left for `ltxspec lock merge`.
_MERGE = (
    "if command -v ltxspec >/dev/null 2>&1; "
    "then ltxspec lock merge --driver %O %A %B %P; "
    "else git merge-file %A %O %B; fi"
)
_SHOW = 'f() { command -v ltxspec >/dev/null 2>&1 && ltxspec lock textconv "$1" 2>/dev/null || cat "$1"; }; f'

SETTINGS = {
    "merge.ltxspec.name": "lockfiles of ltxspec: no paid task is lost",
    "merge.ltxspec.driver": _MERGE,
    "diff.ltxspec.textconv": _SHOW,
}


def install_drivers(folder: Path) -> bool:
    """Set the drivers that `.gitattributes` names, in the configuration of the repository around `folder`.

    Returns:
        Whether there is a repository and everything is set. Without a repository nothing happens.

    Raises:
        StorageError: git cannot read the repository, or is missing.
    """
    if repository_of(folder) is None:
        return False
    return all(run_git(folder, "config", "--local", name, value).returncode == 0 for name, value in SETTINGS.items())


def has_drivers(folder: Path) -> bool | None:
    """Whether the repository around `folder` is set up to merge lockfiles with ltxspec; None outside a repository.

    Whether git finds the command when it merges is a separate question: see `finds_command`.

    Raises:
        StorageError: git cannot read the repository, or is missing.
    """
    if repository_of(folder) is None:
        return None
    return run_git(folder, "config", "--get", "merge.ltxspec.driver").returncode == 0


def finds_command() -> bool:
    """Whether the drivers' command is on the PATH of this process, where git would look for it."""
    return shutil.which("ltxspec") is not None
