"""Reading JSON fields strictly, and the parts that lockfile and journal share: outputs, failures, money.

Readers raise `FieldError` with the path to the field; the caller knows the file and turns it into a `LockfileError`.
They check `type(value) is …` and not `isinstance`, because in Python `true` is an integer.
"""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import lru_cache

from ltxspec.lock.models import Failure, Output
from ltxspec.redaction import redact_secrets
from ltxspec.values import Json, Usd, format_usd

_AMOUNT = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_OUTPUT_FIELDS = frozenset({"bytes", "cost", "sha256", "videoURL", "videoUUID"})


class FieldError(Exception):
    """A field is not what the format says. `path` grows outwards while the error rises."""

    def __init__(self, message: str, *path: str | int) -> None:
        super().__init__(message)
        self.message = message
        self.path = path

    def inside(self, *path: str | int) -> "FieldError":
        """The same error, seen from further out."""
        return FieldError(self.message, *path, *self.path)

    def __str__(self) -> str:
        name = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in self.path).lstrip(".")
        return f"`{name}` {self.message}" if name else self.message


def known_only(block: Mapping[str, Json], names: frozenset[str]) -> None:
    """Refuse fields that this version does not know: writing the file again would lose them."""
    if not names.issuperset(block):
        raise FieldError("is not a field of this version", min(set(block) - names))


def an_object(value: Json) -> dict[str, Json]:
    """A JSON object."""
    if type(value) is dict:
        return value
    raise FieldError("must be an object")


def text(block: Mapping[str, Json], name: str) -> str:
    """A string that is not empty."""
    value = block.get(name)
    if type(value) is str and value:
        return value
    raise FieldError("must be a string that is not empty", name)


def optional_text(block: Mapping[str, Json], name: str) -> str | None:
    """A string, or None when it is null or missing."""
    value = block.get(name)
    if value is None or type(value) is str:
        return value
    raise FieldError("must be a string or null", name)


def optional_count(block: Mapping[str, Json], name: str, least: int) -> int | None:
    """An integer of at least `least`, or None when it is null or missing."""
    value = block.get(name)
    if value is None:
        return None
    if type(value) is int and value >= least:
        return value
    raise FieldError(f"must be null or an integer of at least {least}", name)


def count(block: Mapping[str, Json], name: str) -> int:
    """An integer of at least 1."""
    value = optional_count(block, name, 1)
    if value is None:
        raise FieldError("must be an integer of at least 1", name)
    return value


def mapping(block: Mapping[str, Json], name: str) -> dict[str, Json]:
    """An object; it must be there."""
    value = block.get(name)
    if type(value) is dict:
        return value
    raise FieldError("must be an object", name)


def sequence(block: Mapping[str, Json], name: str) -> list[Json]:
    """An array; it must be there."""
    value = block.get(name)
    if type(value) is list:
        return value
    raise FieldError("must be an array", name)


def file_digests(block: Mapping[str, Json]) -> dict[str, str]:
    """`inputs`: local file as written -> `sha256:<hex>`; missing means none."""
    value = block.get("inputs", {})
    if type(value) is not dict:
        raise FieldError("must be an object", "inputs")
    for name, digest in value.items():
        if type(digest) is not str:
            raise FieldError("must be a string", "inputs", name)
    return value


@lru_cache(maxsize=4096)  # a project knows a handful of prices
def amount(value: str) -> Usd | None:
    """A decimal string in USD; None for any other text."""
    return Decimal(value) if _AMOUNT.fullmatch(value) else None


def money(block: Mapping[str, Json], name: str) -> Usd | None:
    """A decimal string in USD, or None (unknown) when it is null or missing.

    A JSON number is refused: it may have been rounded.
    """
    value = block.get(name)
    if value is None:
        return None
    found = amount(value) if type(value) is str else None
    if found is None:
        raise FieldError('must be a decimal string in USD such as "0.48", or null', name)
    return found


def money_json(usd: Usd | None) -> str | None:
    """Write an amount; unknown stays null."""
    return None if usd is None else format_usd(usd)


def readable(message: str) -> str:
    """Text of a provider without lone surrogates, which UTF-8 cannot hold: an odd message must not lose a paid task."""
    return message.encode("utf-8", "replace").decode("utf-8")


def output_json(output: Output) -> dict[str, Json]:
    """One output under its JSON names; unknown fields are null."""
    return {
        "bytes": output.bytes,
        "cost": money_json(output.cost),
        "sha256": output.sha256,
        "videoURL": output.video_url,
        "videoUUID": output.video_uuid,
    }


def decode_outputs(block: Mapping[str, Json]) -> tuple[Output, ...]:
    """Read `outputs`."""
    found: list[Output] = []
    items = sequence(block, "outputs")
    try:
        for item in items:
            known_only(an_object(item), _OUTPUT_FIELDS)
            output = Output(
                video_uuid=optional_text(item, "videoUUID"),
                video_url=optional_text(item, "videoURL"),
                cost=money(item, "cost"),
                sha256=optional_text(item, "sha256"),
                bytes=optional_count(item, "bytes", 0),
            )
            found.append(output)
    except FieldError as error:
        raise error.inside("outputs", len(found)) from None
    return tuple(found)


def outputs_json(outputs: Iterable[Output]) -> list[dict[str, Json]]:
    """Write `outputs`."""
    return [output_json(output) for output in outputs]


def failure_json(failure: Failure) -> dict[str, Json]:
    """The three fields of a failure. Secrets in an address that the provider repeats are left out."""
    message = redact_secrets(readable(failure.message))
    return {"code": readable(failure.code), "message": message, "permanent": failure.permanent}


def decode_failure(block: Mapping[str, Json]) -> Failure:
    """Read a failure. Where `permanent` is missing it is true: blocked until someone decides, so nothing is spent."""
    permanent = block.get("permanent", True)
    if type(permanent) is not bool:
        raise FieldError("must be true or false", "permanent")
    code, message = optional_text(block, "code"), optional_text(block, "message")
    if code is None or message is None:
        raise FieldError("must be a string in a failed task", "code" if code is None else "message")
    return Failure(code, message, permanent)
