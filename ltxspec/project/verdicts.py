"""Verdicts: what people decide about takes. Nothing is ordered, and no lockfile is changed."""

from dataclasses import dataclass
from pathlib import Path

from ltxspec.apply.ledger import timestamp
from ltxspec.errors import LtxspecError, WrongUsage
from ltxspec.lock.models import ShotRecord
from ltxspec.lock.verdicts import Remark, Verdict, encode_verdicts
from ltxspec.project.locks import locked
from ltxspec.project.lookup import find_one, record_of
from ltxspec.project.pick import chosen
from ltxspec.project.project import ProjectContext
from ltxspec.project.remarks import verdict_path, verdicts_of
from ltxspec.redaction import redact_secrets
from ltxspec.storage.clock import SystemClock
from ltxspec.storage.durable import REAL, replace_file
from ltxspec.values import ShotAddress, TaskId

__all__ = ["Decided", "Opinion", "Verdict", "decide"]
_LONGEST_NOTE = 10_000  # characters


@dataclass(frozen=True, slots=True)
class Opinion:
    """What is said about a take.

    Attributes:
        number: the take, as numbered by `ltxspec show`; None: the current one.
        note: a text.
        at: the moment in the video that the note is about, in seconds.
        by: who decides; None: the name that git has.
    """

    number: int | None = None
    note: str | None = None
    at: float | None = None
    by: str | None = None


@dataclass(frozen=True, slots=True)
class Decided:
    """A take that was decided about."""

    address: ShotAddress
    number: int  # as in `ltxspec show`
    task: TaskId
    remark: Remark


def decide(project: ProjectContext, address: str, verdict: Verdict, opinion: Opinion) -> Decided:
    """Record a verdict about one take, in the file beside the spec's lockfile.

    Args:
        project: the project.
        address: one shot.
        verdict: the decision.
        opinion: the take, and what is said about it.

    Raises:
        UnknownAddress: nothing is recorded there.
        WrongUsage: there is no such take, it has no video, or the note is too long.
        VerdictError: the file cannot be read.
        LockHeld, LockfileError, StorageError: as for every change of a spec's records.
    """
    note = redact_secrets((opinion.note or "").strip()) or None
    if note is not None and len(note) > _LONGEST_NOTE:
        raise WrongUsage(f"the note has {len(note):,} characters, and at most {_LONGEST_NOTE:,} are kept")
    found = find_one(project, address).address
    who = redact_secrets(opinion.by or _git_name(project.root))
    with locked(project, [found.spec], command="approve" if verdict is Verdict.APPROVED else "reject"):
        record = record_of(project, found) or ShotRecord(None, ())
        place, take = chosen(str(found), record, opinion.number, None)
        remark = Remark(verdict, note, opinion.at, who, timestamp(SystemClock().now()))
        file = verdicts_of(project, found.spec).with_remark(take.task_id, remark)
        replace_file(verdict_path(project, found.spec), encode_verdicts(file), REAL.inside(project.root))
    return Decided(found, place, take.task_id, remark)


def _git_name(root: Path) -> str | None:
    """The name that commits are made under; None without git or without a name."""
    from ltxspec.storage.git import run_git

    try:
        done = run_git(root, "config", "user.name")
    except LtxspecError:
        return None
    return done.stdout.decode(errors="replace").strip() or None
