"""Reads a review document strictly: a job with rights reads what a job without a key wrote, and trusts none of it.

Writing the review again must give the same document. So unknown data cannot get in, every sum agrees with its parts,
and a report made from the review is the one its author would have made.
"""

import json
import re
from collections.abc import Iterable, Sequence

import orjson
from msgspec import structs

from ltxspec.errors import Location, LtxspecError
from ltxspec.formats import FormatError, read, to_json
from ltxspec.lock.models import Take
from ltxspec.plan.actions import Action, Change, Plan
from ltxspec.plan.terms import SpendingLimits
from ltxspec.report.review.json import FORMAT_VERSION, review_document
from ltxspec.report.review.parts import altered_take, checked_takes, diagnostic_of, lost_take, reviewed_shot
from ltxspec.review.document import RedecidedTake, ReviewDocument
from ltxspec.review.models import WORKING_TREE, Redecision, Review
from ltxspec.review.refusals import refusals
from ltxspec.services import is_free
from ltxspec.values import Json, ShotAddress, TaskId, Usd, total_usd
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
    """Parse JSON, including lone surrogates and numbers beyond 64 bits, which `jsontext` writes as well."""
    try:
        if _LONG_NUMBER.search(data) is None:
            return orjson.loads(data)
    except orjson.JSONDecodeError:
        pass
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        where = Location(name, error.lineno, error.colno) if isinstance(error, json.JSONDecodeError) else None
        raise ReviewFileError(f"`{name}` is not JSON: {error}", where=where, hint=_AGAIN) from None


def review_from_json(document: Json, name: str = "review") -> Review:
    """Read a review document from parsed JSON. Raises ReviewFileError as `read_review` does."""
    version = document.get("formatVersion") if isinstance(document, dict) else None
    if version != FORMAT_VERSION:
        text = f"`{name}` is not a review document of format {FORMAT_VERSION}"
        raise ReviewFileError(text, where=Location(name, 1, 1), hint=_AGAIN)
    try:
        found = read(document, ReviewDocument)
        review = _review(found)
        again = to_json(structs.replace(review_document(review), ltxspec_version=found.ltxspec_version))
    except FormatError as error:
        raise ReviewFileError(f"`{name}` is not a review document: {error}", hint=_AGAIN) from None
    except (ValueError, TypeError, RecursionError, KeyError, ArithmeticError):
        raise ReviewFileError(f"`{name}` contains a value that is not valid in a review", hint=_AGAIN) from None
    different = _difference(document, again)
    if different is not None:
        raise ReviewFileError(f"`{name}` contradicts itself at `{different or '/'}`", hint=_AGAIN)
    _check(review, name)
    return review


def _review(document: ReviewDocument) -> Review:
    takes, total = checked_takes(document.takes), document.total
    commit = document.head.commit
    if commit is None and not document.head.is_working_tree:
        raise FormatError("is missing", "head", "commit")
    return Review(
        base=document.base.commit,
        head=WORKING_TREE if commit is None or document.head.is_working_tree else commit,
        provider=document.provider,
        shots=[reviewed_shot(item, takes.base, takes.head) for item in document.shots],
        unchanged=document.summary["unchanged"],
        spent=document.spent.usd,
        spent_unknown=document.spent.unknown,
        estimate=document.estimate.usd,
        estimate_unknown=document.estimate.unknown,
        total_before=total.before.usd,
        total_after=total.after.usd,
        lost=[lost_take(item, takes.base) for item in document.lost],
        limit=document.limit,
        plan_digest=document.plan_digest or "",
        diagnostics=[diagnostic_of(item) for item in document.diagnostics],
        total_before_unknown=total.before.unknown,
        total_after_unknown=total.after.unknown,
        under_way=document.under_way.usd,
        under_way_unknown=document.under_way.unknown,
        refusals=document.refusals,
        base_name=document.base.name,
        head_commit=commit,
        rules=document.rules,
        reckoned=document.reckoned,
        altered=[altered_take(item) for item in document.altered],
        redecided=[_redecision(item) for item in document.redecided or ()],
        noted={TaskId(task): notes for task, notes in (document.notes or {}).items()},
        numbers={TaskId(task): number for task, number in (document.take_numbers or {}).items()},
        verdicts={TaskId(task): (remark,) for task, remark in (document.verdicts or {}).items()},
    )


def _redecision(item: RedecidedTake) -> Redecision:
    return Redecision(ShotAddress(item.spec, item.instance), TaskId(item.task_id), item.before, item.after)


def _check(review: Review, name: str) -> None:
    """Check that sums and refusals follow from their parts; a document that differs is refused."""
    changes = [shot.change for shot in review.shots if shot.change]
    stated = {
        "spent": (review.spent, review.spent_unknown),
        "estimate": (review.estimate, review.estimate_unknown),
        "underWay": (review.under_way, review.under_way_unknown),
    }
    found = {
        "spent": total_usd(_costs(take for shot in review.shots for take in shot.bought)),
        "estimate": total_usd(change.estimate for change in changes if change.action.spends),
        "underWay": total_usd(change.estimate for change in changes if change.action is Action.RESUME),
    }
    wrong = next((part for part in stated if stated[part] != found[part]), None)
    if wrong is not None:
        raise ReviewFileError(f"`{name}` contradicts itself: `{wrong}` is not the sum of its parts", hint=_AGAIN)
    totals = {"before": review.total_before, "after": review.total_after}
    low = next((name for name, sum_ in totals.items() if sum_ < _shown(review, name)), None)
    if low is not None:
        raise ReviewFileError(
            f"`{name}` contradicts itself: `total.{low}` is less than its own takes cost", hint=_AGAIN
        )
    if review.reckoned is not None and review.reckoned <= review.estimate + review.under_way:
        raise ReviewFileError(f"`{name}` contradicts itself: `reckoned` is not more than the estimates", hint=_AGAIN)
    if leaves_out_refusals(review, changes, SpendingLimits(review.limit)):
        raise ReviewFileError(f"`{name}` contradicts itself: it omits why the plan is not ready", hint=_AGAIN)


def leaves_out_refusals(review: Review, changes: Sequence[Change], limits: SpendingLimits) -> bool:
    """Whether these changes, under these limits, have a refusal that the review does not list."""
    plan = Plan(review.provider, changes, review.diagnostics)
    needed = refusals(plan, limits, review.lost, review.diagnostics, review.altered)
    return not {item.code for item in needed} <= {item.code for item in review.refusals}


def _shown(review: Review, side: str) -> Usd:
    """The cost of the takes of one side that the review lists.

    In the review of a free provider, lost takes are those of a paid provider, which are in none of its sums.
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
    """A JSON Pointer to the first difference between two values; None if they are equal."""
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
