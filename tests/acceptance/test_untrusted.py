"""Specs and replies by people who mean harm, through the real command: nothing is read, written or run for them."""

import http.server
import json
import os
import resource
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from acceptance.commands import ltxspec, process, write_spec

HEAD = "model: lightricks:ltx@2.5-fast\ndefaults: {width: 1280, height: 720, duration: 6, fps: 24}\nshots:\n"
CANARY = "canary-of-this-machine"
MEMORY = 1_500_000_000  # bytes of address space; Python and its libraries take a third of it
SECONDS = 60  # of one command, on a slow machine that does other things besides


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project, and beside it a file that it must not see."""
    (tmp_path / "outside.txt").write_text(CANARY)
    (tmp_path / "outside.csv").write_text(f"sku\n{CANARY}\n")
    (tmp_path / "outside.png").write_bytes(b"\x89PNG\r\n\x1a\n" + CANARY.encode())
    folder = tmp_path / "project"
    (folder / "specs").mkdir(parents=True)
    (folder / "specs" / "link.txt").symlink_to(tmp_path / "outside.txt")
    (folder / "specs" / "link.csv").symlink_to(tmp_path / "outside.csv")
    (folder / "specs" / "link.png").symlink_to(tmp_path / "outside.png")
    (folder / "specs" / "folder").symlink_to(tmp_path)
    (folder / "specs" / "endless.txt").symlink_to("/dev/zero")
    (folder / "specs" / "loop.j2").write_text("{% include 'loop.j2' %}")
    os.mkfifo(folder / "specs" / "pipe.txt")
    return folder


def bounded(folder: Path, *arguments: str, check: int) -> dict[str, Any]:
    """Run a command that may use little memory and time, with a secret in its environment; its JSON answer."""
    done = subprocess.run(
        [sys.executable, "-m", "ltxspec", *arguments],
        cwd=folder,
        env={**os.environ, "CANARY": CANARY, "RUNWARE_API_KEY": CANARY},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY)),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == check, done.stderr[-2000:]
    assert CANARY not in done.stdout + done.stderr
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def refused(folder: Path, shots: dict[str, str]) -> dict[str, str]:
    """Validate shots, one a line; the messages by shot."""
    spec = write_spec(folder, HEAD + "".join(f"  s{number}: {text}\n" for number, text in enumerate(shots.values())))
    names, first = list(shots), spec.read_text().split("\n").index("shots:") + 2
    found = bounded(folder, "validate", "--format", "json", check=1)["diagnostics"]
    return {names[item["line"] - first]: item["message"] for item in found if item["severity"] == "error"}


READS = {
    "a file above the project": "{prompt: {file: ../../outside.txt}}",
    "an absolute path": "{prompt: {file: /etc/passwd}}",
    "a home folder": "{prompt: {file: ~/.bashrc}}",
    "a link that leads out": "{prompt: {file: link.txt}}",
    "a linked folder": "{prompt: {file: folder/outside.txt}}",
    "a device": "{prompt: {file: endless.txt}}",
    "a pipe": "{prompt: {file: pipe.txt}}",
    "an include": "{prompt: \"{% include '../../outside.txt' %}\"}",
    "an import": "{prompt: \"{% import 'link.txt' as x %}{{ x }}\"}",
    "a name put together": "{prompt: \"{% include '../' ~ '../outside.txt' %}\"}",
    "a table": "{prompt: a table, forEach: {file: ../../outside.csv, key: sku}}",
    "a linked table": "{prompt: a table, forEach: {file: link.csv, key: sku}}",
    "an image": "{prompt: an image, inputs: {frameImages: [{image: ../../outside.png}]}}",
    "a linked image": "{prompt: an image, inputs: {frameImages: [{image: link.png}]}}",
    "an absolute image": "{prompt: an image, inputs: {frameImages: [{image: /etc/hostname.png}]}}",
}


def test_nothing_outside_the_project_is_read(project: Path) -> None:
    assert refused(project, READS).keys() == READS.keys()


ESCAPES = {
    "the environment": "{prompt: '{{ environ.CANARY }}'}",
    "a module": '{prompt: "{{ cycler.__init__.__globals__.os.environ }}"}',
    "a class": "{prompt: \"{{ ''.__class__.__mro__[1].__subclasses__() }}\"}",
    "an attribute by name": "{prompt: \"{{ '' | attr('__class__') }}\"}",
    "an attribute by key": "{prompt: \"{{ ''['__class__'] }}\"}",
    "the template itself": "{prompt: '{{ self._TemplateReference__context }}'}",
    "a macro's insides": "{prompt: '{% macro m() %}{% endmacro %}{{ m.__globals__ }}'}",
    "a format": "{prompt: \"{{ '{0.__class__}'.format('') }}\"}",
    "chance": "{prompt: '{{ [1, 2] | random }}'}",
    "the clock": "{prompt: '{{ now() }}'}",
    "an undefined name": "{prompt: '{{ config }}'}",
}


def test_templates_reach_nothing_but_their_variables(project: Path) -> None:
    assert refused(project, ESCAPES).keys() == ESCAPES.keys()


BOMBS = {
    "a long loop": "{prompt: '{% for i in range(10**9) %}x{% endfor %}'}",
    "loops in loops": "{prompt: '{% for a in range(9999) %}{% for b in range(9999) %}x{% endfor %}{% endfor %}'}",
    "a long text": "{prompt: \"{{ 'x' * 10**10 }}\"}",
    "a long list": "{prompt: '{{ [0] * 10**10 }}'}",
    "a large number": "{prompt: '{{ 9 ** 999999999 }}'}",
    "a wide format": "{prompt: \"{{ '%999999999d' % 1 }}\"}",
    "much padding": "{prompt: \"{{ 'x'.center(10**10) }}\"}",
    "endless recursion": "{prompt: '{% macro m() %}{{ m() }}{{ m() }}{% endmacro %}{{ m() }}'}",
    "doubling": "{prompt: \"{% set n = namespace(t='xxxxxxxx') %}{% for i in range(60) %}{% set n.t = n.t ~ n.t %}"
    '{% endfor %}{{ n.t }}"}',
    "deep brackets": "{prompt: '{{ " + "(" * 500 + "1" + ")" * 500 + " }}'}",
    "a huge matrix": "{prompt: '{{ a }}', matrix: {"
    + ", ".join(f"{name}: [{', '.join(map(str, range(60)))}]" for name in "abcdef")
    + "}}",
}


def test_templates_neither_run_for_ever_nor_fill_the_memory(project: Path) -> None:
    assert refused(project, BOMBS).keys() == BOMBS.keys()


def test_a_file_that_includes_itself_ends_in_an_error(project: Path) -> None:
    write_spec(project, HEAD + "  a: {prompt: {file: loop.j2}}\n")
    (problem,) = bounded(project, "validate", "--format", "json", check=1)["diagnostics"]
    assert (problem["file"], problem["line"]) == ("specs/loop.j2", 1)
    assert "nested more than" in problem["message"]


def yaml_bomb(levels: int) -> str:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, levels)]
    return "vars:\n" + "".join(f"  {line}\n" for line in lines)


@pytest.mark.parametrize(
    "text",
    [
        yaml_bomb(12) + HEAD + "  a: {prompt: '{{ a11 }}'}\n",
        HEAD + "  a: " + "{b: " * 5000 + "x" + "}" * 5000 + "\n",
        HEAD + "  a: " + "[" * 100_000 + "\n",
        HEAD + "  a: &a {prompt: x, vars: *a}\n",
        HEAD + "  a: {prompt: !!python/object/apply:os.system ['touch pwned']}\n",
        HEAD + "  a: {prompt: xx, width: " + "9" * 100_000 + "}\n",
        HEAD + "  a: {prompt: " + "x" * 3_000_000 + "}\n",
    ],
    ids=["aliases", "nesting", "brackets", "itself", "an object", "a long number", "a long prompt"],
)
def test_a_hostile_file_ends_in_an_error_and_not_in_a_standstill(project: Path, text: str) -> None:
    write_spec(project, text)
    assert bounded(project, "validate", "--format", "json", check=1)["errors"] >= 1
    assert not (project / "pwned").exists()


NAMES = {
    "a spec's name": ("../../evil", "shot"),
    "a spec's name with a slash": ("a/b", "shot"),
    "a spec's name with a dot": ("a.lock", "shot"),
    "a shot's name": ("night", "../../evil"),
    "a shot's name with a slash": ("night", "a/b"),
    "a hidden shot": ("night", ".evil"),
}


@pytest.mark.parametrize("names", NAMES.values(), ids=NAMES)
def test_names_cannot_lead_out_of_their_folders(project: Path, names: tuple[str, str]) -> None:
    spec, shot = names
    text = (
        f"apiVersion: ltxspec/v1\nkind: RenderSpec\nmetadata: {{name: '{spec}'}}\n{HEAD}  '{shot}': {{prompt: hello}}\n"
    )
    (project / "specs" / "odd.yaml").write_text(text)
    before = everything(project.parent)
    ltxspec("apply", "--provider", "sandbox", cwd=project, check=1)
    new = everything(project.parent) - before
    assert [path for path in new if not f"{path}/".startswith("project/.ltxspec/")] == []
    assert [path for path in new if "evil" in path or "lock" in path] == []


def test_odd_values_of_a_matrix_stay_in_the_tree_of_links(project: Path) -> None:
    values = ["../../evil", "a/b", "..", ".", "C:\\\\x", "x" * 300, "\\u202e", "con"]
    write_spec(
        project,
        HEAD + f"  sky: {{prompt: 'a {{{{ v }}}}', matrix: {{v: {json.dumps(values)}}}}}\n".replace("\\\\", "\\"),
    )
    before = everything(project.parent)
    ltxspec("apply", "--provider", "sandbox", cwd=project)
    new = everything(project.parent) - before
    roots = ("project/.ltxspec", "project/renders")
    assert [path for path in new if not path.startswith(roots)] == []
    links = list((project / "renders" / "sandbox" / "night").iterdir())
    assert len(links) == len(values)
    assert all(link.resolve().is_relative_to(project / ".ltxspec" / "archive") for link in links)


def everything(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*")}


@dataclass
class Service:
    """A far side that takes every order and answers looks as it likes."""

    video: dict[str, Any]  # fields of the finished item
    headers: dict[str, str] = field(default_factory=dict)  # of the download
    body: bytes = b""
    asked: list[str] = field(default_factory=list)

    def reply(self, task: dict[str, Any], base: str) -> dict[str, Any] | None:
        item = {"taskType": task["taskType"], "taskUUID": task["taskUUID"]}
        if task["taskType"] == "videoInference":
            self.asked.append(task["taskUUID"])
            return item
        if task["taskType"] == "getResponse" and task["taskUUID"] in self.asked:
            filled = {key: value.replace("BASE", base) for key, value in self.video.items()}
            return {**item, "taskType": "videoInference", "status": "success", "cost": 0.54, **filled}
        return None


@contextmanager
def serving(service: Service) -> Iterator[str]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            tasks = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            replies = [service.reply(task, f"127.0.0.1:{server.server_port}") for task in tasks]
            self.send(json.dumps({"data": [item for item in replies if item]}).encode(), {})

        def do_GET(self) -> None:
            self.send(service.body, service.headers)

        def send(self, body: bytes, headers: dict[str, str]) -> None:
            self.send_response(302 if "Location" in headers else 200)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Stay silent."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/v1"
        finally:
            server.shutdown()
            thread.join()


HOSTILE_VIDEOS = {
    "a redirect to a local file": Service(
        {"videoUUID": "v", "videoURL": "http://BASE/v.mp4"}, {"Location": "file:///etc/passwd"}
    ),
    "a redirect to another scheme": Service(
        {"videoUUID": "v", "videoURL": "http://BASE/v.mp4"}, {"Location": "ftp://127.0.0.1/v.mp4"}
    ),
    "a video of terabytes": Service(
        {"videoUUID": "v", "videoURL": "http://BASE/v.mp4"}, {"Content-Length": str(5 * 2**40)}
    ),
    "a page": Service({"videoUUID": "v", "videoURL": "http://BASE/v.mp4"}, {"Content-Type": "text/html"}, b"<html>"),
}


@pytest.mark.parametrize("service", HOSTILE_VIDEOS.values(), ids=HOSTILE_VIDEOS)
def test_a_download_takes_videos_only_and_what_was_paid_stays_recorded(project: Path, service: Service) -> None:
    write_spec(project, HEAD + "  a: {prompt: hello}\n")
    (project / "ltxspec.toml").write_text("[runware]\npoll_interval = 0.05\npoll_max = 0.1\n")
    before = everything(project.parent)
    with serving(service) as base:
        done = ltxspec("apply", "--auto-approve", cwd=project, check=3, RUNWARE_API_KEY=CANARY, RUNWARE_BASE_URL=base)
    assert "not archived" in done.out
    lockfile = json.loads((project / "lockfiles" / "night.lock.json").read_text())
    (take,) = lockfile["shots"]["a"]["takes"]
    assert (take["cost"], take["outputs"][0]["sha256"]) == ("0.54", None)
    new = [path for path in everything(project.parent) - before if (project.parent / path).is_file()]
    kept = ("project/.ltxspec/journal/", "project/.ltxspec/cache/", "project/.ltxspec/locks/", "project/lockfiles/")
    assert [path for path in new if not path.startswith(kept)] == []
    assert len(service.asked) == 1


@pytest.mark.parametrize(
    "video",
    [
        {"videoUUID": "v", "videoURL": "file:///etc/passwd"},
        {"videoUUID": "../../../../evil", "videoURL": "http://BASE/v.mp4"},
        {"videoUUID": "\x1b[31mred", "videoURL": "http://BASE/v.mp4\x1b[31m"},
    ],
    ids=["a local file", "a name that leads out", "signs for the terminal"],
)
def test_odd_names_and_addresses_in_a_reply_do_no_harm(project: Path, video: dict[str, str]) -> None:
    write_spec(project, HEAD + "  a: {prompt: hello}\n")
    (project / "ltxspec.toml").write_text("[runware]\npoll_interval = 0.05\npoll_max = 0.1\ntask_timeout = 1.0\n")
    before = everything(project.parent)
    service = Service(video, body=b"no video")
    with serving(service) as base:
        done = ltxspec("apply", "--auto-approve", cwd=project, check=3, RUNWARE_API_KEY=CANARY, RUNWARE_BASE_URL=base)
    assert "\x1b" not in done.out + done.err
    assert "root:" not in done.out + done.err
    assert [path for path in everything(project.parent) - before if "evil" in path] == []
    assert len(service.asked) == 1


def test_the_configuration_of_a_repository_cannot_send_the_key_elsewhere(project: Path) -> None:
    write_spec(project, HEAD + "  a: {prompt: hello}\n")
    (project / "ltxspec.toml").write_text('[runware]\nbase_url = "https://collector.example/v1"\n')
    stopped = ltxspec("apply", "--auto-approve", cwd=project, check=4, RUNWARE_API_KEY=CANARY)
    assert "is not sent to `collector.example`" in stopped.err
    assert not (project / ".ltxspec" / "journal").exists(), "nothing was about to be ordered"


def test_the_configuration_of_a_repository_cannot_lead_lockfiles_out_of_it(project: Path) -> None:
    write_spec(project, HEAD + "  a: {prompt: hello}\n")
    (project / "ltxspec.toml").write_text('[project]\nlockfiles = "../elsewhere"\n')
    stopped = ltxspec("apply", "--provider", "sandbox", cwd=project, check=1)
    assert "must be a path inside the project" in stopped.err


def test_nothing_that_is_made_is_for_everybody_to_write(tmp_path: Path) -> None:
    """Containers often run without a umask."""
    steps = (
        ("init", "--name", "night"),
        ("apply", "--provider", "sandbox", "--auto-approve"),
        ("plan", "--provider", "sandbox", "-o", "plan.json"),
    )
    before = os.umask(0)
    try:
        for arguments in steps:
            process(*arguments, cwd=tmp_path)
    finally:
        os.umask(before)
    made = [path for path in tmp_path.rglob("*") if not path.is_symlink()]
    assert {"plan.json", "night.lock.json"} <= {path.name for path in made}
    assert [path for path in made if path.stat().st_mode & stat.S_IWOTH] == []
