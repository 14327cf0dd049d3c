"""Parameter types of commands besides text and numbers, converted by the command line parser."""

import re
import uuid
from datetime import date
from fractions import Fraction
from typing import Any, Literal

import click

from ltxspec.errors import WrongUsage
from ltxspec.values import GROUPINGS, Moment, ShotAddress, TaskId, Usd, parse_address, parse_usd, typed_address

_LEAST_SIDE, _MOST_SIDE = 16, 8192  # of a frame, in pixels


class _Usd(click.ParamType[Usd]):
    """An amount of money, with or without a dollar sign."""

    name = "USD"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Usd:
        """Convert it. Raises WrongUsage."""
        del ctx
        amount = parse_usd(str(value).lstrip("$"))
        if amount is None or amount < 0:
            option = param.opts[0] if param is not None else self.name
            raise WrongUsage(f"`{option} {value}` is not an amount in USD", hint=f"write it as {option} 5.00")
        return amount


class _FrameSize(click.ParamType[tuple[int, int]]):
    """Width and height of a video in pixels."""

    name = "WxH"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, int]:
        """Convert it. Raises WrongUsage."""
        del param, ctx
        found = re.fullmatch(r"([0-9]{2,4})[x×]([0-9]{2,4})", str(value))
        sides = [int(side) for side in found.groups()] if found else [0, 0]
        if any(side % 2 or not _LEAST_SIDE <= side <= _MOST_SIDE for side in sides):
            hint = f"write it as 1280x720; sides are even, {_LEAST_SIDE} to {_MOST_SIDE}"
            raise WrongUsage(f"`{value}` is not the size of a video", hint=hint)
        return sides[0], sides[1]


class _FrameRate(click.ParamType[Fraction]):
    """Frames per second of a timeline, one of those that editing programs know."""

    name = "FPS"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Fraction:
        """Convert it. Raises WrongUsage."""
        from ltxspec.timecode import RATES, known_rate, rate_text

        del param, ctx
        text = str(value)
        found = known_rate(Fraction(text)) if re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,6})?", text) else None
        if found is None:
            raise WrongUsage(
                f"`{value}` is not the frame rate of a timeline", hint=f"use {', '.join(map(rate_text, RATES))}"
            )
        return found


class _NewAddress(click.ParamType[ShotAddress]):
    """`SPEC.SHOT` or `SPEC.SHOT[KEY]`; the shot need not exist yet."""

    name = "ADDRESS"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> ShotAddress:
        """Convert it. Raises WrongUsage when it is not a valid name of a spec or shot."""
        from ltxspec.spec.names import INSTANCE_KEY, SHOT_NAME_RULE, SPEC_NAME, SPEC_NAME_RULE

        del param, ctx
        try:
            address = parse_address(typed_address(str(value)))
        except ValueError as error:
            raise WrongUsage(str(error), hint="write it as `ltxspec show` does, such as `night-scenes.alley`") from None
        for name, pattern, rule in (
            (address.spec, SPEC_NAME, SPEC_NAME_RULE),
            (address.instance, INSTANCE_KEY, SHOT_NAME_RULE),
        ):
            if re.fullmatch(pattern, name) is None:
                raise WrongUsage(f"`{name}` in `{value}` is not a valid name of a spec or a shot", hint=rule)
        return address


class _TaskId(click.ParamType[TaskId]):
    """The provider's id of a task, as a UUID in any notation."""

    name = "UUID"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> TaskId:
        """Convert it. Raises WrongUsage."""
        del param, ctx
        try:
            return TaskId(str(uuid.UUID(str(value))))
        except ValueError:
            hint = "ids are UUIDs, as the provider shows them"
            raise WrongUsage(f"`{value}` is not the id of a task", hint=hint) from None


