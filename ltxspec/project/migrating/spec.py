"""Writes a spec for requests that were made before: one shot for each request, and what most of them share once."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Final

from ltxspec.apply.exchanges import Order
from ltxspec.canonical import canonical_bytes
from ltxspec.catalog.media import media_values
from ltxspec.catalog.models import PROMPT, Model
from ltxspec.catalog.pointers import replaced_at
from ltxspec.catalog.signatures import without_signature
from ltxspec.redaction import redact_url
from ltxspec.values import Json

if TYPE_CHECKING:
    from yaml import SafeDumper, ScalarNode

_WIDTH: Final = 100  # of folded prompts
_BESIDE: Final = 20  # columns for the key of a text, and what it is indented by
_WORDS: Final = 6  # of a prompt that name a shot
_LONGEST: Final = 56  # characters of a name; a number may follow
_SET_BY_US: Final = frozenset({"taskType", "model", PROMPT})
_ANY_NAME: Final = frozenset(
    {
        "request",
        "response",
        "req",
        "res",
        "body",
        "payload",
        "task",
        "data",
        "input",
        "output",
        "result",
        "log",
        "index",
    }
)
_ROLE: Final = re.compile(r"[._-](?:request|req|response|res|task|payload|input)$", re.IGNORECASE)
_ID: Final = re.compile(r"[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}", re.IGNORECASE)
_NUMBER: Final = re.compile(r"[0-9]+(?:e[0-9]+)?|0[xo][0-9a-f]+")
_LIKE_A_NUMBER: Final = re.compile(r"[-+.]?[0-9]")
_TAG: Final = re.compile(r"\{(?=[{%#])")


@dataclass(frozen=True, slots=True)
class PastRender:
    """One request, and every order of it; `body` as a spec gives it."""

    model: Model
    body: Mapping[str, Json]
    orders: Sequence[Order]

    @property
    def unknown(self) -> list[str]:
        """Parameters that the model's file does not have; a spec cannot give them."""
        return sorted(self.body.keys() - self.model.parameters)

    @property
    def parameters(self) -> dict[str, Json]:
        """What a shot says besides its prompt; addresses without what only signs them."""
        found: Mapping[str, Json] = self.body
        for path, value in media_values(self.model, found):
            if (plain := without_signature(value)) != value:
                found = replaced_at(found, path, plain)
        return {name: found[name] for name in found if name not in _SET_BY_US and name in self.model.parameters}

    @property
    def is_signed(self) -> bool:
        """Whether an address of its images carries a signature, which a spec does not keep."""
        return any(without_signature(value) != value for _, value in media_values(self.model, self.body))

    @property
    def may_tell(self) -> bool:
        """Whether an address in the spec has a password, or parameters that may be a credential."""
        kept = [without_signature(value) for _, value in media_values(self.model, self.body)]
        return any(redact_url(value) != value for value in kept)


def named_shots(renders: Sequence[PastRender], alone: Mapping[str, int], source: str) -> dict[str, PastRender]:
    """A name for each render: that of the file or folder with only this order, else the first words of the prompt.

    Args:
        renders: the renders, in their order.
        alone: file -> number of orders in it.
        source: the folder that was given, which names no shot.
    """
    named: dict[str, PastRender] = {}
    for render in renders:
        name = _name(render, alone, source)
        number, unique = 2, name
        while unique in named:
            unique, number = f"{name}-{number}", number + 1
        named[unique] = render
    return named


def _name(render: PastRender, alone: Mapping[str, int], source: str) -> str:
    for order in render.orders:
        path = PurePath(order.place.file)
        if alone.get(order.place.file) != 1:
            continue
        folder = path.parent.name if path.parent != PurePath(source) else ""
        for text in (_ROLE.sub("", path.stem), folder):
            if text.lower() not in _ANY_NAME and not _ID.fullmatch(text) and (name := _slug(text)):
                return name
    words = " ".join(str(render.body.get(PROMPT, "")).split()[:_WORDS])
    return _slug(words) or "shot"


