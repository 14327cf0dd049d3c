from pathlib import Path

import pytest
from acceptance.commands import ltxspec, write_spec
from unit.project.projects import project

from ltxspec.errors import ProviderError
from ltxspec.project.adapters import local_places, open_archive, open_provider
from ltxspec.project.project import ProjectContext, open_project

SPEC = """\
model: lightricks:2@0
defaults: {width: 1920, height: 1080}
shots:
  alley: {prompt: Rain.}
  tower: {prompt: A tower.}
"""


@pytest.fixture
def opened(tmp_path: Path) -> ProjectContext:
    write_spec(tmp_path, SPEC)
    return project(tmp_path)


def test_the_paid_service_needs_a_key_only_to_order(opened: ProjectContext, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ProviderError, match="no API key"):
        open_provider(opened)
    assert open_provider(opened, need_key=False).name == "runware"
    monkeypatch.setenv("RUNWARE_API_KEY", "key")
    assert open_provider(opened).name == "runware"


def test_the_sandbox_needs_none(tmp_path: Path) -> None:
    assert open_provider(open_project(tmp_path, "sandbox")).name == "sandbox"


def test_an_empty_archive_has_no_places(opened: ProjectContext) -> None:
    assert local_places(opened) == {}
    assert not open_archive(opened).has("0" * 64)


@pytest.mark.parametrize(("url", "outside"), [("../shared", True), ("kept/videos", False), (".ltxspec/archive", False)])
def test_who_writes_to_an_archive_outside_of_the_project_hears_where_it_is(
    tmp_path: Path, url: str, *, outside: bool
) -> None:
    root = tmp_path / "films"
    root.mkdir()
    write_spec(root, SPEC)
    (root / "ltxspec.toml").write_text(f"[archive]\nurl = '{url}'\n")
    told: list[str] = []
    opened = open_project(root, "sandbox", warn=told.append)
    open_archive(opened)
    assert told == []
    open_archive(opened, ["night"])
    where = f"videos are stored outside the project, in `{tmp_path / 'shared'}`: see `[archive] url` in `ltxspec.toml`"
    assert told == ([where] if outside else [])


def test_a_free_preview_says_where_else_it_writes(tmp_path: Path) -> None:
    root = tmp_path / "films"
    root.mkdir()
    write_spec(root, SPEC)
    (root / "ltxspec.toml").write_text("[archive]\nurl = '../shared'\n")
    result = ltxspec("apply", "--provider", "sandbox", cwd=root)
    assert result.err.count(f"warning: videos are stored outside the project, in `{tmp_path / 'shared'}`") == 1
