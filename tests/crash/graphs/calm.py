"""The end of a world of films: troubles cease, pins go, gates open, and a few applies must finish every shot."""

import json
from dataclasses import replace
from typing import Any

from crash.graphs.acts import Actors
from crash.graphs.checkout import current
from crash.graphs.films import wishes, written
from crash.graphs.money import fitting, record_for
from crash.graphs.world import GraphWorld
from crash.simulator.calm import contradicts_itself

ROUNDS = 14  # more than the longest chain has gates
A_DAY = 90_000.0


def settle(world: GraphWorld, actors: Actors) -> None:
    """Let the world become calm, and see that every film comes to its end. Raises Violation."""
    world.service.calm()
    _unpin(world)
    said = ""
    for round_ in range(ROUNDS):
        world.clock.pass_seconds(100.0 if round_ == 0 else A_DAY)
        if round_ > 0:
            actors.run("archive", "pull")  # where the address of a lost video of a source has expired
            left = world.place.unresolved - set(wishes(world.place.text)) if round_ > 1 else set()
            retry = [word for address in sorted(left) for word in ("--retry", address)]
            actors.run("collect", *retry)  # as hints say where a shot of another spec has what is wanted in progress
        for address in actors.waiting():
            actors.run("approve", address)
        blocked = [shot["address"] for shot in _planned(actors) if shot["action"] == "blocked"]
        unclear = set(blocked) | (world.place.unresolved & set(wishes(world.place.text)) if round_ > 1 else set())
        retry = [word for address in sorted(unclear) for word in ("--retry", address)]
        last = actors.run("apply", "--auto-approve", *retry)
        said = f"exit {last.code}: {last.said.err[-600:]}{last.said.out[-600:]}"
        actors.check()
        if last.code == 0 and not actors.waiting() and not _to_do(actors):
            break
    _judge(world, actors, said)


def _unpin(world: GraphWorld) -> None:
    """Follow from the takes in use again: a pin may name a take that never will be."""
    film = world.desk.film
    links = [tuple(replace(link, take=None, result=None) for link in node.links) for node in film]
    world.desk.film = tuple(replace(node, links=unpinned) for node, unpinned in zip(film, links, strict=True))
    world.place.write(written(world.desk.film))


def _planned(actors: Actors) -> list[Any]:
    run = actors.run("plan", "--format", "json")
    if run.code != 0:
        actors.world.judge("settles", f"no plan: exit {run.code}: {run.said.err[-600:]}{run.said.out[-600:]}")
    return list(json.loads(run.said.out)["shots"])


def _to_do(actors: Actors) -> list[str]:
    return [f"{shot['address']} {shot['action']}" for shot in _planned(actors) if shot["action"] != "no-op"]


def _judge(world: GraphWorld, actors: Actors, said: str) -> None:
    place = world.place
    pull = actors.run("archive", "pull")
    if pull.code != 0:
        world.judge("settles", f"`archive pull` fails: {(pull.said.err + pull.said.out)[-400:]}")
    if contradicts_itself(world.script) and "it did not finish in time" in said:
        return  # the outcome is unknown: the order is neither given up nor repeated
    if to_do := _to_do(actors):
        world.judge("settles", f"still to do: {to_do}; the last apply: {said}")
    for address in wishes(place.text):
        take = current(record_for(place, place.text, address))
        if take not in fitting(place, place.text, address):
            world.judge(
                "follows", f"nothing is to do, but the take of `{address}` is not what its spec asks for: {take}"
            )
        missing = [one["sha256"] for one in take["outputs"] if one["sha256"] not in place.archived]
        if missing:
            world.judge("settles", f"the videos {missing} of `{address}` are not in the archive")
