"""`ltxspec comment` as it is typed."""

from pathlib import Path

from acceptance.commands import ltxspec


def test_help_names_the_tokens(tmp_path: Path) -> None:
    out = " ".join(ltxspec("comment", "--help", cwd=tmp_path).out.split())
    for name in ("GITHUB_TOKEN", "GITLAB_TOKEN", "CI_JOB_TOKEN"):
        assert name in out


def test_a_forge_nobody_knows_is_a_typing_error(tmp_path: Path) -> None:
    refused = ltxspec("comment", "--forge", "sourcehut", cwd=tmp_path, check=64)
    assert "github" in refused.err


def test_a_number_that_is_none_is_a_typing_error(tmp_path: Path) -> None:
    ltxspec("comment", "--pr", "0", cwd=tmp_path, check=64)
