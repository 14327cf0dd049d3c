"""Brings the project's model files up to date with a source, without changing a fingerprint of what it owns."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal

from ltxspec.catalog.importing.carrying import carried
from ltxspec.catalog.importing.comparing import Difference, differences
from ltxspec.catalog.importing.document import document_of
from ltxspec.catalog.importing.published import NotPublished, Published
from ltxspec.catalog.models import FOLDER, Catalog, Model, load_catalog
from ltxspec.catalog.validation import check_schema
from ltxspec.errors import Invalid, WrongUsage
from ltxspec.fingerprint import fingerprint_of, version_of
from ltxspec.project.lookup import recorded_names, recorded_state
from ltxspec.project.models.sources import Source
from ltxspec.project.project import ProjectContext
from ltxspec.suggest import nearest
from ltxspec.values import Json

What = Literal["new", "changed", "unchanged", "by-hand", "unlisted", "refused", "unusable"]
WRITTEN: Final = frozenset({"new", "changed", "unlisted"})
FAILED: Final = frozenset({"refused", "unusable"})
_LONGEST_NAME = 200  # bytes of a file's name; file systems take 255, with what a temporary file adds
_NAMED = 5  # takes that a refusal lists


@dataclass(frozen=True, slots=True)
class ModelOutcome:
    """What becomes of one model."""

    air: str
    file: str  # its name in the folder of model files
    what: What
    differences: Sequence[Difference] = ()
    reasons: Sequence[str] = ()  # why it is refused, or cannot be used
    notes: Sequence[str] = ()  # what stays although the source says otherwise
    document: Mapping[str, Json] | None = None  # the new file


@dataclass(frozen=True, slots=True)
class Owned:
    """One take, or one order under way: what a fingerprint was made of."""

    address: str
    request: Mapping[str, Json]
    inputs: Mapping[str, str]
    fingerprint: str


@dataclass(slots=True)
class Examination:
    """Compares models of one source with those of the project."""

    project: ProjectContext
    source: Source
    owned: Mapping[str, Sequence[Owned]] = field(default_factory=dict)  # by AIR
    by_hand: bool = False  # whether files that were written by hand are compared as well

    def of(self, published: Published) -> ModelOutcome:
        """What an import makes of one model."""
        old = known_model(self.project.catalog, published.air)
        file = old.file if old is not None else f"{published.slug}.json"
        if old is not None and old.settings.imported is None and not self.by_hand:
            return ModelOutcome(published.air, file, "by-hand")
        pinned = old.settings.imported if old is not None else None
        if (
            pinned is not None
            and pinned.hash == published.hash
            and old is not None
            and old.settings.status != "unlisted"
        ):
            return ModelOutcome(published.air, file, "unchanged")
        try:
            document = document_of(published, self.source.pin_of(published))
            return self._joined(published.air, file, old, document)
        except NotPublished as error:
            return ModelOutcome(published.air, file, "unusable", reasons=(error.summary,))

    def _joined(self, air: str, file: str, old: Model | None, document: dict[str, Any]) -> ModelOutcome:
        reasons, notes, found = [], [], list[Difference]()
        if old is not None:
            joined = carried(old.schema, document)
            document, notes, reasons = joined.document, [*joined.notes], [*joined.refusals]
            found = differences(old.schema, document)
        if not reasons:
            unusable = [*_problems(file, document, self.project.catalog)]
            if unusable:
                return ModelOutcome(air, file, "unusable", found, unusable, notes)
            if old is not None:
                reasons = changed_fingerprints(old, _model(file, document), self.owned.get(air, ()))
        if reasons:
            return ModelOutcome(air, file, "refused", found, reasons, notes)
        return ModelOutcome(air, file, "new" if old is None else "changed", found, (), notes, document)

    def missing(self) -> Iterator[ModelOutcome]:
        """The models that came from this source, and that it does not list any more."""
        listed = {model.air for model in self.source.models} | self.source.listed
        for old in self.project.catalog.models if self.source.complete else ():
            pinned = old.settings.imported
            if pinned is None or pinned.source != self.source.pin.source or old.air in listed:
                continue
            if old.settings.status == "active":
                life = {"status": "unlisted", "statusDate": self.source.pin.date}
                document = {**old.schema, "x-ltxspec": {**old.schema["x-ltxspec"], **life}}
                found = differences(old.schema, document)
                yield ModelOutcome(old.air, old.file, "unlisted", found, document=document)


def examine(
    project: ProjectContext,
    source: Source,
    names: Sequence[str] = (),
    *,
    only_known: bool = False,
    on_progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> list[ModelOutcome]:
    """Compare what a source says with the project's model files. Nothing is written.

    Args:
        project: the project.
        source: the source, read.
        names: AIR or slug of the wanted models, also those whose files were written by hand; none: all.
        only_known: leave out models that the project does not have, and compare files written by hand as well.
        on_progress: called with the number of models done and of all.

    Raises:
        WrongUsage: the source has no such model.
        LockfileError: a lockfile cannot be trusted.
    """
    wanted = [_named(source, name) for name in names] if names else list(source.models)
    if only_known and not names:
        wanted = [model for model in wanted if known_model(project.catalog, model.air) is not None]
    examination = Examination(project, source, owned_by_model(project), by_hand=bool(names) or only_known)
    found: list[ModelOutcome] = []
    named: dict[str, str] = {}
    for number, published in enumerate(wanted, 1):
        found.append(_once(examination.of(published), published, named))
        on_progress(number, len(wanted))
    return found if names else [*found, *examination.missing()]


def _once(outcome: ModelOutcome, published: Published, named: dict[str, str]) -> ModelOutcome:
    """The outcome, or a refusal if an earlier model of the source has its name: a file would replace the other."""
    if outcome.what not in WRITTEN:
        return outcome
    for name in dict.fromkeys((published.air, published.slug, outcome.file.removesuffix(".json"))):
        if named.setdefault(name, published.air) != published.air:
            reason = f"`{name}` is also the name of `{named[name]}` in the source, and only one of them can have it"
            return replace(outcome, what="unusable", reasons=(reason,), document=None)
    return outcome


def write_models(project: ProjectContext, outcomes: Iterable[ModelOutcome]) -> list[str]:
    """Write the new and changed files into the project's `schemas/models/`; returns their paths there.

    Raises:
        Invalid: the files would not fit together; nothing is written.
        StorageError: a file cannot be written.
    """
    documents = {one.file: one.document for one in outcomes if one.what in WRITTEN and one.document is not None}
    return write_documents(project, documents)


def write_documents(project: ProjectContext, documents: Mapping[str, Mapping[str, Json]]) -> list[str]:
    """Write whole model files, by name, into the project's `schemas/models/`; returns and raises as `write_models`."""
    import orjson

    from ltxspec.storage.inside import refuse_outside
    from ltxspec.storage.outputs import write_document
    from ltxspec.storage.packaged import read_model_documents, replaced_model_documents

    folder = project.root / FOLDER
    refuse_outside(project.root, folder)
    everything = {**read_model_documents(folder, project.root), **documents}
    load_catalog(dict(sorted(everything.items())), replaced_model_documents(everything), set(documents))
    for file, document in documents.items():
        refuse_outside(project.root, folder / file)
        data = orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
        write_document(folder / file, [data])
    return [f"{FOLDER}/{file}" for file in documents]


