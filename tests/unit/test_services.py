"""A provider is known by its description: a third one renders and keeps its records apart, with no other edit."""

import asyncio
import os
from pathlib import Path
from typing import Any

import pytest
from acceptance.commands import ltxspec, write_spec
from unit.project.projects import path_of, recorded

from ltxspec.errors import Invalid, ProviderRefused, Refused
from ltxspec.plan.document import PlanOptions
from ltxspec.project.adapters import open_provider
from ltxspec.project.lockfiles.verify import verify_lockfiles
from ltxspec.project.plan import plan_project
from ltxspec.project.project import ProjectContext, open_project
from ltxspec.project.running.run import settings_of
from ltxspec.providers import registry
from ltxspec.services import SERVICES, Polling, Service, is_free

SPEC = """\
model: lightricks:2@0
defaults: {width: 1920, height: 1080, duration: 6, fps: 25}
shots: {a: {prompt: Rain.}}
"""
STUDIO = Service(
    "studio",
    folder="studio",
    address="https://studio.example/v1",
    key="STUDIO_KEY",
    address_variable="STUDIO_URL",
    cleartext_variable="STUDIO_PLAIN",
    polling=Polling(3.0, 9.0, 7),
)
DRAFT = Service("draft", free=True, folder="draft", polling=Polling(0.1, 1.0))


def rendering(service: Service) -> registry.Factory:
    """A far side of the service's name, which renders as the sandbox does."""

    def opened(settings: registry.ProviderSettings) -> Any:
        if service.key and not settings.key:
            raise registry.missing_key(service)
        provider: Any = registry.PROVIDERS["sandbox"](settings)
        provider._name = service.name
        return provider

    return opened


@pytest.fixture(autouse=True)
def third(monkeypatch: pytest.MonkeyPatch) -> None:
    services: Any = SERVICES
    factories: Any = registry.PROVIDERS
    for service in (STUDIO, DRAFT):
        monkeypatch.setitem(services, service.name, service)
        monkeypatch.setitem(factories, service.name, rendering(service))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "ltxspec.toml").write_text("[sandbox]\nspeed = 1000\n[studio]\npoll_interval = 0.05\npoll_max = 0.1\n")
    write_spec(tmp_path, SPEC)
    return tmp_path


def files_of(opened: ProjectContext) -> set[Path]:
    paths = opened.paths_of("night")
    return {paths.lockfile, paths.journal, paths.guard, opened.renders}


def test_no_two_providers_share_a_file(folder: Path) -> None:
    sides = open_project(folder).sides
    assert [side.provider for side in sides] == ["runware", "sandbox", "studio", "draft"]
    assert len(set.union(*map(files_of, sides))) == 4 * len(sides)


@pytest.mark.parametrize(
    ("name", "lockfile", "said"),
    [
        ("studio", "lockfiles/studio/night.lock.json", "Spent $0.36."),
        ("draft", ".ltxspec/draft/lockfiles/night.lock.json", "Would have cost $0.36 (draft: nothing is charged)."),
    ],
)
def test_a_third_provider_plans_and_renders_into_its_own_place(
    folder: Path, name: str, lockfile: str, said: str
) -> None:
    assert "1 to render" in ltxspec("plan", "--provider", name, cwd=folder).out
    done = ltxspec("apply", "--auto-approve", "--provider", name, cwd=folder, STUDIO_KEY="key")
    assert said in done.out
    opened = open_project(folder, name)
    assert path_of(opened) == folder / lockfile
    assert recorded(opened).provider == name
    assert (folder / "renders" / name / "night" / "a.mp4").is_file()
    assert not (folder / "lockfiles" / "night.lock.json").exists()
    assert not plan_project(opened, PlanOptions()).pending
    assert plan_project(opened.on("runware"), PlanOptions()).pending


def test_what_a_third_provider_was_paid_for_is_verified_whoever_renders_now(folder: Path) -> None:
    opened = open_project(folder, "sandbox")
    path = path_of(opened.on("studio"))
    path.parent.mkdir(parents=True)
    path.write_text("{")
    (problem,) = verify_lockfiles(opened)
    assert "lockfiles/studio/night.lock.json" in str(problem)


def test_a_third_provider_takes_its_own_key_and_no_other(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNWARE_API_KEY", "another's")
    opened = open_project(folder, "studio")
    with pytest.raises(ProviderRefused, match="no API key is set for `studio`") as caught:
        open_provider(opened)
    assert "STUDIO_KEY" in (caught.value.hint or "")
    monkeypatch.setenv("STUDIO_KEY", "own")
    asyncio.run(open_provider(opened).close())


def test_a_third_provider_s_key_goes_to_its_own_address_only(folder: Path) -> None:
    (folder / "ltxspec.toml").write_text("[studio]\nbase_url = 'https://api.runware.ai/v1'\n")
    opened = open_project(folder, "studio", environ={**os.environ, "STUDIO_KEY": "own"})
    with pytest.raises(Refused, match=r"`STUDIO_KEY` is not sent to `api\.runware\.ai`.*`\[studio\] base_url`"):
        open_provider(opened)


def test_a_third_provider_is_asked_as_it_is_described_unless_its_table_says_otherwise(folder: Path) -> None:
    def waits() -> tuple[float, float]:
        found = settings_of(open_project(folder, "studio"))
        return found.poll_interval, found.poll_max

    assert waits() == (0.05, 0.1)
    (folder / "ltxspec.toml").unlink()
    assert waits() == (3.0, 9.0)
    (folder / "ltxspec.toml").write_text("[studio]\npoll_max = 1\n")
    with pytest.raises(Invalid, match=r"`poll_max` in \[studio\] must not be below"):
        waits()


def test_a_provider_that_nobody_knows_is_not_called_free() -> None:
    assert [is_free(name) for name in ("sandbox", "draft", "studio", "gone")] == [True, True, False, False]


def test_every_provider_that_is_described_can_be_opened() -> None:
    assert registry.PROVIDERS.keys() == SERVICES.keys()
