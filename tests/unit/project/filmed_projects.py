"""Projects with specs, and with takes whose videos are small real files in the archive."""

import hashlib
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from builders import task
from replacing import replace
from unit.project.projects import path_of

from ltxspec.lock.codec import encode_lockfile
from ltxspec.lock.models import Lockfile, Output, ShotRecord, Take
from ltxspec.media.animatic import AnimaticSpec, write_animatic
from ltxspec.project.load import render_specs
from ltxspec.project.project import ProjectContext, open_project

HEAD = """\
apiVersion: ltxspec/v1
kind: RenderSpec
metadata: {{name: {name}, title: {title}}}
model: lightricks:ltx@2.5-fast
"""


def project_of(folder: Path, *, warnings: list[str] | None = None, **specs: str) -> ProjectContext:
    """A project for the paid service with these specs: name -> text after the head."""
    (folder / "specs").mkdir(exist_ok=True)
    for name, text in specs.items():
        head = HEAD.format(name=name, title=f"The film {name}")
        (folder / "specs" / f"{name}.yaml").write_text(head + text, "utf-8")
    return open_project(folder, warn=(warnings if warnings is not None else []).append)


def video(folder: Path, *, fps: float = 25, seconds: float = 0.4, audio: bool = False, prompt: str = "a") -> Path:
    """A small video."""
    path = folder / f"{fps:g}-{seconds:g}-{audio}-{prompt}.mp4"
    write_animatic(AnimaticSpec(64, 36, seconds, fps, audio=audio, prompt=prompt), path)
    return path


def archived(project: ProjectContext, source: Path) -> Output:
    """Put a video into the archive."""
    data = source.read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    place = project.local / "archive" / digest[:2] / f"{digest}.mp4"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(data)
    return Output(sha256=digest, bytes=len(data), video_url=f"https://videos.example/{digest[:8]}.mp4")


def record_takes(project: ProjectContext, takes: Mapping[str, Mapping[str, Any]]) -> None:
    """Record one take for each of these shots (`night.alley`), as its spec asks; what is given replaces parts of it."""
    requests = {str(request.address): request for spec in render_specs(project, ()) for request in spec.requests}
    shots: dict[str, dict[str, ShotRecord]] = {}
    for number, (address, parts) in enumerate(takes.items(), 1):
        request = requests[address]
        assert request.fingerprint is not None
        take = Take(
            task_id=task(number), fingerprint=request.fingerprint, model=str(request.body["model"]),
            request=request.body, status="succeeded", cost=Decimal("0.54"), outputs=(),
            submitted_at="2026-11-22T10:00:00Z", finished_at="2026-11-22T10:01:00Z", retake=1, attempt=1,
        )  # fmt: skip
        take = replace(take, **parts)
        current = take.task_id if take.status == "succeeded" else None
        shots.setdefault(request.address.spec, {})[request.address.instance] = ShotRecord(current, (take,))
    for spec, records in shots.items():
        path = path_of(project, spec)
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(encode_lockfile(Lockfile(project.provider, spec, records)))
