from pathlib import Path

import pytest
from acceptance.commands import write_spec
from unit.project.projects import project

from ltxspec.errors import ProviderError
from ltxspec.project.adapters import local_places, open_archive, open_provider
from ltxspec.project.project import Project, open_project

SPEC = """\
model: lightricks:2@0
defaults: {width: 1920, height: 1080}
shots:
  alley: {prompt: Rain.}
  tower: {prompt: A tower.}
"""


@pytest.fixture
def opened(tmp_path: Path) -> Project:
    write_spec(tmp_path, SPEC)
    return project(tmp_path)


def test_the_paid_service_needs_a_key_only_to_order(opened: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ProviderError, match="no API key"):
        open_provider(opened)
    assert open_provider(opened, need_key=False).name == "runware"
    monkeypatch.setenv("RUNWARE_API_KEY", "key")
    assert open_provider(opened).name == "runware"


def test_the_sandbox_needs_none(tmp_path: Path) -> None:
    assert open_provider(open_project(tmp_path, "sandbox")).name == "sandbox"


def test_an_empty_archive_has_no_places(opened: Project) -> None:
    assert local_places(opened) == {}
    assert not open_archive(opened).has("0" * 64)
