"""The folded details under a review's table: the prompt difference, changed fields and causes of each shot."""

import html
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

from ltxspec.lock.models import Take
from ltxspec.report import wording as phrases
from ltxspec.report.markdown import code, escape, field_html, prose
from ltxspec.report.review import wording as review_words
from ltxspec.report.review.whole import is_bought, whole_request
from ltxspec.report.terminal import clean, fit
from ltxspec.report.word_diff import Effort
from ltxspec.review.models import Cause, ShotReview
from ltxspec.values import money_text

_LONGEST_ADDRESS = 100
_LONGEST_NOTE = 500
_LONGEST_PROMPT = 2000
_LONGEST_DIFF = 12_000  # characters of both prompts together; above this, only the sizes are shown
_THUMBNAIL = 320  # pixels of width: two stills side by side
_MOST_FIELDS = 20
_MOST_CAUSES = 10


@dataclass(frozen=True, slots=True)
class Links:
    """Addresses from the caller, who is responsible for them.

    Args:
        base: prefix of a spec's path, such as a blob URL ending in `/`, or a whole address with `{path}` and `{line}`;
            empty for relative links.
        images: address of a shot -> URL of its pictures, before and after side by side.
        videos: whether to link the provider's addresses of takes.
        missing: address of a shot -> why a video of it is in no picture.
    """

    base: str = ""
    images: Mapping[str, str] = field(default_factory=dict)
    videos: bool = False
    missing: Mapping[str, str] = field(default_factory=dict)


def address(shot: ShotReview) -> str:
    """The shot's address, short enough for a table."""
    return fit(clean(str(shot.address)), _LONGEST_ADDRESS)


def picture(url: str, description: str) -> str:
    """An image as HTML. Empty for an invalid address, and for one that is neither https, http nor relative."""
    if not _is_page(url):
        return ""
    return f'<img src="{_attribute(url)}" alt="{html.escape(clean(description))}">'


def thumbnail(url: str, description: str, target: str | None = None) -> str:
    """A small image as HTML, linked to `target`; without one, forges link it to itself."""
    image = picture(url, description)
    if not image:
        return ""
    small = image.replace("<img ", f'<img width="{_THUMBNAIL}" ', 1)
    return f'<a href="{_attribute(target)}">{small}</a>' if target is not None and _is_page(target) else small


def details_of(
    shot: ShotReview, links: Links, effort: Effort | None = None, *, is_open: bool = False, whole: bool = False
) -> str:
    """One shot as a folded section, HTML without blank lines.

    Args:
        shot: the shot.
        links: links of pictures and videos.
        effort: the remaining effort for comparisons on the page; None if the page shows one shot.
        is_open: whether the section is initially unfolded.
        whole: show all that is bought, see `whole.py`; otherwise only what changed.
    """
    title = f" {escape(fit(clean(shot.title), _LONGEST_ADDRESS))}" if shot.title else ""
    about = f"{review_words.KINDS[shot.kind]}: {escape(review_words.reason(shot))}"
    summary = f"<details{' open' if is_open else ''}><summary>{code(address(shot))}{title} ({about})</summary>"
    return "\n".join([summary, *_body(shot, links, effort, whole=whole), "</details>"])


def has_details(shot: ShotReview, *, whole: bool = False, videos: bool = False) -> bool:
    """Whether there are any details to show: nothing is unfolded for nothing."""
    return (whole and is_bought(shot)) or bool(
        shot.changes
        or review_words.hidden_causes(shot)
        or any(take.failure is not None for take in shot.bought)
        or (shot.prompt_before is None and shot.prompt_after)
        or (videos and _videos(shot))
    )


def _body(shot: ShotReview, links: Links, effort: Effort | None, *, whole: bool) -> Iterator[str]:
    image = links.images.get(str(shot.address))
    if image:
        yield f"<p>{picture(image, f'before and after of {shot.address}')}</p>"
    if whole and is_bought(shot):
        shown = [change for change in shot.changes if not phrases.is_text(change)]
        yield from (field_html(change, effort, _LONGEST_DIFF) for change in shown[:_MOST_FIELDS])
        yield from whole_request(shot, effort)
    elif shot.changes:
        yield from (field_html(change, effort, _LONGEST_DIFF) for change in shot.changes[:_MOST_FIELDS])
        if len(shot.changes) > _MOST_FIELDS:
            yield f"<p>… and {phrases.counted(len(shot.changes) - _MOST_FIELDS, 'more field')}</p>"
    elif shot.prompt_before is None and shot.prompt_after:
        yield f"<blockquote>{escape(fit(clean(shot.prompt_after), _LONGEST_PROMPT))}</blockquote>"
    causes = review_words.hidden_causes(shot)
    if causes:
        yield f"<p>Because of {'; '.join(map(_cause, causes[:_MOST_CAUSES]))}</p>"
    yield from (f"<p>{_failure(take)}</p>" for take in shot.bought if take.failure is not None)
    videos = _videos(shot) if links.videos else ""
    if videos:
        yield f"<p>{videos}</p>"


def _cause(cause: Cause) -> str:
    values = review_words.cause_values(cause)
    return code(review_words.cause_name(cause)) + (f" ({escape(values)})" if values else "")


def _failure(take: Take) -> str:
    """The provider's message about a failed task, and the cost of the task."""
    if take.failure is None:
        return ""
    cost = money_text(take.cost)
    message = fit(clean(f"{take.failure.code}: {take.failure.message}"), _LONGEST_NOTE)
    return f"A task failed ({cost}): {prose(message)}"


def _videos(shot: ShotReview) -> str:
    parts = []
    for name, take in (("before", shot.before), ("after", shot.after)):
        urls = [output.video_url for output in take.outputs if output.video_url] if take else []
        parts += [f'<a href="{_attribute(url)}">{name}</a>' for url in urls if _is_web(url)]
    return f"Videos: {', '.join(parts)}" if parts else ""


def _attribute(url: str) -> str:
    """A URL for a quoted attribute, with all unusual characters percent-encoded."""
    return html.escape(quote(url, safe=_IN_URL))


def _is_page(url: str) -> bool:
    """Whether an address is https, http or relative."""
    try:
        return urlsplit(url).scheme in ("", "http", "https")
    except ValueError:
        return False


def _is_web(url: str) -> bool:
    return url.startswith("https://") and clean(url) == url


_IN_URL = "%/:?#@!$&'()*+,;=[]~-._"
