"""The examples in the help of each command: at least two, and all of them run as they are written.

A new command needs nothing here but its examples, in its epilog: "Examples: `ltxspec NAME one`, `ltxspec NAME --two`.".
They run in one copy of the project of `campaign`, one after the other, in process and against the sandbox. Where that
is not enough, what must be there first goes into `PREPARED`, and another exit code than 0 into `ENDS`. Servers end at
once, as if they were interrupted.
"""

import json
import os
import re
import shlex
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import click
import pytest
import uvicorn
from acceptance.commands import REPOSITORY, ltxspec, write_spec
from acceptance.repositories import commit, git
from acceptance.test_learn_prices import bought, unpriced
from acceptance.test_models_import import bundle
from fake_forges import TOKEN, FakeGitHub, FakeGitLab, serving
from sharing import made_once
from signers import write_signer
from store_servers import StoreServer

from ltxspec.cli.main import cli
from ltxspec.storage.watched import FolderWatch
from ltxspec.storage.webhook_config import VARIABLE

CONFIG = '[provider]\nname = "sandbox"\n[sandbox]\nspeed = 1000\n'
SPEC = """\
model: lightricks:ltx@2.5-fast
defaults: {width: 1280, height: 720, duration: 6, fps: 24}
shots:
  alley: {prompt: "Rain in an alley.", numberResults: 2, labels: {campaign: autumn}}
  weather:
    matrix: {sky: [rain, fog]}
    prompt: "{{ sky }} over a bridge"
"""
PAGE = REPOSITORY / "tests" / "acceptance" / "page" / "rain-slick-neon-alleyway-portrait"
INNER = re.compile(r"\$\((ltxspec [^)]*)\)")
ELSEWHERE = re.compile(r" [|>] ")  # from here on, it is about other programs and files

ENDS = {  # exit codes of examples other than 0, and why
    "ltxspec models diff schema-map.json --detailed-exitcode": 2,  # its model has a new parameter
    "ltxspec output 'night-scenes.*' | xargs mpv": 3,  # some of the shots are not rendered yet
}


def walk(group: click.Group, *names: str) -> Iterator[tuple[str, click.Command]]:
    """Every command and group that is shown."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if command.hidden:
            continue
        yield " ".join((*names, name)), command
        if isinstance(command, click.Group):
            yield from walk(command, *names, name)


def examples(command: click.Command) -> list[str]:
    """The examples of a command's help, as they stand there."""
    head, *lines = (command.epilog or "").removeprefix("\b\n").splitlines() or [""]
    return [line.removeprefix("  ").partition("  #")[0] for line in lines] if head.startswith("Example") else []


COMMANDS = dict(walk(cli))
EXAMPLES = {name: examples(command) for name, command in COMMANDS.items()}


def campaign(folder: Path) -> None:
    """A project in a repository, with two takes of `night-scenes.alley`, and a branch `feature` beside `main`."""
    folder.mkdir()
    (folder / "ltxspec.toml").write_text(CONFIG, encoding="utf-8")
    (folder / ".gitignore").write_text(".ltxspec\nrenders\n", encoding="utf-8")
    write_spec(folder, SPEC, "night-scenes")
    git(folder, "init", "--quiet", "--initial-branch=main")
    commit(folder, "first")
    ltxspec("apply", "--target", "night-scenes.alley", cwd=folder)
    ltxspec("apply", "--target", "night-scenes.alley", "--retake", "night-scenes.alley", cwd=folder)
    write_spec(folder, SPEC.replace("Rain", "Snow"), "night-scenes")
    git(folder, "checkout", "--quiet", "-b", "feature")
    commit(folder, "snow")
    git(folder, "update-ref", "refs/remotes/origin/main", "main")
    write_spec(folder, SPEC, "night-scenes")


@pytest.fixture(scope="session")
def campaign_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_once(tmp_path_factory, "campaign", campaign)


@pytest.fixture
def project(campaign_once: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(campaign_once, tmp_path / "campaign", symlinks=True))


def save_plan(folder: Path) -> None:
    ltxspec("plan", "-o", "plan.json", cwd=folder)


def save_review(folder: Path) -> None:
    (folder / "review.json").write_text('{"exportVersion": 1, "provider": "sandbox", "takes": []}', encoding="utf-8")


