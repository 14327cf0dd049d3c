"""Parameter sets: merged, completed, checked, priced and hashed once, however many shots share one."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, Protocol

import orjson

from ltxspec.canonical import digest
from ltxspec.catalog.defaults import sent_defaults
from ltxspec.catalog.models import Catalog, Model, needs_prompt, takes_prompt
from ltxspec.catalog.pricing import estimate
from ltxspec.catalog.validation import ParameterProblem, validate
from ltxspec.fingerprint import fingerprints_by_prompt, versions_for
from ltxspec.render.allowance import Allowance
from ltxspec.render.nulls import idle_nulls
from ltxspec.render.references import Reference, source_of, stand_ins, take_out, with_names
from ltxspec.render.request_media import RequestMedia
from ltxspec.render.templating import has_tags
from ltxspec.spec.models import Spec, SpecShot
from ltxspec.values import Fingerprint, Json, Usd

_LETTERS_A_STEP = 64  # of parameters that are only compared
_TOLD = 2_000  # steps to describe one problem
_MAY_REFER = re.compile(r"""['"]shot['":]""")  # in parameters with references to shots, or what is meant as one
_SOURCE = re.compile(rb'"shot":"([^"\\]+)"')  # the name in a reference, in compact JSON
_CHECKED = 4  # steps to check and hash one character of parameters


class KnownGood(Protocol):
    """Remembers digests of valid parameter sets across runs."""

    def __contains__(self, digest: str) -> bool:
        """Whether this set was valid."""
        ...

    def add(self, digest: str) -> None:
        """Record that this set is valid."""
        ...


class ParameterSet(NamedTuple):
    """The parameters of a request, without its prompt. If there are problems, only they and `delivery` are valid."""

    model: Model
    body: Mapping[str, Json]  # parameters as sent
    delivery: Mapping[str, Json]
    inputs: Mapping[str, str]  # local file as written -> sha256
    estimate: Usd | None
    fingerprints: Sequence[Callable[..., Fingerprint]]  # by prompt and contents of sources; see `Request.versions`
    references: tuple[Reference, ...] = ()
    problems: tuple[ParameterProblem, ...] = ()
    warnings: tuple[ParameterProblem, ...] = ()