class _PlanDigest(click.ParamType[str]):
    """The digest of a plan, as shown by plans, reviews and comments."""

    name = "DIGEST"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Convert it. Raises WrongUsage."""
        del param, ctx
        if re.fullmatch(r"sha256:[0-9a-f]{64}", str(value)) is None:
            hint = "write `sha256:` and 64 hexadecimal digits, as `ltxspec plan --format json` and the review show it"
            raise WrongUsage(f"`{value}` is not the digest of a plan", hint=hint)
        return str(value)


class _Moment(click.ParamType[Moment]):
    """A time in a video: `first`, `last`, or seconds from its start."""

    name = "first|last|SECONDS"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Moment:
        """Convert it. Raises WrongUsage."""
        del param, ctx
        text = str(value).strip().lower()
        if text in ("first", "last"):
            return "first" if text == "first" else "last"
        text = text.removesuffix("s").strip()
        if re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,9})?", text) is None:
            raise WrongUsage(
                f"`{value}` is not a time in a video", hint="write `first`, `last`, or seconds such as 3.5"
            )
        return float(text)


class _Day(click.ParamType[date]):
    """A day."""

    name = "DATE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Convert it. Raises WrongUsage."""
        del ctx
        try:
            if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", str(value)):
                return date.fromisoformat(str(value))
        except ValueError:
            pass
        option = param.opts[0] if param is not None else self.name
        raise WrongUsage(f"`{option} {value}` is not a day", hint=f"write it as {option} 2026-11-30")


class _Label(click.ParamType[str]):
    """`KEY=VALUE`."""

    name = "KEY=VALUE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Check it. Raises WrongUsage."""
        del param, ctx
        key, equals, _ = str(value).partition("=")
        if not equals or not key.strip():
            raise WrongUsage(f"`{value}` is not a label", hint="write it as --label campaign=autumn")
        return str(value)


class _OrderLimit(click.ParamType["int | Literal['budget']"]):
    """A number of orders, or `budget`."""

    name = "N|budget"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> "int | Literal['budget']":
        """Convert it. Raises WrongUsage."""
        del param, ctx
        text = str(value)
        if text.lower() == "budget":
            return "budget"
        if not (text.isascii() and text.isdecimal()) or not int(text[:_MOST_DIGITS]) > 0:
            raise WrongUsage(f"`--limit {value}` is not a number of shots", hint="write --limit 5, or --limit budget")
        return int(text[:_MOST_DIGITS])


class _Grouping(click.ParamType[str]):
    """What costs are grouped by: a fixed name, or `label:KEY`; several with commas between them."""

    name = "spec|shot|month|model|label:KEY,…"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Check it. Raises WrongUsage."""
        del param, ctx
        each = [part.strip() for part in str(value).split(",")]
        wrong = next((part for part in each if not _is_grouping(part)), None)
        if wrong is None and len(set(each)) == len(each):
            return ",".join(each)
        hint = "write spec, shot, month or model, or a label such as label:campaign; several as label:campaign,month"
        raise WrongUsage(f"costs cannot be grouped by `{value if wrong is None else wrong}`", hint=hint)


def _is_grouping(text: str) -> bool:
    kind, colon, key = text.partition(":")
    return text in GROUPINGS or (kind == "label" and bool(colon) and bool(key.strip()))


class _Fractions(click.ParamType[tuple[float, ...]]):
    """Numbers from 0 to 1, with commas between them: a point or a box, as fractions of the frame."""

    def __init__(self, *names: str, example: str) -> None:
        self.name = ",".join(names)
        self._number = len(names)
        self._example = example

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[float, ...]:
        """Convert it. Raises WrongUsage."""
        del ctx
        parts = [part.strip() for part in str(value).split(",")]
        if len(parts) != self._number or not all(re.fullmatch(r"[01]|[01]?\.[0-9]{1,9}", part) for part in parts):
            option = param.opts[0] if param is not None else self.name
            hint = f"write fractions of the frame from 0 to 1 as {option} {self._example}"
            raise WrongUsage(f"`{option} {value}` is not {self.name}", hint=hint)
        return tuple(map(float, parts))


_MOST_DIGITS = 9

USD, NEW_ADDRESS, TASK_ID, PLAN_DIGEST = _Usd(), _NewAddress(), _TaskId(), _PlanDigest()
FRAME_SIZE = _FrameSize()
FRAME_RATE = _FrameRate()
LABEL, ORDER_LIMIT, GROUPING, MOMENT, DAY = _Label(), _OrderLimit(), _Grouping(), _Moment(), _Day()
POINT, BOX = _Fractions("X", "Y", example="0.5,0.5"), _Fractions("X", "Y", "W", "H", example="0.1,0.2,0.3,0.3")
