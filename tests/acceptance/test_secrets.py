"""No secret in any byte that ltxspec writes: canaries go in everywhere, and are looked for everywhere else."""

import http.server
import json
import os
import stat
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from acceptance.commands import Result, ltxspec, process, write_spec
from acceptance.repositories import commit, git
from acceptance.services import paid_service
from PIL import Image
from replacing import replace

from ltxspec.lock.codec import decode_lockfile, encode_lockfile
from ltxspec.lock.journal import Intent
from ltxspec.lock.journal_codec import decode_events, encode_event

KEY = "canary-key-9d41f7a2c05b"
CANARIES = {
    "key": KEY,
    "upload signature": "canaryUpload0a1b2c3d4e5f",
    "image signature": "canaryImage0a1b2c3d4e5f",
    "webhook token": "canary-token-77",
    "password": "canary-password-88",
    "variable": "canaryVariable0a1b2c3d",
    "unused token": "canary-other-99",
}


class FarSide(http.server.BaseHTTPRequestHandler):
    """Serves the image and takes videos and calls, as object stores and web services do."""

    def do_GET(self) -> None:
        self.answer(png())

    def do_PUT(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.answer(b"")

    do_POST = do_PUT  # noqa: N815  # the server's own spelling

    def answer(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "image/png")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Stay silent."""


def png() -> bytes:
    file = BytesIO()
    Image.new("RGB", (64, 36), "teal").save(file, "PNG")
    return file.getvalue()


@contextmanager
def web_server() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), FarSide) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@dataclass
class Bench:
    """A project full of canaries, and everything that was said about it."""

    folder: Path
    web: str
    service: str
    said: list[tuple[str, Result]] = field(default_factory=list)

    def run(self, *arguments: str, check: int | None = 0, **environment: str) -> Result:
        secrets = {"RUNWARE_API_KEY": KEY, "RUNWARE_BASE_URL": self.service, "TMPDIR": str(self.folder / "tmp")}
        command = process if "PYTHONPATH" in environment else ltxspec  # what is broken there breaks one process only
        result = command(*arguments, cwd=self.folder, check=check, **(secrets | environment))
        self.said.append((" ".join(arguments), result))
        return result

    def leaks(self) -> list[str]:
        """Every place where a canary shows: what was said, names of files, and the bytes of all but the user's own."""
        found = []
        for name, secret in CANARIES.items():
            found += [f"{name} said by {who}" for who, result in self.said if secret in result.out + result.err]
            found += [f"{name} in {path}" for path in self.written() if secret in f"{path} {content(path)}"]
        return found

    def written(self) -> list[Path]:
        own = {"specs", "ltxspec.toml", "sitecustomize.py", ".git", "scenario.json"}
        paths = [path for path in self.folder.rglob("*") if path.is_file()]
        return [path for path in paths if path.relative_to(self.folder).parts[0] not in own]


def content(path: Path) -> str:
    return path.read_bytes().decode("latin-1")


def presigned(address: str, signature: str) -> str:
    return f"http://{address}?X-Amz-Credential=AKIA&X-Amz-Expires=3600&X-Amz-Signature={signature}"


def write_project(bench: Bench) -> None:
    upload = presigned(f"{bench.web}/put.mp4", CANARIES["upload signature"])
    image = presigned(f"{bench.web}/frame.png", CANARIES["image signature"])
    (bench.folder / "tmp").mkdir()
    (bench.folder / "ltxspec.toml").write_text(
        "[runware]\npoll_interval = 0.05\npoll_max = 0.2\ngrace = 0.5\n"
        f'[delivery]\nwebhookURL = "http://{bench.web}/hook?token={CANARIES["webhook token"]}"\n'
        '[[policy]]\nassert = "request.inputs is not defined"\nseverity = "warning"\nmessage = "{{ request|tojson }}"\n'
    )
    write_spec(
        bench.folder,
        "model: lightricks:ltx@2.5-fast\n"
        f"vars: {{where: '', secret: 'https://h.example/?token={CANARIES['unused token']}'}}\n"
        "defaults: {width: 1280, height: 720, duration: 6, fps: 24}\n"
        "checks: [{assert: \"'x' in prompt\", severity: warning, message: '{{ secret }} {{ request|tojson }}'}]\n"
        "shots:\n"
        f"  stored: {{prompt: a stored one, uploadEndpoint: '{upload}'}}\n"
        f"  framed: {{prompt: a framed one, inputs: {{frameImages: [{{image: '{image}'}}]}}}}\n"
        "  named:\n    prompt: a named one {{ where }}\n    inputs: {frameImages: "
        f"[{{image: 'http://me:{CANARIES['password']}@{bench.web}/frame.png'}}]}}\n"
        f"  breaks: {{prompt: it breaks, inputs: {{frameImages: [{{image: '{image}'}}]}}}}\n"
        f"  refused: {{prompt: it is refused, inputs: {{frameImages: [{{image: '{image}'}}]}}}}\n",
    )


def scenario(web: str) -> dict[str, Any]:
    """A service that repeats everything it was told in its error messages."""
    message = f"key {KEY}: could not read {presigned(f'{web}/frame.png', CANARIES['image signature'])} or "
    message += f"http://me:{CANARIES['password']}@{web}/frame.png"
    return {
        "faults": [
            {"fault": "fail", "prompt": "breaks", "code": "providerError", "message": message},
            {"fault": "refuse", "prompt": "refused", "code": "invalidImage", "message": message, "status": 400},
            {"fault": "status", "task": "getResponse", "nth": 2, "status": 503, "body": "html"},
        ]
    }


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with web_server() as web, paid_service(tmp_path / "far", scenario(web), KEY) as service:
        folder = tmp_path / "project"
        folder.mkdir()
        bench = Bench(folder, web, service)
        write_project(bench)
        yield bench


@pytest.fixture
def dry_bench(tmp_path: Path) -> Bench:
    """The same project for what needs no service."""
    bench = Bench(tmp_path, "127.0.0.1:9", "http://127.0.0.1:9/v1")
    write_project(bench)
    return bench


def test_no_secret_is_in_anything_that_is_said_or_written(bench: Bench, tmp_path: Path) -> None:
    for form in ("text", "json", "markdown"):
        bench.run("-v", "plan", "--format", form)
    bench.run("-v", "validate")
    bench.run("validate", "--format", "json")
    bench.run("plan", "-o", "plan.json")
    bench.run("why", "night.framed")
    bench.run("-v", "apply", "plan.json", check=3)
    bench.run("-v", "apply", "--auto-approve", "--retry", "night.breaks", "--format", "json", check=None)
    for command in (["show"], ["show", "--format", "json"], ["cost"], ["collect"], ["plan"], ["archive", "verify"]):
        bench.run(*command)
    bench.run("lock", "textconv", "lockfiles/night.lock.json")
    assert bench.run("show").out.count("succeeded") >= 3
    assert bench.leaks() == []

    rendered = bench.run("render", "--format", "json").out
    assert [name for name in ("upload signature", "image signature", "webhook token") if CANARIES[name] in rendered]
    assert bench.said.pop()[0] == "render --format json", "the one command that shows exactly what is sent"
    state = [path for path in (tmp_path / "far" / "state").rglob("*") if path.is_file()]
    assert state
    kept = [path for path in state if KEY in content(path).replace(f"key {KEY}: could not", "")]
    assert kept == [], "the stand-in keeps no key but what it was told to say"


def test_a_review_of_a_change_shows_no_secret(bench: Bench) -> None:
    git(bench.folder, "init", "--quiet", "--initial-branch=main")
    bench.run("apply", "--auto-approve", check=3)
    commit(bench.folder, "bought")
    spec = bench.folder / "specs" / "night.yaml"
    spec.write_text(spec.read_text().replace("X-Amz-Expires=3600", "X-Amz-Expires=60").replace("a named", "another"))
    for form in ("text", "json", "markdown"):
        bench.run("diff", "HEAD", "--format", form)
        changed = bench.run("plan", "--format", form)
        if form == "json":
            told = {shot["address"]: [item["path"] for item in shot["changes"]] for shot in changed.json["shots"]}
            assert (told["night.framed"], told["night.named"]) == ([], ["/positivePrompt"])  # a signature is no change
    bench.run("review", "HEAD")
    assert bench.leaks() == []


def test_a_command_line_with_a_secret_is_not_saved(dry_bench: Bench) -> None:
    variable = f"where=https://h.example/x?X-Amz-Signature={CANARIES['variable']}"
    for form in ("text", "json", "markdown"):
        dry_bench.run("plan", "--var", variable, "--format", form)
    refused = dry_bench.run("plan", "--var", variable, "-o", "plan.json", check=64)
    assert "`where` may contain a secret" in refused.err
    assert not (dry_bench.folder / "plan.json").exists()
    assert dry_bench.leaks() == []


def test_mistakes_in_a_spec_are_shown_without_the_secrets_beside_them(dry_bench: Bench) -> None:
    spec = dry_bench.folder / "specs" / "night.yaml"
    spec.write_text(spec.read_text().replace("prompt: a ", "promt: a ").replace("frameImages", "frameImage"))
    for form in ("text", "json"):
        dry_bench.run("validate", "--format", form, check=1)
    dry_bench.run("plan", check=1)
    dry_bench.run("apply", check=1)
    assert dry_bench.leaks() == []


def test_a_wrong_key_is_not_repeated(bench: Bench) -> None:
    refused = bench.run("apply", "--auto-approve", check=1, RUNWARE_API_KEY=f"{KEY}-wrong")
    assert "RUNWARE_API_KEY" in refused.out + refused.err
    assert bench.leaks() == []


CRASH = """\
import httpx

def crash(self, method, url, **more):
    raise RuntimeError(f"{method} {url} {more}")

httpx.AsyncClient.stream = crash
"""

DEATH = """\
import httpx, os
stream = httpx.AsyncClient.stream

def die_instead_of_ordering(self, method, url, **more):
    if b"videoInference" in more.get("content", b""):
        os._exit(9)
    return stream(self, method, url, **more)

httpx.AsyncClient.stream = die_instead_of_ordering
"""


def test_a_crash_report_has_no_secret(bench: Bench) -> None:
    (bench.folder / "sitecustomize.py").write_text(CRASH)
    crashed = bench.run("-v", "apply", "--auto-approve", check=70, PYTHONPATH=str(bench.folder))
    assert "this is a bug in ltxspec" in crashed.err
    (report,) = (bench.folder / "tmp").glob("ltxspec-crash-*.txt")
    assert "RuntimeError: POST" in report.read_text()
    assert stat.S_IMODE(report.stat().st_mode) == 0o600
    assert bench.leaks() == []


def test_an_order_left_by_a_crash_is_repeated_with_its_secrets_from_the_spec(bench: Bench) -> None:
    """The journal has no signature, so the order is put together from the spec again, and is the same order."""
    (bench.folder / "sitecustomize.py").write_text(DEATH)
    bench.run("apply", "--auto-approve", "--target", "night.framed", check=9, PYTHONPATH=str(bench.folder))
    assert "[redacted]" in content(bench.folder / ".ltxspec" / "journal" / "night.jsonl")
    assert "outcome unknown" in bench.run("plan", "--target", "night.framed").out
    done = bench.run("apply", "--auto-approve", "--target", "night.framed")
    assert "1 rendered" in done.out
    assert bench.leaks() == []


def test_the_journal_is_for_its_owner_only(bench: Bench) -> None:
    bench.run("apply", "--auto-approve", "--detach", check=None)
    folder = bench.folder / ".ltxspec" / "journal"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert [stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()] == [0o600]


def test_git_is_not_handed_the_key(dry_bench: Bench, tmp_path: Path) -> None:
    """A repository may have configured any program as a filter, a hook or a helper."""
    spy = tmp_path / "bin" / "git"
    spy.parent.mkdir()
    seen = tmp_path / "seen"
    spy.write_text(f'#!/bin/sh\nenv >> "{seen}"\nexit 1\n')
    spy.chmod(0o755)
    (dry_bench.folder / ".git").mkdir()
    dry_bench.run("lock", "merge", check=None, PATH=f"{spy.parent}{os.pathsep}{os.environ['PATH']}")
    assert "PATH=" in seen.read_text()
    assert KEY not in seen.read_text()


OTHER_NAMES = (
    "http://ann:canaryword@{web}/frame.png?id=7&authToken=canarytoken&pw=canarypw&code=canarycode&rlkey=canarykey"
)


def write_one_shot(bench: Bench) -> str:
    """A shot whose image has secrets under names that nobody could list; returns the image's address."""
    image = OTHER_NAMES.format(web=bench.web)
    write_spec(
        bench.folder,
        "model: lightricks:ltx@2.5-fast\ndefaults: {width: 1280, height: 720, duration: 6, fps: 24}\n"
        f"shots:\n  framed: {{prompt: a framed one, inputs: {{frameImages: [{{image: '{image}'}}]}}}}\n",
    )
    return image


def charges(bench: Bench) -> Any:
    ledger = f"{bench.service.removesuffix('/v1')}/sandbox/ledger"
    with urllib.request.urlopen(urllib.request.Request(ledger, headers={"Authorization": f"Bearer {KEY}"})) as reply:
        return json.loads(reply.read())["charges"]


def test_secrets_of_any_name_stay_out_and_what_was_kept_before_buys_nothing_again(bench: Bench) -> None:
    image = write_one_shot(bench)
    for form in ("text", "json", "markdown"):
        bench.run("plan", "--format", form)
    (bench.folder / "sitecustomize.py").write_text(DEATH)
    bench.run("apply", "--auto-approve", check=9, PYTHONPATH=str(bench.folder))
    journal = bench.folder / ".ltxspec" / "journal" / "night.jsonl"
    assert "[redacted]" in content(journal)
    assert "canary" not in content(journal)
    bench.run("plan", "-o", "plan.json")
    assert [name for name, result in bench.said if "canary" in result.out + result.err] == []
    assert "canary" not in content(bench.folder / "plan.json")

    (intent,) = decode_events(journal.read_bytes(), "journal")
    assert isinstance(intent, Intent)
    inputs = {"inputs": {"frameImages": [{"image": image}]}}  # as an earlier version left it
    kept = replace(intent, order={**intent.order, **inputs}, request={**intent.request, **inputs})
    journal.write_bytes(encode_event(kept))
    bench.run("apply", "--auto-approve")
    path = bench.folder / "lockfiles" / "night.lock.json"
    assert "/frame.png" in content(path)
    assert "canary" not in content(path)
    bought = charges(bench)
    assert [charge["count"] for charge in bought] == [1]

    written = decode_lockfile(path.read_bytes(), "lockfile")
    (take,) = written.shots["framed"].takes
    record = written.shots["framed"].with_take(replace(take, request={**take.request, **inputs}))
    path.write_bytes(encode_lockfile(replace(written, shots={"framed": record})))
    bench.run("plan", "--detailed-exitcode")
    bench.run("apply", "--auto-approve")
    assert charges(bench) == bought
    assert "canary" not in bench.run("show", "--format", "json").out
