"""`export openjd`: a plan as a job template that render farms run (Open Job Description, 2023-09).

The job has three steps: copies of the project as it is, one for each shard; `ltxspec apply --shard K/N` in each copy;
and one that joins what the shards recorded. A farm may run any of them again: what a copy has ordered is in its journal
and lockfiles, and task ids follow from the shots. Keys are in the environments of the farm's machines.
"""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Final

from ltxspec.errors import LtxspecError, WrongUsage
from ltxspec.plan.actions import Action, estimate
from ltxspec.plan.planfile import plan_digest
from ltxspec.project.lockfiles.edit import UnderWay
from ltxspec.project.plan import ProjectPlan
from ltxspec.project.project import ProjectContext
from ltxspec.report.wording import amount, counted
from ltxspec.storage.outputs import write_document
from ltxspec.values import Json, Usd

SPECIFICATION: Final = "jobtemplate-2023-09"
_ID = 16  # digits of the plan's digest
_NAME = 60  # characters
_NOTICE = 600  # seconds that a task has after a farm cancels it, to collect what is rendered
_FOLDER = ".ltxspec/openjd"

_PREPARE = """\
#!/bin/sh
# Copies of the project as it is now, one for each shard. A copy that is there stays: its shard may have begun.
set -eu
cd "$1"
mkdir -p {folder}
for shard in {shards}; do
    [ ! -d "{folder}/$shard" ] || continue
    new=$(mktemp -d "{folder}/new.XXXXXX") # mktemp replaces the Xs: two attempts at once never share a copy
    tar -cf - --exclude=./.git --exclude=./.ltxspec --exclude=./renders . | tar -xf - -C "$new"
{records}    mv "$new" "{folder}/$shard"
done
"""
_RECORDS = """\
    if [ -d {records} ]; then mkdir -p "$new/{records}" && cp -R {records}/. "$new/{records}"; fi
"""
_APPLY = """\
#!/bin/sh
# One shard. When it is run again it goes on where it stopped: then the plan is what is left of the approved one.
set -eu
cd "$1/{folder}/$2"
shard=$2
set --
[ -d {journal} ] || set -- --approved {digest}
code=0
ltxspec apply --provider {provider} --auto-approve --shard "$shard/{count}" {limit} --lock-timeout {wait} \\
    "$@" {paths} || code=$?
[ "$code" -ne 3 ] || code=0 # what is unfinished is recorded, and the last step fails then
exit "$code"
"""
_JOIN = """\
#!/bin/sh
# What the shards recorded, in the project. Joining again changes nothing.
set -eu
cd "$1"
set --
for shard in {folder}/[0-9]*; do
    # without these it had nothing to do
    if [ -d "$shard"/{lockfiles} ] || [ -d "$shard/{journal}" ]; then set -- "$@" "$shard"; fi
done
[ $# -eq 0 ] || ltxspec lock join --provider {provider} "$@"
ltxspec collect --provider {provider}
ltxspec archive pull --provider {provider}
ltxspec plan --provider {provider} --detailed-exitcode {paths}
"""


class NothingToRender(LtxspecError):
    """The plan of a job orders nothing."""

    code = "nothing-to-render"


@dataclass(frozen=True, slots=True)
class FarmJob:
    """What a job is made of.

    Attributes:
        planned: the plan that is approved by writing the job.
        shards: how many tasks share it.
        paths: specs of the plan, as the user wrote them; none: all.
        max_cost: USD that all shards together may spend; the project's own limits hold as well.
        beside: whether the template lies in the project's folder.
    """

    planned: ProjectPlan
    shards: int
    paths: Sequence[str] = ()
    max_cost: Usd | None = None
    beside: bool = False


