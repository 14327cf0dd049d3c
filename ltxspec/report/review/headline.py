"""The one sentence about a change: what it adds itself, then what the base would do as well, the rules, the limit."""

from ltxspec.report import wording as phrases
from ltxspec.report.review.backlog import backlog_counts, own_shots
from ltxspec.report.review.kinds import KINDS, counts_of
from ltxspec.review.models import INVALID, Review, ShotKind, ShotReview
from ltxspec.values import total_usd

_PRICED = (ShotKind.PENDING, ShotKind.RESUMING)


def headline(review: Review) -> str:
    """One sentence, stable enough to grep.

    `3 shots rendered for $1.44, 2 to render for $0.96, 41 unchanged; limit $5.00.`, and with shots that the base would
    render as well: `1 shot to render for $0.48, 41 unchanged; also at the base: 2 to render for $0.96.`
    """
    return phrases.charged(
        f"{_change(review)}{_backlog(review)}{_verdicts(review)}{_rules(review)}{_limit(review)}.", review.provider
    )


def rendered(review: Review) -> int:
    """The number of shots with a video that was bought in this change."""
    return sum(1 for shot in review.shots if _succeeded(shot))


def _change(review: Review) -> str:
    has_problems = any(refusal.code == INVALID for refusal in review.refusals)
    parts = _parts(review)
    if not parts and has_problems:
        others = f"; {phrases.counted(review.unchanged, 'other')} as before" if review.unchanged else ""
        return f"Shots cannot be compared until the problems are fixed{others}"
    if not parts:
        nothing = "No shot changed" if review.rules or review.redecided or backlog_counts(review) else "No changes"
        return f"{nothing}: {phrases.counted(review.unchanged, 'shot')} as before"
    if review.unchanged:
        parts.append((review.unchanged, "unchanged"))
    first, *rest = parts
    words = [f"{phrases.counted(first[0], 'shot')} {first[1]}", *(f"{number:,} {word}" for number, word in rest)]
    return ", ".join(words) + ("; incomplete until the problems are fixed" if has_problems else "")


def _parts(review: Review) -> list[tuple[int, str]]:
    """(number of shots, what happens to them), only what this change causes; what is paid for comes first."""
    shots = own_shots(review)
    counts = counts_of(shots)
    parts: list[tuple[int, str]] = []
    if (number := rendered(review)) or review.spent or review.spent_unknown:
        takes = sum(_succeeded(shot) for shot in review.shots)
        several = f" in {takes:,} takes" if takes > number else ""
        parts.append((number, f"rendered for {phrases.amount(review.spent, review.spent_unknown)}{several}"))
    parts += [
        (number, f"{KINDS[kind]} for {_estimate(shots, kind)}" if kind in _PRICED else KINDS[kind])
        for kind, number in counts.items()
        if number and kind is not ShotKind.RENDERED
    ]
    if review.altered:
        parts.append((len({item.address for item in review.altered}), "with altered records"))
    return parts


def _succeeded(shot: ShotReview) -> int:
    return sum(1 for take in shot.bought if take.status == "succeeded")


def _estimate(shots: list[ShotReview], kind: ShotKind) -> str:
    estimates = [shot.change.estimate for shot in shots if shot.kind is kind and shot.change is not None]
    return phrases.amount(*total_usd(estimates))


def _backlog(review: Review) -> str:
    counts = backlog_counts(review)
    return f"; also at the base: {counts}" if counts else ""


def _verdicts(review: Review) -> str:
    return f"; {phrases.counted(len(review.redecided), 'verdict')} changed" if review.redecided else ""


def _rules(review: Review) -> str:
    number = len(review.rules)
    changed = "1 rule or price" if number == 1 else f"{number:,} rules or prices"
    return f"; {changed} changed" if number else ""


def _limit(review: Review) -> str:
    limit = "" if review.limit is None else f"; limit {phrases.money(review.limit)}"
    return phrases.higher(review.reckoned) + limit
