from pathlib import Path

import pytest

from ltxspec.cli.context import Session
from ltxspec.errors import Invalid, StorageError, WrongUsage
from ltxspec.project.project import ProjectContext, open_project


def opened(folder: Path, provider: str | None = None) -> ProjectContext:
    return open_project(folder, provider)


def test_without_a_configuration_the_folder_is_the_project(tmp_path: Path) -> None:
    project = opened(tmp_path)
    assert (project.root, project.folder, project.provider) == (tmp_path, tmp_path, "runware")
    assert project.lockfiles == tmp_path / "lockfiles"
    assert (project.local, project.renders) == (tmp_path / ".ltxspec", tmp_path / "renders")
    assert project.on("sandbox").renders == tmp_path / "renders" / "sandbox"


def test_the_project_is_found_from_below(tmp_path: Path) -> None:
    (tmp_path / "ltxspec.toml").write_text('[project]\nlockfiles = "locks"\n[provider]\nname = "sandbox"\n')
    below = tmp_path / "specs" / "deep"
    below.mkdir(parents=True)
    project = opened(below)
    assert (project.root, project.folder, project.provider) == (tmp_path, below, "sandbox")
    assert project.lockfiles == tmp_path / ".ltxspec" / "sandbox" / "lockfiles"
    assert opened(below, "runware").lockfiles == tmp_path / "locks"


def test_the_provider_is_the_options_then_the_environments_then_the_configurations(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LTXSPEC_PROVIDER", "sandbox")
    assert (opened(tmp_path).provider, opened(tmp_path, "runware").provider) == ("sandbox", "runware")
    monkeypatch.setenv("LTXSPEC_PROVIDER", "sandbocks")
    with pytest.raises(WrongUsage, match="no provider is called `sandbocks`"):
        opened(tmp_path)


def test_paths_are_shown_relative_to_the_project(tmp_path: Path) -> None:
    project = opened(tmp_path)
    assert project.label(tmp_path / "specs" / "a.yaml") == "specs/a.yaml"
    assert project.label(Path("/elsewhere/a.yaml")) == "/elsewhere/a.yaml"


def test_a_folder_that_is_none_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(WrongUsage, match="is not a folder"):
        opened(tmp_path / "nowhere")


def test_a_broken_model_file_of_the_project_stops_everything(tmp_path: Path) -> None:
    folder = tmp_path / "schemas" / "models"
    folder.mkdir(parents=True)
    (folder / "mine.json").write_text("{}")
    with pytest.raises(Invalid, match="x-ltxspec"):
        opened(tmp_path)


def test_verbose_tells_on_standard_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Session(str(tmp_path), verbose=1).open_project()
    told = capsys.readouterr()
    assert told.out == ""
    assert f"project:   {tmp_path}\n" in told.err
    assert "config:    none, defaults\n" in told.err


@pytest.mark.parametrize(
    "place",
    [".ltxspec", ".ltxspec/journal", ".ltxspec/sandbox/locks", ".ltxspec/locks/night.lock", ".ltxspec/sandbox/state"],
)
def test_a_link_that_leads_out_of_the_project_is_refused_where_commands_write(tmp_path: Path, place: str) -> None:
    root, outside = tmp_path / "project", tmp_path / "outside"
    outside.mkdir()
    (root / place).parent.mkdir(parents=True)
    (root / place).symlink_to(outside)
    with pytest.raises(StorageError, match=f"`{place}` leads out of the project"):
        open_project(root)
    (root / place).unlink()
    (root / "inside").mkdir()
    (root / place).symlink_to(root / "inside")
    assert open_project(root).root == root
