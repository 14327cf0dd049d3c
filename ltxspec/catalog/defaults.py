"""Completes a request with the defaults of omitted parts.

There are two views of a request: `sent_defaults` adds the few defaults that are sent explicitly, so that length and
price stay as planned; `full_defaults` adds all of them and expands short forms, so that a written-out default, a
shorthand or an empty mapping never changes a fingerprint. Both run once per shot; their plan is made once per model.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ltxspec.catalog.models import Model
from ltxspec.catalog.pointers import MISSING, Names, parse_pointer, properties_of, resolve, value_at, with_value
from ltxspec.values import Json


@dataclass(frozen=True, slots=True)
class _ListForm:
    """How the items of one list may be abbreviated."""

    shorthand: str | None  # a plain item means {shorthand: item}
    omitted: Mapping[int, Sequence[Mapping[str, Json]]]  # number of items -> what each one omits


@dataclass(frozen=True, slots=True)
class _Node:
    """The plan of one mapping: its own defaults, the mappings and the lists in it."""

    scalars: Mapping[str, Json]
    objects: Sequence[tuple[str, "_Node"]]
    lists: Sequence[tuple[str, _ListForm]]

    @property
    def empty(self) -> bool:
        """Whether no defaults apply if the mapping is absent."""
        return not self.scalars and all(child.empty for _, child in self.objects)


@dataclass(frozen=True, slots=True)
class _Group:
    """Defaults that apply only under a condition: all of `values` are absent, and none of `blockers` is present."""

    values: Sequence[tuple[Names, Json]]
    blockers: Sequence[Names]

    def applies(self, params: Mapping[str, Json]) -> bool:
        return all(value_at(params, path) is MISSING for path, _ in self.values) and all(
            value_at(params, path) is MISSING for path in self.blockers
        )


@dataclass(frozen=True, slots=True)
class _Implied:
    """One parameter that follows from another."""

    when: Names
    values: Sequence[Json]
    path: Names
    to: Json
    unless_given: bool


@dataclass(frozen=True, slots=True)
class _Plan:
    root: _Node
    groups: Sequence[_Group]  # conditional defaults; unconditional ones are in `root`
    sent_plainly: Sequence[tuple[str, Json]]  # top-level defaults that are always sent
    sent: Sequence[_Group]  # the other sent defaults
    implied: Sequence[_Implied]
    order: frozenset[str]


def sent_defaults(model: Model, params: Mapping[str, Json]) -> dict[str, Json]:
    """The parameters plus the defaults that are sent explicitly; integral floats become integers.

    Only top-level floats: `duration: 8.0` and `duration: 8` are the same request, and the provider's type is integer.
    """
    plan = _plan(model)
    result = dict(params)
    for key, value in plan.sent_plainly:
        result.setdefault(key, value)
    for group in plan.sent:
        if group.applies(params):
            for path, value in group.values:
                if len(path) == 1:
                    result[path[0]] = value
                else:
                    result = with_value(result, path, value)
    for key, value in result.items():
        if type(value) is float and value.is_integer():
            result[key] = int(value)
    return result


def full_defaults(model: Model, params: Mapping[str, Json]) -> dict[str, Json]:
    """The parameters plus every default (deep), with short forms expanded and empty mappings dropped.

    Parameters of a single order (such as its id) are left out. Unknown keys are kept; nothing is mutated.
    """
    plan = _plan(model)
    for implied in plan.implied:
        if implied.when[0] in params:
            params = _imply(implied, params)
    result = _fill(plan.root, params)
    for group in plan.groups:
        if group.applies(params):
            for path, value in group.values:
                result = with_value(result, path, value)
    for key in plan.order:
        result.pop(key, None)
    return result


def value_or_default(model: Model, params: Mapping[str, Json], path: Names) -> Any:
    """The value at `path`, or its default, or `MISSING` if there is neither."""
    given = value_at(params, path)
    return _assumed(model, params, path) if given is MISSING else given


def _assumed(model: Model, params: Mapping[str, Json], path: Names) -> Any:
    plan = _plan(model)
    for group in plan.groups:
        for at, value in group.values:
            if at == path:
                return value if group.applies(params) else MISSING
    node = plan.root
    for key in path[:-1]:
        child = dict(node.objects).get(key)
        if child is None:
            return MISSING
        node = child
    return node.scalars.get(path[-1], MISSING)


def _imply(implied: _Implied, params: Mapping[str, Json]) -> Mapping[str, Json]:
    if value_at(params, implied.when) not in implied.values:
        return params
    if implied.unless_given and value_at(params, implied.path) is not MISSING:
        return params
    return with_value(params, implied.path, implied.to)


def _fill(node: _Node, value: Mapping[str, Json]) -> dict[str, Json]:
    result = {**node.scalars, **value}
    for key, child in node.objects:
        if key not in result:
            if not child.empty:
                result[key] = _fill(child, {})
        elif isinstance(given := result[key], dict):
            filled = _fill(child, given)
            if filled:
                result[key] = filled
            else:
                del result[key]
    for key, form in node.lists:
        if isinstance(items := result.get(key), list):
            result[key] = _written_out(form, items)
    return result


def _written_out(form: _ListForm, items: list[Json]) -> list[Json]:
    """The items without shorthand, each with the values implied by its place in the list.

    Places are filled in only if every item agrees with its own: in `[{frame: last}, x]` the place of x is unknown.
    """
    if form.shorthand is not None:
        items = [item if isinstance(item, dict) else {form.shorthand: item} for item in items]
    omitted = form.omitted.get(len(items))
    if omitted is None or not all(isinstance(item, dict) for item in items):
        return items
    filled = [{**place, **item} for place, item in zip(omitted, items, strict=True)]
    agree = all(place.items() <= item.items() for place, item in zip(omitted, filled, strict=True))
    return filled if agree else items


@lru_cache(maxsize=256)
def _plan(model: Model) -> _Plan:
    settings = model.settings.defaults
    unless = {parse_pointer(at): tuple(map(parse_pointer, by)) for at, by in settings.unless.items()}
    together = [tuple(map(parse_pointer, group)) for group in settings.together]
    leaves = dict(_leaves(model.schema, model.schema, ()))
    joined = {path: group for group in together for path in group}

    def groups(paths: Sequence[Names]) -> tuple[_Group, ...]:
        return tuple(
            _Group(
                values=tuple((path, leaves[path]) for path in members),
                blockers=tuple(blocker for path in members for blocker in unless.get(path, ())),
            )
            for members in dict.fromkeys(joined.get(path, (path,)) for path in paths)
        )

    conditional = [path for path in leaves if path in unless or path in joined]
    sent = [parse_pointer(text) for text in settings.sent]
    plain = [path for path in sent if len(path) == 1 and path not in conditional]
    return _Plan(
        root=_node(model, model.schema, (), frozenset(conditional)),
        groups=groups(conditional),
        sent_plainly=tuple((path[0], leaves[path]) for path in plain),
        sent=groups([path for path in sent if path not in plain]),
        implied=tuple(
            _Implied(
                when=parse_pointer(rule.when),
                values=rule.values,
                path=parse_pointer(rule.path),
                to=rule.to,
                unless_given=rule.unless_given,
            )
            for rule in settings.implied
        ),
        order=model.order,
    )


def _leaves(root: Mapping[str, Json], schema: Json, path: Names) -> list[tuple[Names, Json]]:
    """Every documented default with its path."""
    found: list[tuple[Names, Json]] = []
    for name, part in properties_of(root, schema).items():
        at, part = (*path, name), resolve(root, part)  # noqa: PLW2901  # the reference and its target are equivalent
        if "default" in part:
            found.append((at, part["default"]))
        found.extend(_leaves(root, part, at))
    return found


def _node(model: Model, schema: Json, path: Names, conditional: frozenset[Names]) -> _Node:
    scalars: dict[str, Json] = {}
    objects: list[tuple[str, _Node]] = []
    lists: list[tuple[str, _ListForm]] = []
    forms = {parse_pointer(item.path): item for item in model.settings.defaults.lists}
    for name, reference in properties_of(model.schema, schema).items():
        at, part = (*path, name), resolve(model.schema, reference)
        if at[0] in model.order:
            continue
        if "default" in part and at not in conditional:
            scalars[name] = part["default"]
        if properties_of(model.schema, part):
            objects.append((name, _node(model, part, at, conditional)))
        if at in forms:
            omitted = {int(count): places for count, places in forms[at].omitted.items()}
            lists.append((name, _ListForm(forms[at].shorthand, omitted)))
    return _Node(scalars, tuple(objects), tuple(lists))
