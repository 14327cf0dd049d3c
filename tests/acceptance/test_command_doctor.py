"""`ltxspec doctor`: one line a check, and an exit code."""

from pathlib import Path
from typing import Any

import pytest
from acceptance.commands import ltxspec
from acceptance.repositories import git


def checks(project: Path, check: int, *arguments: str, **environment: str) -> dict[str, Any]:
    rows = ltxspec("doctor", "--format", "json", *arguments, cwd=project, check=check, **environment).json["checks"]
    return {row["check"]: row for row in rows}


def test_a_sound_project_is_told_line_by_line(rendered: Path) -> None:
    lines = ltxspec("doctor", cwd=rendered).out.splitlines()
    assert all(line.startswith("ok   ") for line in lines if not line.startswith("WARN git"))
    assert any("not a git repository" in line for line in lines), "lockfiles are kept in one"
    assert any(line.endswith("1 spec, 4 shots") for line in lines)
    assert any(line.endswith("1 verified") for line in lines)


def test_a_missing_key_is_told_unless_the_sandbox_is_meant(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert checks(project, 1, "--provider", "runware")["key"]["ok"] is False
    monkeypatch.setenv("RUNWARE_API_KEY", "a-secret")
    found = checks(project, 0, "--provider", "runware")
    assert found["key"]["ok"] is True
    assert "a-secret" not in str(found)


def test_what_is_broken_is_named_and_the_rest_is_checked_all_the_same(rendered: Path) -> None:
    spec = rendered / "specs" / "night.yaml"
    spec.write_text(spec.read_text("utf-8").replace("width", "widht"), encoding="utf-8")
    (rendered / ".ltxspec" / "sandbox" / "lockfiles" / "night.lock.json").write_text("{", encoding="utf-8")
    found = checks(rendered, 1)
    assert {name for name, row in found.items() if not row["ok"] and "warning" not in row} == {"specs", "lockfiles"}
    assert "`ltxspec validate`" in found["specs"]["detail"]


def test_an_empty_folder_is_told_how_to_begin(tmp_path: Path) -> None:
    assert "`ltxspec init`" in checks(tmp_path, 1, "--provider", "sandbox")["specs"]["detail"]


def test_what_is_in_force_is_told_without_secrets(project: Path) -> None:
    text = (project / "ltxspec.toml").read_text("utf-8")
    more = '[budget]\nper_apply = "20"\n[delivery]\nttl = 3600\nuploadEndpoint = "https://u:pw@bucket.example/a?sig=canary"\n'
    (project / "ltxspec.toml").write_text(f"{text}{more}", encoding="utf-8")
    found = checks(
        project,
        0,
        "--provider",
        "runware",
        RUNWARE_API_KEY="a-key",
        RUNWARE_BASE_URL="https://gate.example/v1?t=canary",
    )
    told = {name: row["detail"] for name, row in found.items()}
    assert told["budget"] == "$20.00 for one apply"
    assert told["service"].startswith("https://gate.example/v1")
    assert told["service"].endswith("(from `RUNWARE_BASE_URL`)")
    assert told["archive"] == str(project.resolve() / ".ltxspec" / "archive")
    assert told["delivery"] == "videos also to bucket.example, kept by the service for 3600 s"
    assert "canary" not in str(found)


def test_the_merge_driver_is_sound_only_when_this_clone_has_it_and_git_finds_it(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(project, "init", "--quiet")
    missing = checks(project, 0)["git"]
    assert (missing["ok"], missing["warning"]) == (False, True)
    assert "`ltxspec init`" in missing["detail"]
    ltxspec("init", "--ci", "none", cwd=project)
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    lost = checks(project, 0)["git"]
    assert (lost["ok"], lost["warning"]) == (False, True)
    assert "PATH" in lost["detail"]
    assert any(line.startswith("WARN git") for line in ltxspec("doctor", cwd=project).out.splitlines())
    folder = project / "bin"
    folder.mkdir()
    (folder / "ltxspec").touch(mode=0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    assert checks(project, 0)["git"] == {"check": "git", "ok": True, "detail": "found; lockfiles are merged by ltxspec"}
