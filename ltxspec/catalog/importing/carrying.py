"""What an existing model file keeps when its source has changed, so that no fingerprint of a request changes.

A fingerprint holds every default of the file, short forms written out, and media by their content. A second import
therefore takes over new parameters without their defaults, keeps the defaults that the file has, and sends them once
the provider's differ; what it could only take over by changing fingerprints, it names.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ltxspec.catalog.importing.accepting import takes
from ltxspec.catalog.importing.document import FACT
from ltxspec.catalog.importing.normal import rewritten
from ltxspec.catalog.pointers import parse_pointer, properties_of, property_at, resolve
from ltxspec.catalog.settings import PriceTable
from ltxspec.formats import read
from ltxspec.values import Json

_LEFT_OUT: Final = ("recorded", "delivery", "order")  # of fingerprints
_KEPT: Final = ("slug", "name", "creator", "released", "provider", "renamed", "decisions")
Document = Mapping[str, Json]
Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Carried:
    """A model file for the present state of its source, and why it would change fingerprints, if it would."""

    document: dict[str, Json]
    refusals: Sequence[str]
    notes: Sequence[str]  # what was kept although the source says otherwise


def carried(old: Document, new: Document) -> Carried:
    """Join what a model file has with what its source says now.

    Args:
        old: the model file in force.
        new: the file that would be written if there were none.
    """
    beside = _beside(old, new)
    refusals: list[str] = []
    notes: list[str] = []
    types_only = bool(new["x-ltxspec"].get("imported", {}).get("typesOnly"))
    document: dict[str, Any] = _without_defaults(_enriched(old, new) if types_only else new, beside)
    if old["x-ltxspec"]["taskType"] != new["x-ltxspec"]["taskType"]:
        refusals.append(f"the task type is `{new['x-ltxspec']['taskType']}` now, and it is part of every fingerprint")
    document = _with_gone(document, old, beside, notes)
    before, after = dict(_defaults(old, old, (), beside)), dict(_defaults(new, new, (), beside))
    changed: list[str] = []
    for path, value in before.items():
        place = "/" + "/".join(path)
        found = property_at(document, path)
        if found is None:
            refusals.append(f"`{place}` is gone, and its default is part of every fingerprint")
            continue
        if not takes(document, found, value):
            refusals.append(f"the default of `{place}` is {_shown(value)}, which the source does not take any more")
        document = _with_default(document, path, value)
        if path in after and not _same(after[path], value):
            notes.append(
                f"the default of `{place}` stays {_shown(value)} and is sent; the source has {_shown(after[path])}"
            )
            changed.append(place)
        elif not types_only and path not in after:
            notes.append(f"the default of `{place}` stays {_shown(value)} and is sent; the source has none")
            changed.append(place)
    notes += [
        f"the default of `/{'/'.join(path)}` ({_shown(value)}) is not assumed"
        for path, value in after.items()
        if path not in before
    ]
    notes += _newly_required(old, document)
    about = _of_new_inputs(old, new) if types_only else new["x-ltxspec"]
    settings = _settings(old["x-ltxspec"], about, document, refusals)
    settings["defaults"]["sent"] = _sent(old, document, changed, refusals)
    return Carried({**document, "x-ltxspec": settings}, refusals, notes)


def _newly_required(old: Document, document: Document) -> Iterator[str]:
    """What shots must say from now on: to say it is another request, also for what is owned."""
    for name in document.get("required", ()):
        if name not in old.get("required", ()) and "default" not in document["properties"].get(name, {}):
            yield f"`/{name}` is required now: shots without it are errors, and a shot that gets one is bought again"


def _with_gone(document: dict[str, Any], old: Document, beside: frozenset[str], notes: list[str]) -> dict[str, Any]:
    """A file that still has what no fingerprint holds: as an unknown parameter it would count in those of takes."""
    gone = [name for name in old["properties"] if name in beside and name not in document["properties"]]
    notes += [f"`/{name}` stays, because takes may have it and it counts in no fingerprint" for name in gone]
    kept = {name: old["properties"][name] for name in gone}
    definitions = {**old.get("$defs", {}), **document.get("$defs", {})}
    more = {"$defs": definitions} if kept and definitions else {}
    return {**document, **more, "properties": {**document["properties"], **kept}}


def _beside(old: Document, new: Document) -> frozenset[str]:
    """The parameters that no fingerprint holds: as the file has it, and new ones as usual."""
    mine = {name for field in _LEFT_OUT for name in old["x-ltxspec"].get(field, ())}
    more = {name for field in _LEFT_OUT for name in new["x-ltxspec"].get(field, ())}
    return frozenset(mine | (more - old["properties"].keys()))


def _defaults(root: Document, schema: Json, path: Path, beside: frozenset[str]) -> Iterator[tuple[Path, Json]]:
    """Every default that fingerprints of the file's requests hold, by its path."""
    for name, part in properties_of(root, schema).items():
        if not path and name in beside:
            continue
        inner, at = resolve(root, part), (*path, name)
        if "default" in inner:
            yield at, inner["default"]
        yield from _defaults(root, inner, at, beside)


