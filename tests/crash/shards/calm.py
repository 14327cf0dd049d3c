"""The end of a world of shards: troubles cease, what the machines have is joined, and a few applies finish the film."""

import json
from decimal import Decimal
from typing import Any

from crash.graphs.checkout import current
from crash.graphs.films import wishes
from crash.graphs.money import fitting, record_for
from crash.shards.acts import Actors, locks_of
from crash.shards.world import ShardWorld
from crash.simulator.calm import contradicts_itself
from crash.simulator.script import Step

ROUNDS = 8
A_DAY = 90_000.0


def settle(world: ShardWorld, actors: Actors) -> None:
    """Let the world become calm, and see that one checkout has everything. Raises Violation."""
    world.service.calm()
    world.clock.pass_seconds(100.0)
    _join(world, actors)
    said = ""
    for round_ in range(ROUNDS):
        actors.run("archive", "pull")  # videos that other machines have, to cut frames from
        actors.run("collect")
        blocked = [shot["address"] for shot in _planned(actors) if shot["action"] == "blocked"]
        unclear = {*blocked, *(world.place.unresolved & set(wishes(world.place.text)) if round_ > 1 else ())}
        last = actors.run("apply", "--auto-approve", *(word for one in sorted(unclear) for word in ("--retry", one)))
        said = f"exit {last.code}: {last.said.err[-600:]}{last.said.out[-600:]}"
        actors.check()
        if last.code == 0 and not _to_do(actors):
            break
        world.clock.pass_seconds(A_DAY)
    _judge(world, actors, said)


def _join(world: ShardWorld, actors: Actors) -> None:
    """Every machine leaves what it has. Joining it twice, or in another order, makes the same of it."""
    for clone in world.machines:
        world.leave(clone)
    actors.take(Step("join"))
    before = locks_of(world.place.root)
    folders = [f"../left/{one.name}" for one in reversed(world.artifacts)]
    if not folders:
        return
    again = actors.run("lock", "join", *folders, "--format", "json")
    joined = json.loads(again.said.out)["joined"] if again.code == 0 else []
    new = [one for one in joined if one["added"] or one["opened"]]
    if again.code != 0 or new or locks_of(world.place.root) != before:
        world.judge("joins", f"joining again ended with exit {again.code} and added {new}: {again.said.err[-600:]}")
    verified = actors.run("lock", "verify", "--base", "HEAD")
    if verified.code != 0:
        world.judge("joins", f"`lock verify` finds fault: {(verified.said.err + verified.said.out)[-600:]}")


def _planned(actors: Actors) -> list[Any]:
    run = actors.run("plan", "--format", "json")
    if run.code != 0:
        actors.world.judge("settles", f"no plan: exit {run.code}: {run.said.err[-600:]}{run.said.out[-600:]}")
    return list(json.loads(run.said.out)["shots"])


def _to_do(actors: Actors) -> list[str]:
    return [f"{shot['address']} {shot['action']}" for shot in _planned(actors) if shot["action"] != "no-op"]


def _judge(world: ShardWorld, actors: Actors, said: str) -> None:
    place = world.place
    if contradicts_itself(world.script) and "it did not finish in time" in said:
        return  # the outcome is unknown: the order is neither given up nor repeated
    if world.script.setting.per_spec is None and (to_do := _to_do(actors)):  # a limit may be used up by failures
        world.judge("settles", f"still to do: {to_do}; the last apply: {said}")
    if lost := set(actors.account.bought) - place.recorded:
        world.judge("lost", f"{sorted(lost)} were paid, and the joined lockfiles do not record them")
    if _to_do(actors):
        return
    for address in wishes(place.text):
        take = current(record_for(place, place.text, address))
        if take not in fitting(place, place.text, address):
            world.judge("follows", f"nothing is to do, but the take of `{address}` is not what its spec asks: {take}")
        if missing := [one["sha256"] for one in take["outputs"] if one["sha256"] not in place.archived]:
            world.judge("settles", f"the videos {missing} of `{address}` are not in the archive")
    _check_charges(world, actors)


def _check_charges(world: ShardWorld, actors: Actors) -> None:
    """What was paid is the film once, and what failed."""
    once = sum((scene.price for scene in set(actors.account.bought.values())), Decimal(0))
    failed = [scene for task, scene in actors.account.bought.items() if world.service.failed(task)]
    paid = sum((scene.price for scene in actors.account.bought.values()), Decimal(0))
    if paid > once + sum((scene.price for scene in failed), Decimal(0)):
        world.judge("placed once", f"{paid} was paid for a film of {once}")