def job_template(job: FarmJob) -> dict[str, Json]:
    """The template.

    Raises:
        NothingToRender: the plan orders nothing.
        UnderWay: something is in progress, of which the copies would not know.
        WrongUsage: a name cannot be written into a template.
    """
    planned = job.planned
    if not any(change.action.spends for change in planned.changes):
        raise NothingToRender("there is nothing to render", hint="`ltxspec plan` shows why")
    if under_way := sum(change.action is Action.RESUME for change in (*planned.changes, *planned.plan.outside)):
        raise UnderWay(
            f"{under_way:,} shot{'s are' if under_way > 1 else ' is'} in progress on this machine, and copies of the "
            "project would not know",
            hint="run `ltxspec collect` first",
        )
    words = _words(job)
    steps = [
        _step("Prepare", _PREPARE, words),
        {
            **_step("Apply", _APPLY, words, after="Prepare", notice=True),
            "parameterSpace": {
                "taskParameterDefinitions": [{"name": "Shard", "type": "INT", "range": f"1-{job.shards}"}]
            },
        },
        _step("Join", _JOIN, words, after="Apply"),
    ]
    folder = {"name": "Project", "type": "PATH", "objectType": "DIRECTORY", "dataFlow": "INOUT"}
    shown = "The folder of ltxspec.toml, which all machines of the farm see."
    return {
        "specificationVersion": SPECIFICATION,
        "name": _name(planned),
        "parameterDefinitions": [{**folder, **({"default": "."} if job.beside else {}), "description": shown}],
        "steps": steps,
    }


def job_text(job: FarmJob) -> str:
    """The template as YAML. Raises as `job_template`."""
    import yaml

    class Dumper(yaml.SafeDumper):
        """Scripts as blocks, so that people can read them."""

    def text(dumper: yaml.SafeDumper, value: str) -> yaml.Node:
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if "\n" in value else None)

    Dumper.add_representer(str, text)
    found: str = yaml.dump(job_template(job), Dumper=Dumper, sort_keys=False, allow_unicode=True, width=120)
    return found


def save_job(job: FarmJob, path: Path) -> None:
    """Write the template to a file. Raises as `job_text`, and StorageError, also for a file that is no template."""
    write_document(path, [job_text(job).encode()], begins=b"specificationVersion:")


def ordered(job: FarmJob) -> str:
    """What submitting a job orders, in a few words: `3 orders, $2.16`."""
    orders = [change for change in job.planned.changes if change.action.spends]
    sums = estimate(orders)
    return f"{counted(len(orders), 'order')}, {amount(sums.usd, sums.unknown)}"


def _words(job: FarmJob) -> Mapping[str, str]:
    project, digest = job.planned.project, plan_digest(job.planned.plan)
    local = Path(".ltxspec") / project.service.folder
    limit = [] if job.max_cost is None else ["--max-cost", str(Decimal(job.max_cost))]
    return {
        "folder": f"{_FOLDER}/{digest.removeprefix('sha256:')[:_ID]}-{job.shards}",
        "shards": " ".join(str(number) for number in range(1, job.shards + 1)),
        "count": str(job.shards),
        "digest": digest,
        "provider": project.provider,
        "lockfiles": shlex.quote(project.label(project.lockfiles)),
        "journal": (local / "journal").as_posix(),
        "wait": str(_NOTICE),
        "records": _RECORDS.format(records=(local / "lockfiles").as_posix()) if project.service.free else "",
        "limit": shlex.join(limit),
        "paths": shlex.join(["--", *(_inside(project, path) for path in job.paths)]),
    }


def _step(
    name: str, script: str, words: Mapping[str, str], *, after: str = "", notice: bool = False
) -> dict[str, Json]:
    run: dict[str, Json] = {"command": "{{Task.File.Run}}", "args": ["{{Param.Project}}"]}
    if notice:
        run["args"] = [*run["args"], "{{Task.Param.Shard}}"]
        run["cancelation"] = {"mode": "NOTIFY_THEN_TERMINATE", "notifyPeriodInSeconds": _NOTICE}
    text = script.format(**words)
    step: dict[str, Json] = {"name": name}
    if after:
        step["dependencies"] = [{"dependsOn": after}]
    step["script"] = {
        "embeddedFiles": [{"name": "Run", "type": "TEXT", "filename": "run.sh", "runnable": True, "data": text}],
        "actions": {"onRun": run},
    }
    return step


def _inside(project: ProjectContext, path: str) -> str:
    """A path from the project's folder, as the copies have it. Raises WrongUsage if it cannot be written so."""
    place = project.label((project.folder / path).resolve())
    if place.startswith("/") or "{{" in place or "\n" in place:
        raise WrongUsage(f"`{path}` cannot stand in a job", hint="name a path in the project's folder")
    return place


def _name(planned: ProjectPlan) -> str:
    names = ", ".join(dict.fromkeys(change.address.spec for change in planned.changes if change.action.spends))
    return names if len(names) <= _NAME else f"{names[: _NAME - 1]}…"