def _without_defaults(document: Document, beside: frozenset[str]) -> dict[str, Json]:
    """A model file without any default, but those that fingerprints do not have."""
    bare: dict[str, Any] = rewritten(
        {key: item for key, item in document.items() if key != "x-ltxspec"},
        lambda node: {key: item for key, item in node.items() if key != "default"},
    )
    kept = {name: document["properties"][name] for name in beside if name in document["properties"]}
    bare["properties"] = {**bare["properties"], **kept}
    if "$defs" in document:
        bare["$defs"] = {
            name: rewritten(part, lambda node: {key: item for key, item in node.items() if key != "default"})
            for name, part in document["$defs"].items()
        }
    return {**bare, "x-ltxspec": document["x-ltxspec"]}


def _with_default(document: dict[str, Any], path: Path, value: Json) -> dict[str, Any]:
    """A copy of the file with a default at a property; references on the way are written out."""

    def inside(schema: Mapping[str, Json], rest: Path) -> dict[str, Json]:
        here = resolve(document, schema)
        if not rest:
            return {**here, "default": value}
        inner = here["properties"]
        return {**here, "properties": {**inner, rest[0]: inside(inner[rest[0]], rest[1:])}}

    return inside(document, path)


def _settings(old: Document, new: Document, document: Document, refusals: list[str]) -> dict[str, Any]:
    """The block of the joined file."""
    properties = document["properties"]
    found: dict[str, Any] = {**new, **{key: old[key] for key in _KEPT if key in old}}
    for field in _LEFT_OUT:
        known = {name for other in _LEFT_OUT for name in old.get(other, ())}
        mine = [name for name in old.get(field, ()) if name in properties]
        found[field] = mine + [name for name in new.get(field, ()) if name not in known and name not in mine]
    earlier = [pointer for pointer in old.get("media", ()) if parse_pointer(pointer)[0] in properties]
    found["media"] = [*dict.fromkeys([*earlier, *new.get("media", ())])]
    found["mediaLimits"] = [*_media_limits(old, new, found["media"])]
    found["defaults"] = {"sent": [], **_forms(old, document, refusals)}
    found["price"] = _price(old, new, document)
    told = {fact["fact"] for fact in new["facts"]}
    facts = [fact for fact in old.get("facts", ()) if fact["fact"] not in told | {FACT}]
    found["facts"] = [*facts, *new["facts"]]
    for field in ("status", "statusDate", "replacedBy"):
        if field in old and "status" not in new and old.get("status") == "retired":
            found[field] = old[field]  # a source that still lists it does not take orders for it again
    return found


def _forms(old: Document, document: Document, refusals: list[str]) -> dict[str, Json]:
    """Short forms and conditions of defaults, which must all still have their places."""
    forms = {key: item for key, item in old["defaults"].items() if key != "sent" and item}
    refusals += [
        f"`{pointer}` is not described any more, and fingerprints depend on it"
        for pointer in dict.fromkeys(_pointers(forms))
        if property_at(document, parse_pointer(pointer)) is None
    ]
    return forms


