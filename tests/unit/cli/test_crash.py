"""A crash report helps to mend the bug, and holds no secret; through the command: `acceptance/test_secrets.py`."""

import stat
import tempfile
from pathlib import Path

import pytest

from ltxspec.cli.crash import save_crash_report


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


def fails(message: str) -> None:
    raise RuntimeError(message)


def crash(message: str) -> str:
    try:
        fails(message)
    except RuntimeError as error:
        return save_crash_report(error)
    raise AssertionError("it did not fail")


def test_it_has_the_traceback_and_is_for_its_owner_only() -> None:
    report = Path(crash("odd"))
    assert "in fails\n" in report.read_text()
    assert "RuntimeError: odd" in report.read_text()
    assert stat.S_IMODE(report.stat().st_mode) == 0o600


@pytest.mark.parametrize("name", ["RUNWARE_API_KEY", "GITHUB_TOKEN", "DB_PASSWORD", "aws_secret_access_id"])
def test_values_of_variables_that_sound_secret_are_named_instead(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "canary-value")
    text = Path(crash("sent canary-value\nand https://me:pw@h.example/x?X-Amz-Signature=canary")).read_text()
    assert f"sent <{name}>" in text
    assert "canary" not in text
    assert "https://h.example/x" in text


@pytest.mark.parametrize(
    "message",
    [
        "netloc 'u:canary@evil\uff0f.localhost' contains invalid characters under NFKC normalization",
        "could not reach ann:canary@host at all",
        "2:canary@[::1] is odd",
        "a:b:canary@x",
    ],
)
def test_what_looks_like_a_login_goes_among_other_words_too(message: str) -> None:
    assert "canary" not in Path(crash(message)).read_text().replace(f'crash("{message}")', "")


def test_a_short_value_hides_nothing_by_chance(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_KEY", "odd")
    assert "RuntimeError: odd" in Path(crash("odd")).read_text()


def test_where_it_cannot_be_saved_that_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    assert "could not be saved" in crash("odd")