def save_report(folder: Path) -> None:
    done = ltxspec("diff", "main", "feature", "--format", "json", cwd=folder)
    (folder / "review.json").write_text(done.out, encoding="utf-8")


def make_shards(folder: Path) -> None:
    for number in (1, 2):
        shutil.copytree(folder, folder / "shards" / str(number), ignore=shutil.ignore_patterns("shards"))


def render_elsewhere(folder: Path) -> dict[str, str]:
    """A render of the model's page, and one that the provider has and no lockfile knows any more."""
    for part, name in (("request", "sent"), ("response", "reply")):
        shutil.copy(f"{PAGE}.{part}.json", folder / f"{name}.json")
    (shot,) = ltxspec("show", "night-scenes.alley", "--format", "json", cwd=folder).json["shots"]
    ltxspec("lock", "rm", "night-scenes.alley", "--take", "1", "--yes", cwd=folder)
    return {"TASK_UUID": shot["takes"][0]["taskUUID"]}


def keep_requests_and_a_table(folder: Path) -> None:
    (folder / "requests").mkdir()
    for part in ("request", "response"):
        shutil.copy(f"{PAGE}.{part}.json", folder / "requests")
    (folder / "shots.csv").write_text("id,prompt,seconds\nharbour,The harbour at dusk.,6\n", encoding="utf-8")


def buy_elsewhere(folder: Path) -> None:
    """A lockfile of paid takes."""
    render_elsewhere(folder)
    files = ("--request", "sent.json", "--response", "reply.json")
    ltxspec("import", "night-scenes.weather[rain]", *files, "--provider", "runware", cwd=folder)


def certify(folder: Path) -> None:
    """A signer's certificate and key, under long and short names."""
    write_signer(folder)
    for long, short in (("chain.pem", "c.pem"), ("key.pem", "k.pem")):
        shutil.copy(folder / long, folder / short)


def receive_videos(folder: Path) -> None:
    """Two videos that somebody sent."""
    videos = ltxspec("output", "night-scenes.alley", cwd=folder).out.split()
    for video, name in zip(videos, ("final-3.mp4", "old.mp4"), strict=True):
        shutil.copy(folder / video, folder / name)


def make_pictures(folder: Path) -> None:
    ltxspec("review", "main", "--png-dir", "pictures", cwd=folder)


def prepare_pictures(folder: Path) -> None:
    make_pictures(folder)
    ltxspec("previews", "prepare", "pictures", "--out", "ready", cwd=folder)


def use_a_store(folder: Path) -> None:
    (folder / "store").mkdir()
    store = f'[store]\nurl = "{(folder / "store").as_uri()}"\nfree = true\n'
    (folder / "ltxspec.toml").write_text(CONFIG + store, encoding="utf-8")


def fill_a_store(folder: Path) -> None:
    use_a_store(folder)
    ltxspec("archive", "push", cwd=folder)


def work_in_a_team(folder: Path) -> None:
    use_a_store(folder)
    config = (folder / "ltxspec.toml").read_text("utf-8")
    (folder / "ltxspec.toml").write_text(config.replace('"sandbox"', '"runware"').replace("free = true\n", ""), "utf-8")


def await_calls(folder: Path) -> dict[str, str]:
    config = '[provider]\nname = "runware"\n[webhook]\nurl = "https://studio.example/calls"\n'
    (folder / "ltxspec.toml").write_text(config, encoding="utf-8")
    return {"RUNWARE_API_KEY": "a-key", VARIABLE: "a-secret-of-calls-0123456789"}


def buy_without_prices(folder: Path) -> None:
    shutil.rmtree(folder / "specs")
    unpriced(folder)
    bought(folder, "alley", 0.48)


def import_an_older_model(folder: Path) -> None:
    bundle(folder)
    ltxspec("models", "import", "schema-map.json", cwd=folder)
    bundle(folder, "20261101000000", steps={"type": "integer", "minimum": 1})


def head_of(folder: Path) -> str:
    return git(folder, "rev-parse", "HEAD").stdout.strip()


def open_a_change(folder: Path) -> dict[str, str]:
    event = {"pull_request": {"number": 7, "head": {"sha": head_of(folder)}}}
    (folder / "event.json").write_text(json.dumps(event), encoding="utf-8")
    return {"GITHUB_EVENT_PATH": str(folder / "event.json")}


