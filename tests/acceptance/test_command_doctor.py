"""`ltxspec doctor`: one line a check, and an exit code."""

from pathlib import Path
from typing import Any

import pytest
from acceptance.commands import ltxspec, quick


def checks(project: Path, check: int, *arguments: str) -> dict[str, Any]:
    rows = quick("doctor", "--format", "json", *arguments, cwd=project, check=check).json
    return {row["check"]: row for row in rows}


def test_a_sound_project_is_told_line_by_line(rendered: Path) -> None:
    lines = ltxspec("doctor", cwd=rendered).out.splitlines()
    assert all(line.startswith("ok   ") for line in lines)
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
    assert {name for name, row in found.items() if not row["ok"]} == {"specs", "lockfiles"}
    assert "`ltxspec validate`" in found["specs"]["detail"]


def test_an_empty_folder_is_told_how_to_begin(tmp_path: Path) -> None:
    assert "`ltxspec init`" in checks(tmp_path, 1, "--provider", "sandbox")["specs"]["detail"]
