from pathlib import Path

import pytest
from builders import lockfile, own_intent
from unit.project.projects import path_of, project, recorded

from ltxspec.errors import WrongUsage
from ltxspec.plan.actions import Action
from ltxspec.plan.document import PlanOptions
from ltxspec.project.collect import jobs_for, journalled, what_to_collect
from ltxspec.project.locks import holding
from ltxspec.project.project import ProjectContext
from ltxspec.storage.journal import JournalFile

GOOD = """\
apiVersion: ltxspec/v1
kind: RenderSpec
metadata: {name: night}
model: lightricks:2@0
defaults: {width: 1920, height: 1080}
shots:
  alley: {prompt: Rain}
"""
BROKEN = GOOD.replace("{prompt: Rain}", "{prompt: [")


def journal(opened: ProjectContext, name: str) -> None:
    JournalFile(opened.paths_of(name).journal).append(own_intent(spec=name, provider="runware"))


def spec(opened: ProjectContext, file: str, text: str = GOOD) -> None:
    (opened.root / "specs").mkdir(exist_ok=True)
    (opened.root / "specs" / file).write_text(text)


def test_every_journal_is_collected_whether_its_spec_is_there_or_not(tmp_path: Path) -> None:
    opened = project(tmp_path)
    for name in ("night", "gone"):
        journal(opened, name)
    spec(opened, "night.yaml")
    collection = what_to_collect(opened, ())
    assert (collection.names, collection.broken) == (["gone", "night"], [])
    assert [rendered.name for rendered in collection.rendered] == ["night"]


def test_without_a_journal_there_is_nothing_to_collect(tmp_path: Path) -> None:
    opened = project(tmp_path)
    spec(opened, "night.yaml")
    assert journalled(opened) == []
    assert what_to_collect(opened, ()).rendered == []


@pytest.mark.parametrize("named", ["metadata: {name: night}", "metadata:\n  name: 'night'  # ours"])
def test_a_broken_spec_that_is_named_stands_for_its_journal(tmp_path: Path, named: str) -> None:
    opened = project(tmp_path)
    for name in ("night", "nightfall"):
        journal(opened, name)
    spec(opened, "night.yaml", BROKEN.replace("metadata: {name: night}", named))
    collection = what_to_collect(opened, ["specs/night.yaml"])
    assert (collection.names, collection.broken) == (["night"], ["specs/night.yaml"])


@pytest.mark.parametrize("paths", [(), ("specs/day.yaml",)])
def test_what_a_spec_refers_to_is_read_and_not_collected(tmp_path: Path, paths: tuple[str, ...]) -> None:
    opened = project(tmp_path)
    follows = "{prompt: Home, inputs: {frameImages: [{image: {shot: night.alley, frame: last}, frame: first}]}}"
    spec(opened, "day.yaml", GOOD.replace("name: night", "name: day").replace("{prompt: Rain}", follows))
    spec(opened, "night.yaml")
    spec(opened, "sea.yaml", GOOD.replace("name: night", "name: sea"))
    for name in ("day", "sea"):
        journal(opened, name)
    collection = what_to_collect(opened, paths)
    found = [(rendered.name, rendered.is_context) for rendered in collection.rendered]
    assert found == [("day", False), ("night", True)] + [("sea", False)] * (not paths)
    assert [rendered.name for rendered in collection.own] == list(collection.names)


def test_a_path_that_does_not_exist_is_told(tmp_path: Path) -> None:
    with pytest.raises(WrongUsage, match="does not exist"):
        what_to_collect(project(tmp_path), ["specs/nope.yaml"])


def test_a_journal_without_a_spec_is_a_job_of_its_own(tmp_path: Path) -> None:
    opened = project(tmp_path, lockfile())
    before = path_of(opened).read_bytes()
    journal(opened, "night")
    collection = what_to_collect(opened, ())
    with holding(opened, collection.names, wait=0.0, command="collect") as held:
        (job,) = jobs_for(opened, held, collection, PlanOptions())
        assert (job.ledger.spec, len(job.ledger.open)) == ("night", 1)
        (left,) = job.changes
        assert (left.action, left.request) == (Action.RESUME, None)
    assert path_of(opened).read_bytes() == before
    assert recorded(opened).shots == {}