def _pointers(forms: Json) -> Iterator[str]:
    """Every pointer in the conditions and forms."""
    for group in forms.get("together", ()):
        yield from group
    for place, blockers in forms.get("unless", {}).items():
        yield from (place, *blockers)
    yield from (item["path"] for item in forms.get("lists", ()))
    for item in forms.get("implied", ()):
        yield from (item["when"], item["set"])


def _media_limits(old: Document, new: Document, media: Sequence[str]) -> Iterator[dict[str, Json]]:
    known: set[str] = set()
    for limit in (*old.get("mediaLimits", ()), *new.get("mediaLimits", ())):
        places = [place for place in limit["at"] if place in media and place not in known]
        known.update(places)
        if places:
            yield {**limit, "at": places}


def _price(old: Document, new: Document, document: Document) -> Json:
    """The known prices, if what they depend on is still there; otherwise none is known."""
    price = old["price"]
    inputs = read(price, PriceTable).inputs
    there = all(property_at(document, parse_pointer(pointer)) is not None for pointer in inputs)
    if there and not price["rows"] and "parts" not in price and "examples" in new["price"]:
        return {**price, "examples": new["price"]["examples"]}  # with rates, other examples could contradict them
    return price if there else new["price"]


def _sent(old: Document, document: Document, changed: Sequence[str], refusals: list[str]) -> list[str]:
    """The defaults that are sent: as before, and those that the provider has changed."""
    sent = [place for place in old["x-ltxspec"]["defaults"]["sent"] if place not in changed]
    there = [place for place in sent if "default" in (property_at(document, parse_pointer(place)) or {})]
    ruled = _names_in(document.get("allOf", []))
    refusals += [
        f"the default of `{place}` has changed, and rules of the model do not let it always be sent"
        for place in changed
        if parse_pointer(place)[0] in ruled and place not in old["x-ltxspec"]["defaults"]["sent"]
    ]
    return [*there, *changed]


def _names_in(rule: Json) -> set[str]:
    """Every parameter that a rule speaks of."""
    if isinstance(rule, list):
        return set().union(*map(_names_in, rule)) if rule else set()
    if not isinstance(rule, Mapping):
        return set()
    own = {*rule.get("properties", {}), *rule.get("required", ()), *rule.get("dependentRequired", {})}
    return own.union(*(_names_in(item) for item in rule.values() if isinstance(item, dict | list)))


def _enriched(old: Document, new: Document) -> dict[str, Any]:
    """A file from a source without limits, with what the existing file says about the same parameters."""
    known: Mapping[str, Json] = old["properties"]
    properties = {
        name: _richer(resolve(old, known[name]), part) if name in known else part
        for name, part in new["properties"].items()
    }
    definitions = {**new.get("$defs", {}), **old.get("$defs", {})}
    needed = [name for name in old.get("required", ()) if name in properties]
    required = [*dict.fromkeys([*needed, *new.get("required", ())])]
    merged = {**new, "required": required, "properties": properties, **({"$defs": definitions} if definitions else {})}
    rules = [*old.get("allOf", ()), *(rule for rule in new.get("allOf", ()) if rule not in old.get("allOf", ()))]
    return {**merged, **({"allOf": rules} if rules else {})}


def _of_new_inputs(old: Document, new: Document) -> dict[str, Any]:
    """The block of a source without limits: only of parameters that are new does it say where media are."""
    block = new["x-ltxspec"]
    places = [place for place in block["media"] if parse_pointer(place)[0] not in old["properties"]]
    return {**block, "media": places}


def _richer(old: Mapping[str, Json], new: Json) -> Json:
    """What the file says of a parameter, with the values that the source names now."""
    if (
        "enum" in old
        and isinstance(new, dict)
        and "enum" in new
        and {*map(repr, old["enum"])} != {*map(repr, new["enum"])}
    ):
        return {**old, "enum": new["enum"]}
    return old


def _same(one: Json, other: Json) -> bool:
    return bool(one == other) and isinstance(one, bool) is isinstance(other, bool)


def _shown(value: Json) -> str:
    return f"`{str(value).lower()}`" if isinstance(value, bool) else f"`{value}`"
