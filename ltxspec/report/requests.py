"""Rendered requests as text, JSON and YAML."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import orjson

from ltxspec.render.models import Request
from ltxspec.report.terminal import Paint, Style, clean
from ltxspec.values import Json, money_text

if TYPE_CHECKING:
    from yaml import SafeDumper, ScalarNode

Rendered = Sequence[tuple[Request, Mapping[str, Json]]]  # each with the task object to send


def as_json(requests: Rendered, style: Style) -> str:  # noqa: ARG001  # one signature for all formats
    """The list of task objects, as sent to a provider."""
    bodies = [body for _, body in requests]
    return orjson.dumps(bodies, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode()


def as_yaml(requests: Rendered, style: Style) -> str:  # noqa: ARG001  # one signature for all formats
    """The task objects as YAML, keyed by address."""
    import yaml

    class Dumper(yaml.SafeDumper):
        """Writes multi-line texts as blocks."""

    Dumper.add_representer(str, _text_node)
    document = {str(request.address): dict(body) for request, body in requests}
    return yaml.dump(document, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=100)


def _text_node(dumper: "SafeDumper", text: str) -> "ScalarNode":
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


def as_text(requests: Rendered, style: Style) -> str:
    """Readable text: the prompt as a paragraph, everything else as `name: value`."""
    return "\n".join(_one(request, body, style) for request, body in requests)


def _one(request: Request, body: Mapping[str, Json], style: Style) -> str:
    from textwrap import fill

    price = money_text(request.estimate, "price unknown")
    lines = [f"{style.paint(str(request.address), Paint.BOLD)}  {price}  {request.file}:{request.line}"]
    prompt = clean(str(body.get("positivePrompt", "")))
    if prompt:
        lines.append(fill(prompt, style.width, initial_indent="  ", subsequent_indent="  "))
    for name, value in body.items():
        if name != "positivePrompt":
            shown = _open(request) if name == "taskUUID" and value is None else _value(value)
            lines.append(f"  {style.paint(name + ':', Paint.DIM)} {shown}")
    lines += [f"  {style.paint('file:', Paint.DIM)} {path} {digest}" for path, digest in request.inputs.items()]
    lines.append(f"  {style.paint('fingerprint:', Paint.DIM)} {request.fingerprint or _open(request)}")
    return "\n".join(lines) + "\n"


def _open(request: Request) -> str:
    """What stands for an identity that depends on videos that are not there yet."""
    return f"known after {clean(' and '.join(map(str, request.after)) or 'its source')}"


def _value(value: Json) -> str:
    return clean(value if isinstance(value, str) else orjson.dumps(value).decode())


FORMATS: Mapping[str, Callable[[Rendered, Style], str]] = {"text": as_text, "json": as_json, "yaml": as_yaml}