def report_a_change(folder: Path) -> dict[str, str]:
    save_report(folder)
    return open_a_change(folder)


# What must be there before the examples of a command; it may return variables.
PREPARED: Mapping[str, Callable[[Path], object]] = {
    "apply": save_plan,
    "import": render_elsewhere,
    "label": certify,
    "init": keep_requests_and_a_table,
    "lock force-release": work_in_a_team,
    "lock join": make_shards,
    "lock merge": buy_elsewhere,
    "archive push": use_a_store,
    "archive rescue": use_a_store,
    "archive verify": fill_a_store,
    "archive gc": fill_a_store,
    "comment": report_a_change,
    "models import": bundle,
    "models diff": import_an_older_model,
    "models learn-prices": buy_without_prices,
    "review import": save_review,
    "previews": make_pictures,
    "previews change": open_a_change,
    "previews prepare": make_pictures,
    "previews upload": prepare_pictures,
    "previews store": prepare_pictures,
    "listen": await_calls,
    "whence": receive_videos,
}
APART = {"apply", "import", "lock mv", "lock rm"}  # one example leaves nothing to do for the next
FORGES = {
    "comment": "github",
    "previews": "github",
    "previews change": "github",
    "previews closed": "github",
    "previews tidy": "github",
    "previews upload": "gitlab",
}
STORED = {"previews store", "previews tidy"}


@pytest.fixture
def github(project: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with serving(FakeGitHub(head_of(project))) as api:
        for key, value in {"API_URL": api, "TOKEN": TOKEN, "REPOSITORY": "owner/films", "ACTIONS": "true"}.items():
            monkeypatch.setenv(f"GITHUB_{key}", value)
        yield


@pytest.fixture
def gitlab(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with serving(FakeGitLab()) as api:
        found = {"GITLAB_CI": "true", "CI_API_V4_URL": api, "GITLAB_TOKEN": TOKEN, "CI_PROJECT_PATH": "group/films"}
        for key, value in found.items():
            monkeypatch.setenv(key, value)
        yield


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_two_examples_of_it(name: str) -> None:
    own = [example for example in EXAMPLES[name] if f"ltxspec {name}" in example]
    assert len(own) >= 2, f"give `{name}` an epilog: Examples: `ltxspec {name} …`, `ltxspec {name} …`."


@pytest.mark.parametrize("name", COMMANDS)
def test_the_examples_of_a_command_run(
    name: str, project: Path, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uvicorn.Server, "run", lambda *_, **__: None)  # as if it were interrupted at once
    monkeypatch.setattr(FolderWatch, "wait", interrupted)
    monkeypatch.setattr("ltxspec.project.animatic.shape_of", lambda _: (64, 36, 1.0, 12.0))  # a small film
    monkeypatch.setenv("SHA", head_of(project))
    if name in FORGES:
        request.getfixturevalue(FORGES[name])
    if name in STORED:
        store: StoreServer = request.getfixturevalue("s3")
        (project / "ltxspec.toml").write_text(f'{CONFIG}{store.table}[previews]\nstore = "store"\n', encoding="utf-8")
    variables = PREPARED[name](project) if name in PREPARED else None
    for key, value in variables.items() if isinstance(variables, dict) else ():
        monkeypatch.setenv(key, value)
    for number, example in enumerate(EXAMPLES[name]):
        folder = Path(shutil.copytree(project, tmp_path / str(number))) if name in APART else project
        ltxspec(*arguments(example, folder), cwd=folder, check=ENDS.get(example, 0))


def interrupted(*_: object) -> set[str]:
    raise KeyboardInterrupt


def arguments(example: str, folder: Path) -> list[str]:
    """The arguments of the `ltxspec` in an example, as a shell in that folder gives them."""
    inner = INNER.search(example)
    line = ELSEWHERE.split(inner[1] if inner else example)[0]
    name, *words = shlex.split(os.path.expandvars(line))
    assert name == "ltxspec", example
    if "*" not in line or "'" in line:
        return words
    found = [[str(path.relative_to(folder)) for path in folder.glob(word)] or [word] for word in words]
    return [part for parts in found for part in sorted(parts)]