def known_model(catalog: Catalog, air: str) -> Model | None:
    """The model of an AIR, whatever other names it has."""
    found = catalog.find(air)
    return found if found is not None and found.air == air else None


def owned_by_model(project: ProjectContext) -> dict[str, list[Owned]]:
    """Every take and every order under way, of all providers, by AIR. Raises LockfileError."""
    found: dict[str, list[Owned]] = {}
    for side in project.sides:
        for name in recorded_names(side):
            have = recorded_state(side, name)
            for key, record in {**have.lockfile.retired, **have.lockfile.shots}.items():
                for take in record.takes:
                    owned = Owned(f"{name}.{key}", take.request, take.inputs, take.fingerprint)
                    found.setdefault(str(take.model), []).append(owned)
            for order in have.journal.open.values():
                wish = order.intent
                owned = Owned(f"{name}.{wish.instance}", wish.request, wish.inputs, wish.fingerprint)
                found.setdefault(str(wish.request.get("model")), []).append(owned)
    return found


def changed_fingerprints(old: Model, new: Model, owned: Iterable[Owned]) -> list[str]:
    """A sentence if requests of what is owned would get other fingerprints, which would buy them again."""
    moved = [item.address for item in owned if _mark(old, item) != _mark(new, item)]
    if not moved:
        return []
    named = ", ".join(f"`{address}`" for address in list(dict.fromkeys(moved))[:_NAMED])
    return [f"{len(moved):,} owned {'take' if len(moved) == 1 else 'takes'} would be bought again: {named}"]


def _mark(model: Model, owned: Owned) -> str | None:
    """The fingerprint that a model file gives to a request; None if it can give none."""
    try:
        return fingerprint_of(model, owned.request, owned.inputs, version_of(owned.fingerprint))
    except ValueError:
        return None


def _named(source: Source, name: str) -> Published:
    found = next((model for model in source.models if name in (model.air, model.slug)), None)
    if found is None and name in source.listed:
        raise WrongUsage(
            f"`{name}` is in `{source.pin.source}`, but not as a model that makes videos",
            hint="only models that make videos can be imported; leave it out",
        )
    if found is None:
        near = nearest(name, [text for model in source.models for text in (model.air, model.slug)])
        hint = f"did you mean `{near}`?" if near else "without names, all of its video models are imported"
        raise WrongUsage(f"`{source.pin.source}` has no video model `{name}`", hint=hint)
    return found


def _model(file: str, document: Mapping[str, Json]) -> Model:
    return load_catalog({file: document}).models[0]


def _problems(file: str, document: Mapping[str, Json], catalog: Catalog) -> Iterator[str]:
    """Why a file could not be used."""
    if len(file.encode()) > _LONGEST_NAME:
        yield f"its slug is too long for the name of a file ({len(file.encode()):,} bytes)"
        return
    try:
        model = _model(file, document)
        check_schema(model)
    except Invalid as error:
        yield from (diagnostic.message for diagnostic in error.diagnostics)
        return
    for name in dict.fromkeys((model.air, model.slug, file.removesuffix(".json"))):
        other = catalog.find(name)
        if other is not None and other.air != model.air:
            yield f"`{name}` is already the name of the model in `{other.file}`"
