from pathlib import Path

import pytest
from acceptance.commands import ltxspec, write_spec
from unit.project.projects import project

from ltxspec.errors import ProviderError, Refused
from ltxspec.project.adapters import address_setting, local_places, open_archive, open_provider, service_address
from ltxspec.project.project import ProjectContext, open_project
from ltxspec.services import RUNWARE

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


USUAL = RUNWARE.address
WITH_KEY = {"RUNWARE_API_KEY": "canary"}


@pytest.mark.parametrize(
    "configured",
    [USUAL, "https://api.runware.ai/v2", "http://127.0.0.1:8787/v1", "http://localhost/v1", "http://[::1]:1/v1"],
)
def test_the_service_itself_and_this_machine_may_be_configured(configured: str) -> None:
    assert service_address(RUNWARE, configured, WITH_KEY) == configured


@pytest.mark.parametrize(
    "configured",
    [
        "https://api.runware.ai.example/v1",
        "https://gateway.example/v1",
        "http://api.runware.ai/v1",
        "https://api.runware.ai:8443/v1",
        "https://me@api.runware.ai/v1",
        "http://127.0.0.1.example/v1",
        "http://10.0.0.1/v1",
    ],
)
def test_another_host_must_be_named_where_the_key_comes_from(configured: str) -> None:
    with pytest.raises(Refused) as caught:
        service_address(RUNWARE, configured, WITH_KEY)
    assert caught.value.exit_code == 4
    assert "RUNWARE_BASE_URL=" in (caught.value.hint or "")
    named = {**WITH_KEY, "RUNWARE_BASE_URL": configured, "RUNWARE_ALLOW_HTTP": "1"}
    assert service_address(RUNWARE, USUAL, named) == configured
    assert service_address(RUNWARE, configured, {}) == configured, "without a key there is nothing to protect"


@pytest.mark.parametrize("address", ["http://gateway.example/v1", "HTTP://10.0.0.1:8080/v1", "http://me@h.example/"])
def test_the_key_is_not_sent_in_clear_to_another_machine(address: str) -> None:
    named = {**WITH_KEY, "RUNWARE_BASE_URL": address}
    with pytest.raises(Refused, match="could read it") as caught:
        service_address(RUNWARE, USUAL, named)
    assert "RUNWARE_ALLOW_HTTP=1" in (caught.value.hint or "")
    assert service_address(RUNWARE, USUAL, {**named, "RUNWARE_ALLOW_HTTP": "1"}) == address
    assert service_address(RUNWARE, USUAL, {"RUNWARE_BASE_URL": address}) == address, (
        "without a key there is nothing to read"
    )


@pytest.mark.parametrize("address", ["https://gateway.example/v1", "http://127.0.0.1:8787/v1", "http://localhost/v1"])
def test_https_and_this_machine_may_be_named(address: str) -> None:
    assert service_address(RUNWARE, USUAL, {**WITH_KEY, "RUNWARE_BASE_URL": address}) == address


def test_the_setting_that_an_address_comes_from_is_told_unless_it_is_the_usual_one() -> None:
    assert address_setting(RUNWARE, USUAL, {}) is None
    assert address_setting(RUNWARE, USUAL, {"RUNWARE_BASE_URL": USUAL}) is None
    assert (
        address_setting(RUNWARE, "http://localhost/v1", {"RUNWARE_BASE_URL": "http://[::1]/v1"}) == "`RUNWARE_BASE_URL`"
    )
    assert address_setting(RUNWARE, "http://localhost/v1", {}) == "`[runware] base_url` in `ltxspec.toml`"
