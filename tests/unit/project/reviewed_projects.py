"""Projects in real git repositories for the tests of reviews, and purchases without a provider."""

from decimal import Decimal
from hashlib import sha256
from pathlib import Path

from acceptance.repositories import commit, git, write_lockfile
from replacing import replace

from ltxspec.lock.models import Lockfile, Output, ShotRecord, Take
from ltxspec.project.load import render_specs
from ltxspec.project.project import ProjectContext, open_project
from ltxspec.render.models import Request
from ltxspec.values import TaskId

HEAD = """\
apiVersion: ltxspec/v1
kind: RenderSpec
metadata: {name: night}
model: lightricks:2@0
vars: {city: Porto}
defaults: {width: 1920, height: 1080, duration: 8, fps: 25}
shots:
"""
SHOTS = """\
  alley: {prompt: "Rain over {{ city }}"}
  pier: {prompt: {file: prompts/pier.j2}}
  product:
    forEach: {file: data/rows.csv, key: sku}
    prompt: "{{ name }} in {{ light }} light"
"""
FILES = {
    "specs/night.yaml": HEAD + SHOTS,
    "specs/prompts/pier.j2": "A pier at {{ city }}.\n",
    "specs/data/rows.csv": "sku,name,light\nlamp,A lamp,warm\nrope,A rope,cold\n",
    "ltxspec.toml": '[project]\nid = "test"\n[budget]\nper_apply = "5.00"\n',
    ".gitignore": ".ltxspec/\nrenders/\n",
}


def project(folder: Path) -> Path:
    """A project with four shots, all bought, committed on `main`; the branch `feature` is checked out."""
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "--quiet", "--initial-branch=main")
    for name, text in FILES.items():
        write(folder, name, text)
    buy(folder)
    commit(folder, "the films so far")
    git(folder, "checkout", "--quiet", "-b", "feature")
    return folder


def write(folder: Path, name: str, text: str) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def edit(folder: Path, name: str, old: str, new: str) -> None:
    text = (folder / name).read_text("utf-8")
    assert old in text
    write(folder, name, text.replace(old, new))


def opened(folder: Path, provider: str | None = None) -> ProjectContext:
    return open_project(folder, provider)


def buy(folder: Path) -> Lockfile:
    """Record a take for every request that has none, as an apply would; what it costs is 48 cents."""
    from ltxspec.project.lookup import recorded_state

    found = opened(folder)
    (spec,) = render_specs(found, [])
    lock = recorded_state(found, spec.name).lockfile
    shots = dict(lock.shots)
    for request in spec.requests:
        key = request.address.instance
        record = shots.get(key, ShotRecord(None, ()))
        taken = take_of(request)
        if record.take(taken.task_id) is None:
            record = record.with_take(taken)
        shots[key] = replace(record, current=taken.task_id)
    bought = Lockfile("runware", spec.name, shots, lock.retired)
    write_lockfile(folder, bought)
    return bought


def take_of(request: Request) -> Take:
    assert request.fingerprint is not None
    digits = sha256(f"{request.address} {request.fingerprint}".encode()).hexdigest()
    task = TaskId(f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-8{digits[17:20]}-{digits[20:32]}")
    output = Output(
        video_uuid=task, video_url=f"https://videos.example/{task}.mp4", cost=Decimal("0.48"), sha256=digits, bytes=1000
    )
    return Take(
        task_id=task,
        fingerprint=request.fingerprint,
        model=str(request.body["model"]),
        request=dict(request.body),
        status="succeeded",
        cost=Decimal("0.48"),
        outputs=(output,),
        inputs=dict(request.inputs),
        submitted_at="2026-11-22T10:00:00Z",
        finished_at="2026-11-22T10:01:00Z",
        retake=1,
        attempt=1,
    )
