"""Projects to run commands in: an empty one on the sandbox, and one with takes, made once and copied."""

import shutil
from pathlib import Path

import pytest
from acceptance.commands import ltxspec, write_spec
from sharing import made_once

CONFIG = '[provider]\nname = "sandbox"\n[sandbox]\nspeed = 1000\n'
NIGHT = """\
model: lightricks:ltx@2.5-fast
vars: {city: Rome}
defaults: {width: 1280, height: 720, fps: 24, safety: {mode: fast}}
shots:
  alley: {prompt: "Rain over {{ city }}"}
  flagged: {prompt: "an [[unsafe]] thing"}
  weather:
    matrix: {sky: [rain, fog]}
    prompt: "{{ sky }} over a bridge"
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project on the sandbox, with one spec and nothing rendered."""
    (tmp_path / "ltxspec.toml").write_text(CONFIG, encoding="utf-8")
    write_spec(tmp_path, NIGHT)
    return tmp_path


@pytest.fixture(scope="session")
def _rendered_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_once(tmp_path_factory, "rendered", render)


def render(folder: Path) -> None:
    """Buy two takes of `night.alley`, and one of `night.flagged` that fails."""
    folder.mkdir()
    (folder / "ltxspec.toml").write_text(CONFIG, encoding="utf-8")
    write_spec(folder, NIGHT)
    ltxspec("apply", "--target", "night.alley", "--target", "night.flagged", cwd=folder, check=3)
    ltxspec("apply", "--target", "night.alley", "--retake", "night.alley", cwd=folder)


@pytest.fixture
def rendered(_rendered_once: Path, tmp_path: Path) -> Path:
    """A project whose `night.alley` has two takes, the second current; `night.flagged` failed, the rest is new."""
    return Path(shutil.copytree(_rendered_once, tmp_path / "project", symlinks=True))