class ParameterSets:
    """Prepares parameter sets for one spec file."""

    def __init__(
        self,
        media: RequestMedia,
        delivery: Mapping[str, Json],
        known: KnownGood | None,
        allowance: Allowance | None = None,
        *,
        spec: str = "",
    ) -> None:
        self._spec = spec
        self._allowance = allowance or Allowance()
        self._media = media
        self._delivery = delivery
        self._known = known
        self._prepared: dict[tuple[str, str, bool], ParameterSet] = {}

    def prepare(self, model: Model, parameters: Mapping[str, Json], *, prompted: bool = True) -> ParameterSet:
        """Everything about merged and rendered parameters, delivery included, that does not depend on the prompt.

        Args:
            model: the model of the requests.
            parameters: theirs.
            prompted: whether the requests have a prompt.
        """
        written = repr(parameters)  # it distinguishes what JSON may not: 1, 1.0, true and NaN
        if not _MAY_REFER.search(written):
            return self._shared(model, parameters, written, prompted=prompted)
        taken = take_out(model, parameters, self._spec)
        if taken.problems:
            return ParameterSet(model, {}, {}, {}, None, (), problems=taken.problems)
        written = repr(taken.parameters)
        shared = self._shared(model, taken.parameters, written, len(taken.references), prompted=prompted)
        return _referring(shared, taken.references)

    def _shared(
        self, model: Model, parameters: Mapping[str, Json], written: str, references: int = 0, *, prompted: bool
    ) -> ParameterSet:
        key = (model.air, written, prompted)
        prepared = self._prepared.get(key)
        self._allowance.work(len(key[1]) // _LETTERS_A_STEP)
        if prepared is None:
            self._allowance.keep(key[1])
            self._allowance.work(_CHECKED * len(key[1]))
            prepared = self._prepared[key] = self._prepare(model, parameters, stand_ins(references), prompted=prompted)
            self._allowance.work(_TOLD * len(prepared.problems))
        return prepared

    def _prepare(
        self, model: Model, parameters: Mapping[str, Json], sources: Sequence[str], *, prompted: bool
    ) -> ParameterSet:
        delivery = {key: value for key, value in self._delivery.items() if key in model.delivery}
        delivery |= {key: value for key, value in parameters.items() if key in model.delivery}
        wanted = {key: value for key, value in parameters.items() if key not in model.delivery}
        body = sent_defaults(model, wanted)
        head = {"taskType": model.task_type, "model": model.air}
        problems = self._validated(model, {**head, **body, **delivery}, prompted=prompted)
        media = self._media.of(model, body)
        problems += media.problems
        whole = {**head, **body}
        versions = () if problems else versions_for(model, whole)
        fingerprints = [
            fingerprints_by_prompt(model, whole, media.inputs, version, sources, prompted=prompted)
            for version in versions
        ]
        price = None if problems else estimate(model, body)
        warnings = tuple(media.warnings)
        return ParameterSet(
            model, body, delivery, media.inputs, price, fingerprints, problems=tuple(problems), warnings=warnings
        )

    def _validated(self, model: Model, body: Mapping[str, Json], *, prompted: bool) -> list[ParameterProblem]:
        # Its rules may ask for the prompt, or for something instead; that it needs one always, is said elsewhere.
        unprompted = not prompted and takes_prompt(model) and not needs_prompt(model)
        try:
            name = digest([model.digest, body, *([False] if unprompted else [])])
        except ValueError:  # a number that JSON cannot represent: the model's check reports which
            return validate(model, body, prompt=unprompted, work=self._allowance.work)
        if self._known is not None and name in self._known:
            return []
        problems = validate(model, body, prompt=unprompted, work=self._allowance.work)
        if self._known is not None and not problems:
            self._known.add(name)
        return problems


def _referring(shared: ParameterSet, references: tuple[Reference, ...]) -> ParameterSet:
    """A set with these references in the places of its own."""
    model, body, delivery, inputs, price, marks, _, problems, warnings = shared
    named = with_names(body, references)
    return ParameterSet(model, named, delivery, inputs, price, marks, references, problems, warnings)


class PlainParameters:
    """The parameters of shots without templates; shots with identical ones share them.

    Shots that differ in nothing but the names of their sources share all the rest: each link of a chain has another.
    """

    def __init__(self, spec: Spec, catalog: Catalog, sets: ParameterSets) -> None:
        self._spec = spec
        self._catalog = catalog
        self._sets = sets
        self._plain_defaults = not has_tags(repr(spec.defaults))
        self._known: dict[tuple[str | None, bytes, bool], ParameterSet | None] = {}
        self._links: dict[tuple[str | None, tuple[bytes, ...], bool], ParameterSet] = {}  # by JSON without sources

    def of(self, shot: SpecShot) -> ParameterSet | None:
        """A shot's parameters over the defaults; None if they or its model have templates, or the model is unknown.

        They are compared as JSON, which distinguishes 1, 1.0, "1" and true, and leaves tags unchanged.
        """
        name = self._spec.model if shot.model is None else shot.model
        try:
            key = (name, orjson.dumps(shot.parameters), shot.has_prompt)
        except orjson.JSONEncodeError:  # a number beyond 64 bits: not shared
            return None
        if b'"shot":"' in key[1]:
            return self._link(name, shot, key[1])
        if key not in self._known:
            self._known[key] = self._prepare(name, shot, key[1].decode())
        return self._known[key]

    def _link(self, name: str | None, shot: SpecShot, written: bytes) -> ParameterSet | None:
        """The parameters of a shot that may name its sources."""
        around = _SOURCE.split(written)  # what stands before, between and after the names, which are every second item
        sources = [source_of(text.decode(), self._spec.name) for text in around[1::2]]
        key = (name, tuple(around[::2]), shot.has_prompt)
        like = self._links.get(key)
        if like is not None:
            return _referring(like, tuple(map(Reference.naming, like.references, sources)))
        found = self._prepare(name, shot, written.decode())
        if found is not None and not found.problems and [one.source for one in found.references] == sources:
            self._links[key] = found
        return found

    def _prepare(self, name: str | None, shot: SpecShot, written: str) -> ParameterSet | None:
        model = None if name is None or has_tags(name) else self._catalog.find(name)
        if model is None or not self._plain_defaults or has_tags(written):
            return None
        found = self._sets.prepare(model, merge(self._spec.defaults, shot.parameters), prompted=shot.has_prompt)
        return with_idle_nulls(found, self._catalog, self._spec.defaults, shot.parameters)


def with_idle_nulls(
    found: ParameterSet, catalog: Catalog, defaults: Mapping[str, Json], parameters: Mapping[str, Json]
) -> ParameterSet:
    """A set with a problem for each null that is of no parameter and removes none of the defaults."""
    idle = tuple(idle_nulls(found.model, catalog.models, defaults, parameters))
    return found._replace(problems=(*found.problems, *idle)) if idle else found


def merge(defaults: Mapping[str, Json], changes: Mapping[str, Json]) -> dict[str, Json]:
    """Both mappings merged: nested mappings are merged, anything else is replaced, null removes.

    Keys keep the order in which they are first written; neither argument is changed.
    """
    result = {key: _without_nulls(value) for key, value in defaults.items() if value is not None}
    for key, value in changes.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, dict) and isinstance(result.get(key), dict):
            result[key] = merge(result[key], value)
        else:
            result[key] = _without_nulls(value)
    return result


def _without_nulls(value: Json) -> Json:
    """A value without nulls in mappings, which have nothing to remove; nulls in lists stay, and are refused later."""
    if isinstance(value, dict):
        return {key: _without_nulls(item) for key, item in value.items() if item is not None}
    return value
