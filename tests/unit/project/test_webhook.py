from pathlib import Path

import pytest

from ltxspec.errors import WrongUsage
from ltxspec.project.project import ProjectContext, open_project
from ltxspec.project.webhook import calls_of, hints_of, webhook_address, webhook_secret, webhook_secrets

VARIABLE, SECRET = "LTXSPEC_WEBHOOK_SECRET", "abcdefgh-0123456"


def project(
    folder: Path, url: str | None, secret: str = SECRET, provider: str = "runware"
) -> tuple[ProjectContext, list[str]]:
    warnings: list[str] = []
    (folder / "ltxspec.toml").write_text(f'[webhook]\nurl = "{url}"\n' if url else "")
    return open_project(folder, provider, environ={VARIABLE: secret}, warn=warnings.append), warnings


def test_the_address_ends_with_the_secret(tmp_path: Path) -> None:
    opened, warnings = project(tmp_path, "https://calls.example/films/")
    assert (webhook_address(opened), warnings) == (f"https://calls.example/films/{SECRET}", [])


@pytest.mark.parametrize(("url", "provider"), [(None, "runware"), ("https://calls.example", "sandbox")])
def test_without_an_address_or_with_a_service_in_this_process_there_is_none(
    tmp_path: Path, url: str | None, provider: str
) -> None:
    opened, warnings = project(tmp_path, url, provider=provider)
    assert (webhook_address(opened), hints_of(opened), warnings) == (None, None, [])


def test_without_a_secret_nobody_is_told_and_the_user_is(tmp_path: Path) -> None:
    opened, warnings = project(tmp_path, "https://calls.example", secret="")
    assert webhook_address(opened) is None
    assert warnings == [f"the provider is not told about `[webhook] url`, because {VARIABLE} is not set"]


@pytest.mark.parametrize(
    ("host", "warned"), [("calls.example", True), ("10.0.0.7:8788", True), ("127.0.0.1:8788", False)]
)
def test_plain_http_is_warned_of_but_for_this_machine(tmp_path: Path, host: str, warned: bool) -> None:
    opened, warnings = project(tmp_path, f"http://{host}")
    webhook_address(opened)
    assert [("plain http" in warning, SECRET in warning) for warning in warnings] == [(True, False)] * warned


@pytest.mark.parametrize("secret", ["short", "x" * 257, "with spaces in between", "with/slashes/in/it", "é" * 20])
def test_what_cannot_be_a_secret_is_refused_and_not_shown(secret: str) -> None:
    with pytest.raises(WrongUsage) as refused:
        webhook_secret({VARIABLE: secret})
    assert secret not in refused.value.line.replace("too short", "")
    assert webhook_secrets({VARIABLE: secret}) == []


def test_a_secret_is_hidden_in_replies() -> None:
    assert webhook_secrets({VARIABLE: SECRET}) == [SECRET]
    assert webhook_secret({}) is None
    assert webhook_secrets({}) == []


def test_a_run_heeds_calls_where_they_are_configured_or_arrive(tmp_path: Path) -> None:
    opened, _ = project(tmp_path, None)
    assert hints_of(opened) is None
    calls_of(opened).beat()
    assert hints_of(opened) is not None, "a spec may name the listener itself"
    opened, _ = project(tmp_path, "https://calls.example")
    assert hints_of(opened) is not None
