"""Learns prices of models from the costs of the project's own takes."""

import copy
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ltxspec.catalog.models import Model, load_catalog
from ltxspec.catalog.price_examples import refuse_wrong_examples
from ltxspec.catalog.price_learning import LearnedPrice, Paid, learn, priced, why_nothing
from ltxspec.errors import WrongUsage
from ltxspec.lock.by_task import takes_by_id
from ltxspec.project.lookup import all_lockfiles
from ltxspec.project.models.importing import write_documents
from ltxspec.project.project import ProjectContext
from ltxspec.storage.clock import SystemClock
from ltxspec.values import Json


@dataclass(frozen=True, slots=True)
class ModelPrice:
    """What the takes of one model say about its price. `refusals` say why nothing would be written."""

    air: str
    file: str
    takes: int  # that were paid for
    learned: LearnedPrice
    price: Mapping[str, Json] | None  # the whole `price` that would be written; None: as it is
    kept: Sequence[str]
    refusals: Sequence[str]
    document: Mapping[str, Json] | None = None  # the model file with it


def learn_prices(project: ProjectContext, name: str | None = None, *, force: bool = False) -> list[ModelPrice]:
    """What the costs of owned takes of paid services say. Nothing is written.

    Args:
        project: the project.
        name: AIR, slug or file of the model; None: every model of which there are takes.
        force: whether learned rates replace published ones.

    Raises:
        WrongUsage: there is no such model.
        LockfileError: a lockfile cannot be trusted.
    """
    wanted = None if name is None else project.catalog.find(name)
    if name is not None and wanted is None:
        near = project.catalog.suggest(name)
        hint = f"did you mean `{near}`?" if near else "`ltxspec models` lists them"
        raise WrongUsage(f"no model is called `{name}`", hint=hint)
    paid = _paid(project)
    models = [wanted] if wanted is not None else [model for model in project.catalog.models if model.air in paid]
    today = SystemClock().now().date().isoformat()
    return [_of(model, paid.get(model.air, ()), today, force=force) for model in models]


def write_prices(project: ProjectContext, found: Iterable[ModelPrice]) -> list[str]:
    """Write the learned prices into the project's `schemas/models/`; returns their paths there.

    Raises:
        Invalid: the files would not fit together; nothing is written.
        StorageError: a file cannot be written.
    """
    documents = {one.file: one.document for one in found if one.document is not None}
    return write_documents(project, documents) if documents else []


def _paid(project: ProjectContext) -> dict[str, list[Paid]]:
    """Every take of a paid service, once, by AIR."""
    found: dict[str, list[Paid]] = {}
    for side in project.sides:
        if side.service.free:
            continue
        for address, take in takes_by_id(all_lockfiles(side)).values():
            if take.status == "succeeded":
                named = Paid(str(address), take.request, take.cost, len(take.outputs))
                found.setdefault(take.model, []).append(named)
    return {air: _told_apart(takes) for air, takes in found.items()}


def _told_apart(takes: Sequence[Paid]) -> list[Paid]:
    """The takes, each with a name of its own: several of one shot are numbered."""
    seen: dict[str, int] = {}
    named = []
    for take in takes:
        seen[take.name] = number = seen.get(take.name, 0) + 1
        named.append(take if number == 1 else replace(take, name=f"{take.name} ({number})"))
    return named


def _of(model: Model, takes: Sequence[Paid], today: str, *, force: bool) -> ModelPrice:
    learned = learn(model, takes)
    refusals = [*learned.contradictions]
    if model.settings.price.parts is not None:
        refusals.append("its price is a sum of parts, which takes alone do not tell apart")
    elif not refusals and not learned.rates:
        refusals.append(why_nothing(model, learned) if takes else "no take of it was paid for")
    if refusals:
        return ModelPrice(model.air, model.file, len(takes), learned, None, (), refusals)
    price, kept = priced(model, learned, today, replace=force)
    if price["rows"] == model.schema["x-ltxspec"]["price"]["rows"]:
        return ModelPrice(model.air, model.file, len(takes), learned, None, kept, ())
    document: dict[str, Any] = copy.deepcopy(dict(model.schema))
    document["x-ltxspec"]["price"] = price
    refuse_wrong_examples(load_catalog({model.file: document}), {model.file}, lambda _: "")
    return ModelPrice(model.air, model.file, len(takes), learned, price, kept, (), document)
