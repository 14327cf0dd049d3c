"""A quick look at a document's structure: most specs are plainly sound, and need no thorough judgement.

Loading what `structure` needs takes longer than planning a hundred shots. So this says yes only where `structure` and
`rules` certainly find nothing, and not where something is rare or wrong: those judge, and say what is the matter.
"""

import re
from collections.abc import Mapping

from ltxspec.spec.document import Document
from ltxspec.spec.models import RESERVED_KEYS, SET_BY_LTXSPEC
from ltxspec.spec.names import SHOT_NAME, SPEC_NAME, is_variable
from ltxspec.values import Json

_NO_PARAMETERS = RESERVED_KEYS | SET_BY_LTXSPEC.keys()
_ROOT_KEYS = frozenset({"apiVersion", "kind", "metadata", "model", "vars", "defaults", "shots"})
_METADATA_KEYS = frozenset({"name", "title"})
_SHOT_KEYS = frozenset({"prompt", "vars", "title", "model"})  # of those that are no parameters
_ONLY_A_PROMPT = frozenset({"prompt"})

_half_character = re.compile(r"\\(?:u|U0000)[dD][89a-fA-F]").search
_spec_name = re.compile(SPEC_NAME.removesuffix("$")).fullmatch
_shot_name = re.compile(SHOT_NAME.removesuffix("$")).fullmatch


def is_plainly_sound(document: Document) -> bool:
    """Whether the structure is of the most common kind, with nothing wrong."""
    root = document.root
    return (
        isinstance(root, dict)
        and _ROOT_KEYS.issuperset(root)
        and not _may_hold_half_characters(document.source.text)
        and root.get("apiVersion") == "ltxspec/v1"
        and root.get("kind") == "RenderSpec"
        and _is_metadata(root.get("metadata"))
        and _is_text(root.get("model", "none"))
        and _are_variables(root.get("vars", {}))
        and _are_defaults(root.get("defaults", {}))
        and _are_shots(root.get("shots"))
    )


def _may_hold_half_characters(text: str) -> bool:
    """Whether there is an escape of half a character, which no text may hold."""
    return "\\" in text and _half_character(text) is not None


def _is_metadata(value: Json) -> bool:
    if not isinstance(value, dict) or not _METADATA_KEYS.issuperset(value):
        return False
    name = value.get("name")
    return isinstance(name, str) and _spec_name(name) is not None and isinstance(value.get("title", ""), str)


def _is_text(value: Json) -> bool:
    return isinstance(value, str) and value != ""


def _are_defaults(value: Json) -> bool:
    return isinstance(value, dict) and _NO_PARAMETERS.isdisjoint(value)


def _are_variables(value: Json) -> bool:
    return isinstance(value, dict) and all(map(is_variable, value))


def _are_shots(value: Json) -> bool:
    if not isinstance(value, dict) or not value:
        return False
    return all(map(_shot_name, value)) and all(map(_is_shot, value.values()))


def _is_shot(shot: Json) -> bool:
    if not isinstance(shot, dict):
        return False
    reserved = shot.keys() & _NO_PARAMETERS
    if reserved != _ONLY_A_PROMPT and not _is_usual(shot, reserved):
        return False
    prompt = shot.get("prompt")
    if isinstance(prompt, str):
        return prompt != "" and not prompt.isspace()
    return isinstance(prompt, dict) and prompt.keys() == {"file"} and _is_text(prompt["file"])


def _is_usual(shot: Mapping[str, Json], reserved: set[str]) -> bool:
    return (
        _SHOT_KEYS.issuperset(reserved)
        and isinstance(shot.get("title", ""), str)
        and _is_text(shot.get("model", "none"))
        and _are_variables(shot.get("vars", {}))
    )
