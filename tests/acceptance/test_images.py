"""Images of a spec: looked at before anything is ordered, found by any form of their name, renamed at no cost."""

import json
from pathlib import Path

import pytest
from acceptance.commands import ltxspec, write_spec
from pictures import picture

SPEC = """\
model: lightricks:2@0
defaults: {width: 1920, height: 1080, duration: 6, fps: 25}
shots:
  kettle: {prompt: A kettle., inputs: {frameImages: [IMAGE]}}
"""


def write(folder: Path, name: str, content: bytes) -> Path:
    spec = write_spec(folder, SPEC.replace("IMAGE", name))
    (spec.parent / name).write_bytes(content)
    return spec


@pytest.mark.parametrize("command", [("validate",), ("plan",), ("apply", "--auto-approve")])
def test_no_command_accepts_a_web_page_as_a_picture(tmp_path: Path, command: tuple[str, ...]) -> None:
    write(tmp_path, "a.png", b"<!DOCTYPE html>")
    refused = ltxspec(*command, cwd=tmp_path, check=1, LTXSPEC_PROVIDER="sandbox")
    said = refused.out + refused.err
    assert "error[media-kind]: `a.png` is a web page, not an image" in said
    assert "--> specs/night.yaml:7:54" in said
    assert not list(tmp_path.rglob("*.lock.json"))


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("command", [("validate",), ("plan",), ("apply", "--auto-approve")])
def test_no_command_takes_a_git_lfs_pointer_for_a_picture(tmp_path: Path, command: tuple[str, ...], end: str) -> None:
    lines = ("version https://git-lfs.github.com/spec/v1", f"oid sha256:{'ab' * 32}", "size 9", "")
    write(tmp_path, "a.png", end.join(lines).encode())
    code = 1 if end == "\r\n" else 3 if command[0] == "apply" else 0  # a damaged pointer has no hash to plan with
    found = ltxspec(*command, cwd=tmp_path, check=code, LTXSPEC_PROVIDER="sandbox")
    said = found.out + found.err
    assert "a Git LFS pointer" in said
    assert "git lfs pull" in said
    assert "--> specs/night.yaml:7:54" in said
    assert not list(tmp_path.rglob("*.mp4"))


def test_a_renamed_picture_is_one_change_and_costs_nothing(tmp_path: Path) -> None:
    spec = write(tmp_path, "a.png", picture())
    ltxspec("apply", "--auto-approve", cwd=tmp_path, LTXSPEC_PROVIDER="sandbox")
    (spec.parent / "a.png").rename(spec.parent / "b.png")
    spec.write_text(spec.read_text("utf-8").replace("a.png", "b.png"), encoding="utf-8")
    plan = ltxspec("plan", "--format", "json", cwd=tmp_path, LTXSPEC_PROVIDER="sandbox").json
    (shot,) = plan["shots"]
    assert (shot["action"], plan["estimate"]["usd"]) == ("update", "0.00")
    assert shot["changes"] == [{"path": "/inputs/frameImages/0", "before": "a.png", "after": "b.png"}]
    ltxspec("apply", "--auto-approve", cwd=tmp_path, LTXSPEC_PROVIDER="sandbox")
    (lockfile,) = tmp_path.rglob("*.lock.json")
    (take,) = json.loads(lockfile.read_text("utf-8"))["shots"]["kettle"]["takes"]
    assert (list(take["inputs"]), take["request"]["inputs"]["frameImages"]) == (["b.png"], ["b.png"])
    assert "No changes" in ltxspec("plan", cwd=tmp_path, LTXSPEC_PROVIDER="sandbox").out


def test_names_are_found_in_either_unicode_form_and_prompts_are_compared(tmp_path: Path) -> None:
    spec = write(tmp_path, "caf\u00e9.png", picture())
    (spec.parent / "caf\u00e9.png").rename(spec.parent / "cafe\u0301.png")
    spec.write_text(spec.read_text("utf-8").replace("A kettle.", "A caf\u00e9."), encoding="utf-8")
    ltxspec("apply", "--auto-approve", cwd=tmp_path, LTXSPEC_PROVIDER="sandbox")
    spec.write_text(spec.read_text("utf-8").replace("A caf\u00e9.", "A cafe\u0301."), encoding="utf-8")
    assert (
        "same letters, other Unicode form (NFC → NFD)" in ltxspec("plan", cwd=tmp_path, LTXSPEC_PROVIDER="sandbox").out
    )
