from pathlib import Path

import pytest
from acceptance.commands import write_spec
from builders import lockfile, record, take

from ltxspec.lock.codec import encode_lockfile
from ltxspec.project import names
from ltxspec.project.project import ProjectContext, open_project

SPEC = """\
model: lightricks:ltx@2.5-fast
defaults: {width: 1280, height: 720, fps: 24}
shots:
  alley: {prompt: Rain, labels: {campaign: autumn, "n": "1"}}
  weather: {matrix: {sky: [rain, fog]}, prompt: "{{ sky }}", labels: {campaign: autumn}}
"""


@pytest.fixture
def opened(tmp_path: Path) -> ProjectContext:
    write_spec(tmp_path, SPEC)
    (tmp_path / "lockfiles").mkdir()
    kept = lockfile(old=record(take(number=1), take(number=2), current=2))
    (tmp_path / "lockfiles" / "night.lock.json").write_bytes(encode_lockfile(kept))
    return open_project(tmp_path)


def texts(found: list[names.Name]) -> list[str]:
    return [name.text for name in found]


def test_addresses_are_those_of_specs_and_lockfiles(opened: ProjectContext) -> None:
    assert texts(names.addresses(opened, "")) == [
        "night.alley",
        "night.weather[rain]",
        "night.weather[fog]",
        "night.old",
    ]
    assert texts(names.addresses(opened, "night.weather/")) == ["night.weather/rain", "night.weather/fog"]


def test_of_very_many_instances_the_shots_are_offered(opened: ProjectContext, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(names, "MOST", 2)
    assert texts(names.addresses(opened, "night.")) == ["night.alley", "night.weather", "night.old"]
    assert texts(names.addresses(opened, "night.weather[")) == ["night.weather[rain]", "night.weather[fog]"]


def test_a_take_says_what_it_is(opened: ProjectContext) -> None:
    first, second = names.takes(opened, "night.old")
    assert (first.text, second.text) == ("1", "2")
    assert second.about == "succeeded $0.48 2026-11-22T10:00:00Z current"
    assert names.takes(opened, "night.nowhere") == []


def test_labels_models_and_providers(opened: ProjectContext) -> None:
    assert texts(names.labels(opened)) == ["campaign=autumn", "n=1"]
    assert "lightricks:2@0" in texts(names.models(opened))
    assert texts(names.providers()) == ["runware", "sandbox"]


def test_specs_that_cannot_be_read_leave_what_is_recorded(opened: ProjectContext) -> None:
    (opened.root / "specs" / "night.yaml").write_text("shots: [", encoding="utf-8")
    assert texts(names.addresses(opened, "")) == ["night.old"]
    assert names.labels(opened) == []
