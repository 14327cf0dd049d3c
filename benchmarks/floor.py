"""The bare work of planning, and nothing else: what `ltxspec plan` is measured against.

YAML events -> plain objects -> Jinja -> JSON with sorted keys -> SHA-256 -> compare with a JSON file. No positions, no
checks, no schema, no price, no messages, no lockfile format: whatever ltxspec takes beyond this, it takes for those.
Jinja is loaded only for prompts kept in a file, and the garbage collector is off: it has no time to lose either.

    python benchmarks/floor.py SPEC LOCK [--write]
"""

import gc
import hashlib
import os
import sys
from pathlib import Path
from typing import Any

import orjson
from yaml._yaml import CParser
from yaml.events import MappingEndEvent, MappingStartEvent, ScalarEvent, SequenceEndEvent

CONSTANTS = {"true": True, "false": False, "null": None, "~": None, "": None}
NOT_PARAMETERS = {"prompt", "vars"}


def load_yaml(text: str) -> Any:
    """Build plain objects from one document."""
    parser = CParser(text)
    next_event = parser.get_event
    next_event()  # the stream starts
    next_event()  # the document starts
    return _build(next_event(), next_event)


def _build(event: Any, next_event: Any) -> Any:
    kind = type(event)
    if kind is ScalarEvent:
        return event.value if event.style else _scalar(event.value)
    if kind is MappingStartEvent:
        mapping = {}
        while type(key := next_event()) is not MappingEndEvent:
            mapping[key.value] = _build(next_event(), next_event)
        return mapping
    items = []
    while type(item := next_event()) is not SequenceEndEvent:
        items.append(_build(item, next_event))
    return items


def _scalar(text: str) -> Any:
    if text in CONSTANTS:
        return CONSTANTS[text]
    if text[0] in "-+.0123456789":
        for number in (int, float):
            try:
                return number(text)
            except ValueError:
                continue
    return text


def hashes(spec: Path) -> dict[str, str]:
    """Shot name -> SHA-256 of its request."""
    document = load_yaml(spec.read_text("utf-8"))
    templates: dict[str, Any] = {}
    fixed = {**document["defaults"], "model": document["model"], "taskType": "videoInference"}
    found = {}
    for name, shot in document["shots"].items():
        prompt = shot["prompt"]
        if isinstance(prompt, dict):
            file = prompt["file"]
            if file not in templates:
                templates[file] = compiled((spec.parent / file).read_text("utf-8"))
            prompt = templates[file].render(shot["vars"])
        request = {**fixed, **{key: value for key, value in shot.items() if key not in NOT_PARAMETERS}}
        request["positivePrompt"] = prompt.strip()
        found[name] = hashlib.sha256(orjson.dumps(request, option=orjson.OPT_SORT_KEYS)).hexdigest()
    return found


def compiled(template: str) -> Any:
    """A template, ready to be rendered."""
    from jinja2 import StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    return ImmutableSandboxedEnvironment(undefined=StrictUndefined).from_string(template)


def main(spec: Path, lock: Path, *, write: bool) -> None:
    """Compare the spec with its lock and count, or write the lock."""
    now = hashes(spec)
    if write:
        entries = {name: {"hash": value, "taskUUID": "0" * 36, "cost": "0.48"} for name, value in now.items()}
        lock.write_bytes(orjson.dumps({"shots": entries}, option=orjson.OPT_INDENT_2))
        return
    before = orjson.loads(lock.read_bytes())["shots"] if lock.exists() else {}
    create = [name for name in now if name not in before]
    replace = [name for name, value in now.items() if name in before and before[name]["hash"] != value]
    retire = [name for name in before if name not in now]
    print(len(create), len(replace), len(retire), flush=True)


if __name__ == "__main__":
    gc.disable()
    main(Path(sys.argv[1]), Path(sys.argv[2]), write="--write" in sys.argv)
    os._exit(0)  # nothing is left to tidy up, so nothing is
