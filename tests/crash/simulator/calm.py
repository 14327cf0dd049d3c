"""The end of a world: troubles cease, and a few applies must settle everything without a hand."""

from pathlib import Path

from crash.bench import SPEC
from crash.simulator.actors import Actors
from crash.simulator.checkout import JOURNAL, Checkout
from crash.simulator.oracle import Oracle
from crash.simulator.script import Script, Step
from crash.simulator.specs import read, wishes, written
from crash.simulator.world import Run, World

ROUNDS = 4
A_DAY = 90_000.0


def settle(world: World, actors: Actors, oracle: Oracle) -> None:
    """Let the world become calm, and see that everything comes to its end. Raises Violation."""
    world.service.calm()
    for number, place in enumerate(world.places):
        _tidy(place)
        oracle.look()
        _settle_one(world, actors, place, number)


def _tidy(place: Checkout) -> None:
    """What users do without ltxspec: finish a merge, restore what they hid, drop a journal or a link from elsewhere."""
    place.git("merge", "--abort")
    if (place.root / "renders" / SPEC).is_symlink():
        (place.root / "renders" / SPEC).unlink()
    place.git("sparse-checkout", "disable")
    if place.git("ls-files", "--", JOURNAL).stdout:
        place.git("rm", "--quiet", "--force", "--ignore-unmatch", JOURNAL)
        place.git("commit", "--quiet", "--message", "state")
    for name in place.git("ls-files", "--deleted", "-z", "--", "lockfiles").stdout.decode().split("\0")[:-1]:
        place.git("checkout", "--quiet", "--", name)
    try:
        place.write(written(read(place.text)))
    except ValueError:
        place.write(written(()))


def _settle_one(world: World, actors: Actors, place: Checkout, number: int) -> None:
    world.command(place, "lock", "merge")
    last = None
    for round_ in range(ROUNDS):
        world.clock.pass_seconds(100.0 if round_ == 0 else A_DAY)
        retry = [word for key in _open(place) for word in ("--retry", f"{SPEC}.{key}")] if round_ > 1 else []
        last = world.command(place, "apply", "--auto-approve", *retry)
        if last.code == 1 and "is not this project's" in last.said.err:
            (place.root / JOURNAL).unlink()  # as its hint says
        actors.steps += 1
        oracle_step = Step("apply", number)
        actors.oracle.check(oracle_step)
        if last.code == 0 and not _open(place):
            break
    if last is not None and not world.script.manners.remembers < A_DAY:
        _judge(world, place, last)


def _open(place: Checkout) -> list[str]:
    """Instance keys of what the journal still has open and the spec still wants."""
    ended = {e["taskUUID"] for e in place.journal if e["event"] in ("committed", "abandoned")}
    keys = {e["instance"] for e in place.journal if e["event"] == "intent" and e["taskUUID"] not in ended}
    return sorted(keys & set(wishes(place.text)))


def _judge(world: World, place: Checkout, last: Run) -> None:
    script = world.script
    may_fail = any(fault.fault in ("refuse", "fail") for fault in script.manners.faults)
    allowed = {
        1: not wishes(place.text),
        3: may_fail,
        4: script.setting.per_spec is not None,
        70: "no bug" in world.ignored,
    }
    if script.setting.per_spec is not None and "with enough budget left" in last.said.err:
        return  # what nobody has word of is new money, and there is none
    if contradicts_itself(script) and "it did not finish in time" in last.said.err:
        return  # the outcome is unknown: the order is neither given up nor repeated
    if script.setting.per_spec is not None and "the cost limit would be exceeded" in last.said.err:
        return  # renders that cost more than listed have used it up
    fine = {0, *(code for code, may_be in allowed.items() if may_be)}
    if last.code not in fine:
        world.judge("settles", f"the last apply in {place.name} ended with exit {last.code}: {last.said.err[-600:]}")
    if last.code != 0:
        return
    pull = world.command(place, "archive", "pull")
    if pull.code != 0:
        world.judge("settles", f"`archive pull` in {place.name} fails: {(pull.said.err + pull.said.out)[-400:]}")
    missing = [sha for sha in _current(place) if sha is None or sha not in place.archived]
    if missing:
        world.judge("settles", f"{len(missing)} videos of current takes in {place.name} are not in the archive")
    _check_renders(world, place)


def contradicts_itself(script: Script) -> bool:
    """Whether the service calls unknown tasks running, and once said of one that it knows none."""
    troubles = [trouble for step in script.steps for trouble in step.troubles]
    return script.manners.behaviour.unknown_task == "processing" and any(
        trouble.code == "taskNotFound" for trouble in troubles
    )


def _current(place: Checkout) -> list[str | None]:
    return [output["sha256"] for _, outputs in _takes(place) for output in outputs]


def _takes(place: Checkout) -> list[tuple[str, list[dict[str, str | None]]]]:
    records = place.lock["shots"].items()
    return [(k, t["outputs"]) for k, record in records for t in record["takes"] if t["taskUUID"] == record["current"]]


def _check_renders(world: World, place: Checkout) -> None:
    """`renders/` shows the current paid takes."""
    folder = place.root / "renders" / SPEC
    for key, outputs in _takes(place):
        for number, output in enumerate(outputs, 1):
            name = key if len(outputs) == 1 else f"{key}.{number}"
            links = [path for path in folder.glob("*") if _stem(path) == name and path not in place.own_files]
            shown = [path.resolve().stem for path in links]
            if shown != [output["sha256"]]:
                world.judge("renders", f"`{name}` in {place.name} shows {shown}, not the current {output['sha256']}")


def _stem(path: Path) -> str:
    return path.name.rpartition(".")[0]
