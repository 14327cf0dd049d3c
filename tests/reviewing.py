"""A small studio with real videos of the sandbox, in git, for tests of reviewing: two takes of one shot, and a gate."""

import json
import os
import shutil
import subprocess
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import warm
from sharing import made_once

SPEC = """\
apiVersion: ltxspec/v1
kind: RenderSpec
metadata: {name: night}
model: lightricks:ltx@2.5-fast
vars: {city: Rome}
defaults: {width: 1280, height: 720, fps: 24}
shots:
  alley: {prompt: "Rain over {{ city }}, a musician under an umbrella"}
  bridge: {prompt: "A stone bridge at dusk", gate: approval}
  door:
    prompt: "He stops at a red door."
    inputs: {frameImages: [{image: {shot: bridge, frame: last}, frame: first}]}
"""
CONFIG = '[provider]\nname = "sandbox"\n[sandbox]\nspeed = 1000\n'
FILE = Path(".ltxspec") / "sandbox" / "lockfiles" / "night.review.json"


def run(folder: Path, *arguments: str) -> str:
    """What a command prints, run as a process of its own: while a browser is open, none can run in this one."""
    done = subprocess.run(
        [str(warm.commands(small=True) / "ltxspec"), *arguments],
        cwd=folder,
        env={**os.environ, "GIT_CONFIG_NOSYSTEM": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def git(folder: Path, *arguments: str) -> None:
    """Run git as a person who is known."""
    who = ("-c", "user.name=Ann", "-c", "user.email=ann@example.com")
    subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True, timeout=60)


def make_studio(folder: Path) -> Path:
    """A project whose change is bought: `alley` has three takes, `bridge` one, and `door` waits for an approval.

    The page of its review is `review.html`.
    """
    folder.mkdir()
    (folder / "ltxspec.toml").write_text(CONFIG, "utf-8")
    (folder / "specs").mkdir()
    (folder / "specs" / "night.yaml").write_text(SPEC, "utf-8")
    git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "config", "user.name", "Ann")
    run(folder, "apply", "--auto-approve", "--target", "night.alley")
    git(folder, "add", "--force", "specs", "ltxspec.toml", ".ltxspec/sandbox/lockfiles")
    git(folder, "commit", "--quiet", "--message=First")
    spec = folder / "specs" / "night.yaml"
    spec.write_text(spec.read_text("utf-8").replace("Rome", "Porto"), "utf-8")
    run(folder, "apply", "--auto-approve")
    run(folder, "apply", "--auto-approve", "--retake", "night.alley", "--target", "night.alley")
    run(folder, "review", "--html", "review.html")
    return folder


def write_review(factory: pytest.TempPathFactory, folder: Path, *options: str) -> Path:
    """Write the page of a project's review, `review.html`; once in a run for the same project and options."""
    page, stills = folder / "review.html", folder / "review-stills"
    seen = sha256(repr(options).encode())
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = path.relative_to(folder)
        if name.parts[0] in {"specs", "ltxspec.toml"} or "lockfiles" in name.parts:
            seen.update(repr((str(name), path.read_bytes())).encode())
        elif "archive" in name.parts:
            seen.update(repr((str(name), path.stat().st_size)).encode())

    def draw(into: Path) -> None:
        into.mkdir()
        run(folder, "review", "--html", page.name, *options)
        shutil.copy(page, into)
        if stills.exists():
            shutil.copytree(stills, into / stills.name)

    drawn = made_once(factory, f"review-{seen.hexdigest()}", draw)
    shutil.copytree(drawn, folder, dirs_exist_ok=True)
    return page


def written(folder: Path) -> dict[str, Any]:
    """The file of verdicts."""
    document: dict[str, Any] = json.loads((folder / FILE).read_text("utf-8"))
    return document


def takes(folder: Path, address: str) -> list[dict[str, Any]]:
    """The takes of a shot, as `show` tells them."""
    (shot,) = json.loads(run(folder, "show", address, "--format", "json"))["shots"]
    found: list[dict[str, Any]] = shot["takes"]
    return found
