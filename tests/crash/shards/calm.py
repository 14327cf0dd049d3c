"""The end of a world of shards: troubles cease, what the machines have is joined, and a few applies finish the film."""

import json
from decimal import Decimal
from typing import Any

from crash.graphs.checkout import GraphCheckout, current
from crash.graphs.films import wishes
from crash.graphs.money import fitting, record_for
from crash.shards.acts import Actors, locks_of
from crash.shards.world import ShardWorld
from crash.simulator.calm import contradicts_itself
from crash.simulator.script import Step

from ltxspec.errors import Refused

ROUNDS = 8
A_DAY = 90_000.0


def settle(world: ShardWorld, actors: Actors) -> None:
    """Let the world become calm, and see that one checkout has everything. Raises Violation."""
    world.service.calm()
    world.clock.pass_seconds(100.0)
    if world.script.seed % 2:
        _finish_shards(world, actors)
    _join(world, actors)
    said = _finished(world, actors, world.place)
    _judge(world, actors, said)


def _finish_shards(world: ShardWorld, actors: Actors) -> None:
    """Every shard alone comes to its end: it needs nothing of the others."""
    for number, clone in enumerate(world.machines[: world.count], 1):
        said = _finished(world, actors, clone, "--shard", f"{number}/{world.count}")
        if (to_do := _to_do(actors, clone, f"--shard={number}/{world.count}")) and not _may_stay(world, said):
            world.judge("whole", f"shard {number} still has to do: {to_do}; its last apply: {said}")


def _finished(world: ShardWorld, actors: Actors, place: GraphCheckout, *shard: str) -> str:
    """Apply until nothing is left to do, as a person who reads the hints; what the last apply said."""
    said = ""
    for round_ in range(ROUNDS):
        actors.run("archive", "pull", at=place)  # videos that other machines have, to cut frames from
        blocked = [shot["address"] for shot in _planned(actors, place, *shard) if shot["action"] == "blocked"]
        unclear = {*blocked, *(place.unresolved & set(wishes(place.text)) if round_ > 1 else ())}
        retry = [word for one in sorted(unclear) for word in ("--retry", one)]
        last = actors.run("apply", *shard, "--auto-approve", *retry, at=place)
        said = f"exit {last.code}: {last.said.err[-600:]}{last.said.out[-600:]}"
        if last.code == Refused.exit_code and place.unresolved:
            actors.run("collect", at=place)  # as the hint says: a refused apply leaves alone what is in progress
        actors.check()
        if last.code == 0 or (last.code == Refused.exit_code and round_ > 0):  # more rounds change no limit
            break
        world.clock.pass_seconds(A_DAY)
    return said


def _may_stay(world: ShardWorld, said: str) -> bool:
    """Whether something may be left to do: failures used a limit up, or the outcome of an order is unknown."""
    unknown = contradicts_itself(world.script) and "it did not finish in time" in said
    return unknown or world.script.setting.per_spec is not None


def _join(world: ShardWorld, actors: Actors) -> None:
    """Every machine leaves what it has. Joining it twice, or in another order, makes the same of it."""
    for clone in world.machines:
        actors.keep(clone)
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


def _planned(actors: Actors, place: GraphCheckout, *shard: str) -> list[Any]:
    run = actors.run("plan", *shard, "--format", "json", at=place)
    if run.code != 0:
        actors.world.judge("settles", f"no plan: exit {run.code}: {run.said.err[-600:]}{run.said.out[-600:]}")
    return list(json.loads(run.said.out)["shots"])


def _to_do(actors: Actors, place: GraphCheckout, *shard: str) -> list[str]:
    planned = _planned(actors, place, *shard)
    return [f"{shot['address']} {shot['action']}" for shot in planned if shot["action"] != "no-op"]


def _judge(world: ShardWorld, actors: Actors, said: str) -> None:
    place = world.place
    to_do = _to_do(actors, place)
    if to_do and not _may_stay(world, said):
        world.judge("settles", f"still to do: {to_do}; the last apply: {said}")
    if to_do and world.script.setting.per_spec is None:
        return
    if lost := set(actors.account.bought) - place.recorded:
        world.judge("lost", f"{sorted(lost)} were paid, and the joined lockfiles do not record them")
    if to_do:
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
