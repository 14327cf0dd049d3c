"""`ltxspec watch` as users run it: a process beside an editor, and its page."""

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Timer
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from acceptance.commands import REPOSITORY, ltxspec
from jsonschema import Draft202012Validator

from ltxspec.cli.main import COMMANDS
from ltxspec.project.project import ProjectContext, open_project
from ltxspec.project.watching.previews import serving_previews

PATIENCE = 60  # seconds, of a broken test
VALIDATOR = Draft202012Validator(json.loads((REPOSITORY / "schemas" / "watch" / "v1.json").read_text("utf-8")))


class Watch:
    """A running `ltxspec watch`; a process that says nothing more is killed, so that reading it ends."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "ltxspec", "watch", *arguments],
            cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        self._timer = Timer(PATIENCE, self.process.kill)
        self._timer.start()

    def event(self) -> Any:
        assert self.process.stdout is not None
        document = json.loads(self.process.stdout.readline())
        assert [error.message for error in VALIDATOR.iter_errors(document)] == []
        return document

    def address(self) -> str:
        assert self.process.stderr is not None
        found = re.search(r"http://127\.0\.0\.1:\d+/\S+/", self.process.stderr.readline())
        assert found is not None
        return found[0]

    def end(self, number: int) -> tuple[int, str, str]:
        self.process.send_signal(number)
        out, err = self.process.communicate()
        self._timer.cancel()
        return self.process.returncode, out, err


def replaced(path: Path, old: str, new: str) -> None:
    """Edit a file as many editors do: another one takes its place."""
    aside = path.with_name(f"{path.name}~")
    aside.write_text(path.read_text("utf-8").replace(old, new), "utf-8")
    aside.replace(path)


def test_watch_is_a_command_that_tells_programs_of_each_save(project: Path) -> None:
    assert "watch" in COMMANDS
    spec = project / "specs" / "night.yaml"
    watch = Watch(project, "--format", "json")
    first = watch.event()
    assert (first["type"], first["difference"], first["estimate"]["unknown"]) == ("planned", None, 0)
    replaced(spec, "Rain over", "Snow over")
    edited = watch.event()
    assert [shot["address"] for shot in edited["dirty"]] == ["night.alley"]
    assert (edited["files"], edited["difference"]["usd"]) == (["specs/night.yaml"], "0.00")
    replaced(spec, "shots:", "shots: [")
    failed = watch.event()
    assert (failed["type"], failed["error"]["code"], len(failed["diagnostics"])) == ("failed", "invalid", 1)
    replaced(spec, "shots: [", "shots:")
    assert watch.event()["mended"]
    assert watch.end(signal.SIGINT) == (0, "", "")
    assert not (project / ".ltxspec" / "sandbox").exists(), "nothing was ordered"


def test_text_and_an_end_by_sigterm(project: Path) -> None:
    watch = Watch(project)
    assert watch.process.stderr is not None
    assert watch.process.stderr.readline() == "Watching for changes; Ctrl-C ends it.\n"
    code, out, err = watch.end(signal.SIGTERM)
    assert (code, out.count("\n"), err.strip()) == (0, 2, "")
    assert out.startswith("Plan: 4 to render (4 create). Estimated $")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [(("--port", "1"), "`--port` is for `--preview`"), (("-",), "reads no spec from standard input")],
)
def test_what_cannot_be_watched_is_a_wrong_command_line(arguments: tuple[str, ...], told: str, project: Path) -> None:
    assert told in ltxspec("watch", *arguments, cwd=project, check=64).err


def awaited(address: str, wanted: str) -> str:
    """The page, once it has a text: its version is asked as the page's own script does."""
    version = ""
    with httpx.Client(trust_env=False) as client:
        while (page := client.get(address).text) and wanted not in page:
            known, version = version, client.get(f"{address}version").text
            while version == known:
                version = client.get(f"{address}version").text
    return page


def test_the_page_has_previews_of_just_the_shots_of_the_edit(project: Path) -> None:
    spec = project / "specs" / "night.yaml"
    watch = Watch(project, "--preview", "--format", "json")
    address = watch.address()
    assert watch.event()["page"] == address
    replaced(spec, "Rain over", "Snow over")
    assert [shot["address"] for shot in watch.event()["dirty"]] == ["night.alley"]
    page = awaited(address, "<video")
    (name,) = re.findall(r'src="media/([0-9a-f]{64}\.mp4)"', page)
    assert httpx.get(f"{address}media/{name}").content[4:8] == b"ftyp"
    replaced(spec, "shots:", "shots: [")
    assert watch.event()["type"] == "failed"
    assert "<video" not in awaited(address, 'role="alert"')
    replaced(spec, "shots: [", "shots:")
    assert watch.event()["mended"]
    assert name in awaited(address, "<video"), "the last edit is shown again"
    assert watch.end(signal.SIGINT)[0] == 0


@pytest.fixture
def page(project: Path) -> Iterator[tuple[str, ProjectContext]]:
    with serving_previews(0) as (address, _):
        yield address, open_project(project)


def test_the_page_is_for_this_machine_and_its_token(page: tuple[str, ProjectContext]) -> None:
    address, _ = page
    host = urlsplit(address).netloc
    found = httpx.get(address)
    assert (found.status_code, found.headers["cache-control"]) == (200, "no-store")
    assert "Planning" in found.text
    refused = [
        httpx.get(address, headers={"Host": "evil.example"}),
        httpx.get(f"http://{host}/"),
        httpx.get(f"{address}media/{'a' * 64}.mp4"),
        httpx.get(f"{address}media/..%2fltxspec.toml"),
    ]
    assert [reply.status_code for reply in refused] == [421, 404, 404, 404]
    assert "ltxspec watch --preview" in refused[1].text
