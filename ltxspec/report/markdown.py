"""Markdown that GitHub and GitLab render alike, in which text from users and providers has no effect as markup.

Such text never starts a line (GitLab executes `/close` there) and never adds a line end, a mention or a reference.
`Room` keeps a text within the limit of its forge: parts are written whole or left out.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import zip_longest
from urllib.parse import quote

from ltxspec.plan.actions import FieldChange
from ltxspec.report import wording as phrases
from ltxspec.report.terminal import clean
from ltxspec.report.word_diff import Effort, Segment, collapse, unseen_difference, word_diff

# Mentions, references and links: a sign before a word, `GH-` before a number, the beginning of an address. Both
# services look for these after rendering, so an entity alone does not help; an invisible space is added after it.
_SIGIL = r"([@#!$%&~^])(?=[\w\"'])"
_BEGINNING = r"\b(?:GH-(?=\d)|www(?=\.))|:(?=//)"
_DIFFERENCE = r"[\[{](?=[-+])|[-+](?=[\]}])"  # GitLab's `{+new+}`, `[-old-]`
_SPECIAL = re.compile(rf"{_SIGIL}|({_BEGINNING})|({_DIFFERENCE})|[&<>\"`*_\[\]|\\~#$@!]", re.IGNORECASE)
_IN_CODE = re.compile(r"[&<>\"`*_\[\]|\\~$]")
_KEEP = 15  # equal words around a change
_ZERO_WIDTH_SPACE = "&#8203;"
_NAMED = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}


def escape(text: str) -> str:
    """Text that is displayed literally, in Markdown as well as in an HTML block."""
    return _SPECIAL.sub(_replacement, clean(text))


def _replacement(match: re.Match[str]) -> str:
    if match[2]:
        return match[2] + _ZERO_WIDTH_SPACE
    return _entity(match) + (_ZERO_WIDTH_SPACE if match[1] or match[3] else "")


def _entity(match: re.Match[str]) -> str:
    character = match.group()
    return _NAMED.get(character) or f"&#{ord(character)};"


def code(text: str) -> str:
    """Inline code as HTML. Mentions and references have no effect in it, so no invisible space breaks copying."""
    return f"<code>{_IN_CODE.sub(_entity, clean(text))}</code>"


def link(label: str, file: str, line: int, base: str = "") -> str:
    """A link to a line of a file.

    Args:
        label: Markdown that is already escaped.
        file: path with `/`, relative to the repository; it is not trusted.
        line: line number, from 1.
        base: prefix of the path, such as a blob URL ending in `/`, or a whole address with `{path}` and `{line}`; empty
            for a relative link.
    """
    path = quote(clean(file).lstrip("/"))
    target = base.replace("{path}", path).replace("{line}", str(line)) if "{path}" in base else f"{base}{path}#L{line}"
    return f"[{label}]({target})"


def fence(text: str, language: str = "") -> str:
    """A code block whose fence is longer than any run of backticks in the text. Line breaks are kept."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    marks = "`" * max(3, longest + 1)
    body = "\n".join(clean(line) for line in text.split("\n"))
    return f"{marks}{language}\n{body}\n{marks}"


def prose(text: str) -> str:
    """Escaped text in which parts between backticks, as in ltxspec's own messages, become inline code."""
    parts = clean(text).split("`")
    if len(parts) % 2 == 0:  # an odd backtick: not our convention
        return escape(text)
    return "".join(code(part) if index % 2 else escape(part) for index, part in enumerate(parts))


def marked(segments: Sequence[Segment]) -> str:
    """A word-level difference as HTML: deleted words are struck out, inserted words underlined and bold."""
    html = ""
    for segment, following in zip_longest(segments, segments[1:]):
        text = escape(segment.text.strip())
        spaced = segment.text[-1:].isspace()
        match segment.kind:
            case "equal":
                html += text
                spaced = spaced or (following is not None and following.kind == "gap")
            case "delete":
                html += f"<del>{text}</del>"
                spaced = spaced or (following is not None and following.kind == "insert")
            case "insert":
                html += f"<ins><b>{text}</b></ins>"
            case "gap":
                html += f"<i>… {phrases.counted(segment.words, 'word')} …</i>" if segment.words else "<i>…</i>"
                spaced = True
        html += " " if spaced else ""
    return html.strip()


def field_html(change: FieldChange, effort: Effort | None, longest: int | None = None) -> str:
    """A changed field as HTML: both values; for a text, the words that differ.

    Args:
        change: the field.
        effort: the remaining effort for comparisons on the page; None if the page shows one shot.
        longest: characters of both texts together above which only their lengths are shown; None: no limit.
    """
    name = f"<b>{escape(phrases.field_name(change.path))}</b>"
    if not phrases.is_text(change):
        before, after = map(escape, phrases.values(change.before, change.after))
        are_texts = isinstance(change.before, str) and isinstance(change.after, str)
        unseen = unseen_difference(change.before, change.after) if are_texts else None
        remark = f" ({escape(unseen)})" if unseen else ""
        return f"<p>{name}: <del>{before}</del> → <ins><b>{after}</b></ins>{remark}</p>"
    if longest is not None and len(change.before) + len(change.after) > longest:
        return f"<p>{name}: {len(change.before):,} → {len(change.after):,} characters</p>"
    segments = word_diff(change.before, change.after, effort)
    if (unseen := unseen_difference(change.before, change.after, segments)) is not None:
        return f"<p>{name}: {escape(unseen)}</p>"
    return f"<p>{name}:</p><blockquote>{marked(collapse(segments, _KEEP))}</blockquote>"


def details(summary: str, body: str) -> str:
    """A folded section. Both arguments are HTML without line ends, so no blank line can end the block early."""
    return f"<details><summary>{summary}</summary>\n{body}\n</details>"


# The maximum length of a comment. GitHub: the API refuses more than 65536. GitLab: "Note length" among its instance
# limits. Bitbucket Server and Azure: the limits used by their own clients and by infracost's poster.
FORGE_LIMITS: Mapping[str, int] = {
    "github": 65_536,
    "gitlab": 1_000_000,
    "bitbucket-server": 32_768,
    "azure": 150_000,
}


def length(text: str) -> int:
    """The length in UTF-16 code units, as in JavaScript and Java: never less than in characters, so an upper bound."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


class Room:
    """How much may still be written; None means no limit."""

    def __init__(self, limit: int | None) -> None:
        self.left = limit

    def reserve(self, *parts: str) -> None:
        """Reserve room for mandatory parts, with a blank line after each."""
        for part in parts:
            self._spend(length(part) + 2)

    def fits(self, part: str) -> bool:
        """Use the room for a part if there is enough. Returns whether there was."""
        needed = length(part) + 2
        if self.left is not None and needed > self.left:
            return False
        self._spend(needed)
        return True

    def fill(self, parts: Iterable[str], most: int, share: float = 1.0) -> list[str]:
        """The first parts, complete: as many as fit into a share of the room, and at most `most`."""
        inner = Room(None if self.left is None else int(self.left * share))
        taken: list[str] = []
        for part in parts:
            if len(taken) == most or not inner.fits(part):
                break
            taken.append(part)
        self.reserve(*taken)
        return taken

    def _spend(self, units: int) -> None:
        if self.left is not None:
            self.left -= units
