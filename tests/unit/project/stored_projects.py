"""A project on the sandbox with one take, whose store is a folder beside it."""

import shutil
from pathlib import Path

import pytest
from acceptance.commands import ltxspec, write_spec
from replacing import replace
from sharing import made_once
from unit.project.projects import recorded

from ltxspec.lock.models import Output
from ltxspec.project.adapters import open_archive
from ltxspec.project.project import ProjectContext, open_project
from ltxspec.project.store import open_videos
from ltxspec.storage.store.videos import VideoStore

SPEC = "model: lightricks:ltx@2.5-fast\ndefaults: {width: 1280, height: 720}\nshots: {alley: {prompt: Rain.}}\n"
CONFIG = '[provider]\nname = "sandbox"\n[sandbox]\nspeed = 1000\n'


def stored_project(factory: pytest.TempPathFactory, folder: Path, warnings: list[str] | None = None) -> ProjectContext:
    """The project, with an archived take and an empty store `folder / "store"`."""

    def render(place: Path) -> None:
        place.mkdir()
        (place / "ltxspec.toml").write_text(CONFIG)
        write_spec(place, SPEC)
        ltxspec("apply", cwd=place)

    (folder / "store").mkdir()
    root = Path(shutil.copytree(made_once(factory, "one-take", render), folder / "project", symlinks=True))
    with (root / "ltxspec.toml").open("a") as file:
        file.write(f'[store]\nurl = "{(folder / "store").as_uri()}"\nfree = true\n')
    return open_project(root, warn=(warnings if warnings is not None else []).append)


def store_of(project: ProjectContext) -> VideoStore:
    store = open_videos(project)
    assert store is not None
    return store


def output_of(project: ProjectContext) -> Output:
    (output,) = recorded(project).shots["alley"].takes[0].outputs
    return output


def sha_of(project: ProjectContext) -> str:
    sha256 = output_of(project).sha256
    assert sha256 is not None
    return sha256


def file_of(project: ProjectContext) -> Path | None:
    return open_archive(project).path_of(sha_of(project))


def lose(project: ProjectContext) -> bytes:
    """Take the video out of the archive; returns its bytes."""
    place = file_of(project)
    assert place is not None
    data = place.read_bytes()
    place.unlink()
    return data


def away(project: ProjectContext, monkeypatch: pytest.MonkeyPatch) -> ProjectContext:
    """The same with a store that nobody answers for."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    store = replace(project.config.store, url="s3://bucket", endpoint="http://127.0.0.1:1", timeout=0.2)
    return replace(project, config=replace(project.config, store=store))
