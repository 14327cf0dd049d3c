"""A chain of shots for the tests of plans: an alley, a street that begins where it ends, and a door after that."""

from dataclasses import replace
from typing import Any

from builders import fingerprint, lockfile, record, request, take
from msgspec.structs import replace as with_fields

from ltxspec.catalog.models import Catalog
from ltxspec.lock.journal import JournalState
from ltxspec.lock.models import Lockfile, Take
from ltxspec.lock.verdicts import Remark, Verdict
from ltxspec.plan.actions import Action, Change
from ltxspec.plan.cases import PlanContext
from ltxspec.plan.in_order import Planned, planned_in_order
from ltxspec.plan.planner import plan_spec
from ltxspec.plan.recorded import RecordedState
from ltxspec.plan.selection import Selection
from ltxspec.render.models import RenderedSpec, Request
from ltxspec.render.references import Reference
from ltxspec.values import Fingerprint, ShotAddress, TaskId

CATALOG = Catalog((), {})


def follows(key: str, source: str, prompt: str = "", number: int | None = None) -> Request:
    """A shot that begins with the last frame of another one."""
    reference = Reference(ShotAddress("night", source), "last", number, path=("image",))
    text = prompt or key

    def identify(*contents: str) -> list[Fingerprint]:
        return [fingerprint(" ".join([text, *contents]))]

    own = request(key, text, image=reference.name)
    return replace(own, fingerprint=None, references=(reference,), identify=identify)


def bought(wanted: Request, number: int, source: Take | None = None) -> Take:
    """A take of a request, whose output has a hash of its own."""
    known = wanted.beginning_with([source.outputs[0].sha256]) if source is not None else wanted
    assert known.fingerprint is not None
    made = take(str(wanted.body["positivePrompt"]), number=number)
    outputs = tuple(with_fields(output, sha256=f"{number:064x}") for output in made.outputs)
    return with_fields(
        made, fingerprint=known.fingerprint, request=dict(known.body), inputs=dict(known.inputs), outputs=outputs
    )


def plan(
    *requests: Request,
    locked: Lockfile | None = None,
    chosen: Selection | None = None,
    verdicts: dict[TaskId, Remark] | None = None,
    under_way: JournalState | None = None,
) -> dict[str, Change]:
    have = {"night": RecordedState(locked or lockfile(), under_way or JournalState())}
    context = PlanContext("project", "runware", CATALOG, chosen or Selection())

    def plain(specs: Any) -> Planned:
        return [change for spec in specs for change in plan_spec(spec, have[spec.name], context)], {}

    spec = RenderedSpec("night", "specs/night.yaml", None, requests)
    changes, _ = planned_in_order([spec], have, context.selection, lambda: verdicts or {}, plain)
    return {change.address.instance: change for change in changes}


def actions(changes: dict[str, Change]) -> dict[str, Action]:
    return {key: change.action for key, change in changes.items()}


ALLEY, STREET, DOOR = request("alley", "alley"), follows("street", "alley"), follows("door", "street")
FIRST = bought(ALLEY, 1)
SECOND = bought(STREET, 2, FIRST)
THIRD = bought(DOOR, 3, SECOND)
OWNED = lockfile(alley=record(FIRST), street=record(SECOND), door=record(THIRD))


def remark(verdict: Verdict) -> Remark:
    return Remark(verdict, None, None, None, "2026-11-29T10:00:00Z")