def _slug(text: str) -> str:
    name = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:_LONGEST].strip("-")
    return f"shot-{name}" if _NUMBER.fullmatch(name) else name


def spec_text(name: str, about: str, shots: Mapping[str, PastRender]) -> str:
    """The text of a spec with these shots.

    Args:
        name: `metadata.name`.
        about: a comment for its top, of one or more lines.
        shots: name -> render; at least one.
    """
    from ltxspec.spec.layout import format_spec

    model = Counter(render.model.air for render in shots.values()).most_common(1)[0][0]
    given = {key: render.parameters for key, render in shots.items()}
    defaults = _shared(list(given.values()))
    parts = ["# yaml-language-server: $schema=../schemas/spec/v1.json"]
    parts += [f"# {line}" for line in about.splitlines()]
    parts.append(
        _yaml({"apiVersion": "ltxspec/v1", "kind": "RenderSpec", "metadata": {"name": name}, "model": model}).rstrip()
    )
    if defaults:
        parts.append(_yaml({"defaults": _literal(defaults)}).rstrip())
    parts += ["", "shots:"]
    blocks = []
    for key, render in shots.items():
        shot: dict[str, Json] = {} if render.model.air == model else {"model": render.model.air}
        if render.body.get(PROMPT):
            shot["prompt"] = _literal(render.body[PROMPT])
        shot |= {
            field: _literal(value)
            for field, value in given[key].items()
            if field not in defaults or not _same(value, defaults[field])
        }
        blocks.append(_indented(_yaml({key: shot})))
    return format_spec("\n".join([*parts, "\n\n".join(blocks)]) + "\n", f"{name}.yaml")


def _shared(parameters: Sequence[Mapping[str, Json]]) -> dict[str, Json]:
    """Values that most shots have, of parameters that all have: a shot cannot leave out a default of its spec.

    A mapping is shared only if all have the same, because a shot's mapping is merged into that of the defaults.
    """
    found: dict[str, Json] = {}
    if len(parameters) < 2:  # noqa: PLR2004  # one shot shares nothing
        return found
    for name in parameters[0]:
        if not all(name in each for each in parameters):
            continue
        values = {canonical_bytes(each[name]): each[name] for each in parameters}
        common, number = Counter(canonical_bytes(each[name]) for each in parameters).most_common(1)[0]
        needed = len(parameters) if isinstance(values[common], Mapping) else len(parameters) // 2 + 1
        if number >= needed:
            found[name] = values[common]
    return found


def _same(one: Json, other: Json) -> bool:
    return canonical_bytes(one) == canonical_bytes(other)


def _literal(value: Json) -> Json:
    """A value in which no text is read as a template."""
    if isinstance(value, str):
        return _TAG.sub("{{ '{' }}", value)
    if isinstance(value, Mapping):
        return {name: _literal(item) for name, item in value.items()}
    return [_literal(item) for item in value] if isinstance(value, list) else value


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" if line else line for line in text.splitlines())


def _yaml(document: Mapping[str, Any]) -> str:
    import yaml

    class Dumper(yaml.SafeDumper):
        """Writes long texts as blocks."""

        def ignore_aliases(self, data: Any) -> bool:
            """Write equal values out: a spec is edited by people."""
            del data
            return True

    Dumper.add_representer(str, _text_node)
    written: str = yaml.dump(document, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=_WIDTH)
    return written


def _text_node(dumper: "SafeDumper", text: str) -> "ScalarNode":
    style = "|" if "\n" in text else ">" if len(text) > _WIDTH - _BESIDE and " " in text else None
    if style is None and _LIKE_A_NUMBER.match(text):  # the library knows the numbers of YAML 1.1 only
        style = '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def counted_orders(orders: Iterable[Order]) -> Mapping[str, int]:
    """File -> number of orders in it."""
    return Counter(order.place.file for order in orders)
