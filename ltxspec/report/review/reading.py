"""Reads a review document back, strictly: what a job without a key wrote, a job with rights reads, and trusts nothing.

Whatever is read must be written again as the very same document. So nothing unknown gets in, no sum disagrees with its
parts, and a report made from it is the one its writer would have made.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence

import orjson

from ltxspec.errors import LtxspecError
from ltxspec.lock.fields import FieldError, mapping, optional_text, text
from ltxspec.lock.models import Take
from ltxspec.plan.actions import Action, Change, Plan
from ltxspec.plan.terms import SpendingLimits
from ltxspec.report.review.json import FORMAT_VERSION, review_document
from ltxspec.report.review.parts import (
    number,
    price,
    read_altered,
    read_diagnostic,
    read_list,
    read_lost,
    read_refusal,
    read_rule,
    read_shot,
    read_takes,
)
from ltxspec.review.models import WORKING_TREE, Review
from ltxspec.review.refusals import refusals
from ltxspec.services import is_free
from ltxspec.values import Json, Usd, total_usd
from ltxspec.version import __version__

_LONG_NUMBER = re.compile(rb"[:,\[]\s*-?[0-9]{19}")
_AGAIN = f"make it again with `ltxspec diff --format json` of ltxspec {__version__}"


class ReviewFileError(LtxspecError):
    """A document is not a review that this ltxspec would have written."""

    code = "review-file"


def read_review(data: bytes, name: str) -> Review:
    """Read a review document from its bytes.

    Args:
        data: the whole file.
        name: the file as shown to users.

    Raises:
        ReviewFileError: it is not JSON, or not a review.
    """
    return review_from_json(_parse(data, name), name)


def _parse(data: bytes, name: str) -> Json:
    """JSON, with what `jsontext` leaves to the standard library: lone surrogates, and numbers beyond 64 bits."""
    try:
        if _LONG_NUMBER.search(data) is None:
            return orjson.loads(data)
    except orjson.JSONDecodeError:
        pass
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        raise ReviewFileError(f"`{name}` is not JSON: {error}", hint=_AGAIN) from None


def review_from_json(document: Json, name: str = "review") -> Review:
    """Read a review document from parsed JSON. Raises ReviewFileError as `read_review` does."""
    version = document.get("formatVersion") if isinstance(document, dict) else None
    if version != FORMAT_VERSION:
        raise ReviewFileError(f"`{name}` is not a review document of format {FORMAT_VERSION}", hint=_AGAIN)
    try:
        review = _review(document)
        again = {**review_document(review), "ltxspecVersion": text(document, "ltxspecVersion")}
    except FieldError as error:
        raise ReviewFileError(f"`{name}` is not a review document: {error}", hint=_AGAIN) from None
    except (ValueError, TypeError, RecursionError, AttributeError, KeyError, ArithmeticError):
        raise ReviewFileError(f"`{name}` holds a value that no review has", hint=_AGAIN) from None
    different = _difference(document, again)
    if different is not None:
        raise ReviewFileError(f"`{name}` contradicts itself at `{different or '/'}`", hint=_AGAIN)
    _check(review, name)
    return review


def _review(document: Mapping[str, Json]) -> Review:
    olds, news = read_takes(document, "base"), read_takes(document, "head")
    base, head, total = (mapping(document, part) for part in ("base", "head", "total"))
    spent, estimate, under_way = (_sum(document, part) for part in ("spent", "estimate", "underWay"))
    before, after = _sum(total, "before"), _sum(total, "after")
    commit = optional_text(head, "commit")
    return Review(
        base=text(base, "commit"),
        head=WORKING_TREE if head.get("isWorkingTree") is True else text(head, "commit"),
        provider=text(document, "provider"),
        shots=read_list(document, "shots", lambda item: read_shot(item, olds, news)),
        unchanged=number(mapping(document, "summary"), "unchanged"),
        spent=spent[0],
        spent_unknown=spent[1],
        estimate=estimate[0],
        estimate_unknown=estimate[1],
        total_before=before[0],
        total_after=after[0],
        lost=read_list(document, "lost", lambda item: read_lost(item, olds)),
        limit=price(document, "limit"),
        plan_digest=optional_text(document, "planDigest") or "",
        diagnostics=read_list(document, "diagnostics", read_diagnostic),
        total_before_unknown=before[1],
        total_after_unknown=after[1],
        under_way=under_way[0],
        under_way_unknown=under_way[1],
        refusals=read_list(document, "refusals", read_refusal),
        base_name=optional_text(base, "name") or "",
        head_commit=commit,
        rules=read_list(document, "rules", read_rule),
        reckoned=price(document, "reckoned"),
        altered=read_list(document, "altered", read_altered),
    )


def _sum(document: Mapping[str, Json], name: str) -> tuple[Usd, int]:
    item = mapping(document, name)
    amount = price(item, "usd")
    if amount is None:
        raise FieldError("must be a decimal string in USD", name, "usd")
    return amount, number(item, "unknown")


def _check(review: Review, name: str) -> None:
    """Sums follow from their parts, and so does what stands in the way; a document that says otherwise is refused."""
    changes = [shot.change for shot in review.shots if shot.change]
    told = {
        "spent": (review.spent, review.spent_unknown),
        "estimate": (review.estimate, review.estimate_unknown),
        "underWay": (review.under_way, review.under_way_unknown),
    }
    found = {
        "spent": total_usd(_costs(take for shot in review.shots for take in shot.bought)),
        "estimate": total_usd(change.estimate for change in changes if change.action.spends),
        "underWay": total_usd(change.estimate for change in changes if change.action is Action.RESUME),
    }
    wrong = next((part for part in told if told[part] != found[part]), None)
    if wrong is not None:
        raise ReviewFileError(f"`{name}` contradicts itself: `{wrong}` is not the sum of its parts", hint=_AGAIN)
    totals = {"before": review.total_before, "after": review.total_after}
    low = next((name for name, sum_ in totals.items() if sum_ < _shown(review, name)), None)
    if low is not None:
        raise ReviewFileError(
            f"`{name}` contradicts itself: `total.{low}` is less than its own takes cost", hint=_AGAIN
        )
    if review.reckoned is not None and review.reckoned <= review.estimate + review.under_way:
        raise ReviewFileError(f"`{name}` contradicts itself: `reckoned` is no more than the estimates", hint=_AGAIN)
    if leaves_out_refusals(review, changes, SpendingLimits(review.limit)):
        raise ReviewFileError(f"`{name}` contradicts itself: it leaves out what stands in the way", hint=_AGAIN)


def leaves_out_refusals(review: Review, changes: Sequence[Change], limits: SpendingLimits) -> bool:
    """Whether something stands in the way of these changes, under these limits, that the review does not tell."""
    plan = Plan(review.provider, changes, review.diagnostics)
    needed = refusals(plan, limits, review.lost, review.diagnostics, review.altered)
    return not {item.code for item in needed} <= {item.code for item in review.refusals}


def _shown(review: Review, side: str) -> Usd:
    """What the takes of one side cost that stand in the review.

    Of a free provider's review the lost ones are a paid one's, which are in none of its sums.
    """
    if side == "before":
        lost = () if is_free(review.provider) else review.lost
        takes = [*(shot.before for shot in review.shots), *(item.take for item in lost)]
    else:
        takes = [take for shot in review.shots for take in (shot.after, *shot.bought)]
    return total_usd(_costs(take for take in takes if take is not None))[0]


def _costs(takes: Iterable[Take]) -> Iterable[Usd | None]:
    return {take.task_id: take.cost for take in takes}.values()


def _difference(one: Json, other: Json, path: str = "") -> str | None:
    """A JSON Pointer to the first place at which two values differ; None when they are the same."""
    if type(one) is not type(other):
        return path
    if isinstance(one, dict):
        if list(one) != list(other) and set(one) != set(other):
            return f"{path}/{min(set(one) ^ set(other))}"
        return _first((f"{path}/{key}", one[key], other[key]) for key in one)
    if isinstance(one, list):
        if len(one) != len(other):
            return path
        return _first((f"{path}/{index}", *pair) for index, pair in enumerate(zip(one, other, strict=True)))
    return None if one == other else path


def _first(parts: Iterable[tuple[str, Json, Json]]) -> str | None:
    return next((found for path, one, other in parts if (found := _difference(one, other, path)) is not None), None)
