"""Keeping secrets out of what is written down: presigned addresses, credentials in addresses, API keys.

Whatever is not known to be harmless goes. An address keeps its query string and fragment only when every parameter in
them is known and has a harmless value; otherwise they go whole, because what belongs to a signature cannot be told from
the rest. Credentials before the host always go. A request keeps the texts of the parameters its model knows.
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace

from ltxspec.errors import Diagnostic
from ltxspec.values import Json

REDACTED = "[redacted]"

# Query parameters that say how a picture or a film is shown: a number, or one of few words.
_HARMLESS = re.compile(
    r"""(?:w|h|width|height|dpr|q|quality|v|version|frame|page|t|format|fm|fit|auto)
        =(?:\d{1,10}(?:[.,x:-]\d{1,10}){0,3}
          |auto|avif|clip|compress|contain|cover|crop|fill|gif|jpe?g|max|min|mov|mp4|pad|png|scale|webm|webp)""",
    re.IGNORECASE | re.VERBOSE,
)
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^\s\"'<>`\\]+")  # in running text, where quotes stand around it
_ONLY_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://\S+")
_TAIL = re.compile(r"[?#;]|%(?:25)*(?:3f|3b|23)", re.IGNORECASE)  # where a query or fragment begins, escaped or not
_BETWEEN = re.compile(r"[?#;&]|%(?:25)*(?:3f|3b|23|26)", re.IGNORECASE)
_LEFT_OUT = "…"  # where a query was left out already
_SENTENCE_END = ".,:;!?)]}"  # what may follow an address in running text and is no part of it
_LOGIN = re.compile(  # `user:password@host` without a scheme
    r"(?<![\w/@.:+-])(?!mailto:|sips?:|xmpp:)[A-Za-z][\w.+-]*:[^\s/@:\"'<>`]+@(?=(?:[\w-]+\.)*[A-Za-z][\w-]*(?P<more>[.:/]\w)?)"
)
_BEARER = re.compile(r"\b(bearer)\s+[\w+/=.~-]{20,}", re.IGNORECASE)  # no prompt speaks of such long words
_SECRET_FIELD = re.compile(
    r".*(?:access|api|auth|private|rl|secret|shared|signing)key|.+token|.*authorization|.*credentials?|.*signature"
    r"|.*pass(?:code|word|wd|phrase)|pass|pwd?|.*secret"
)


def redact_url(url: str) -> str:
    """An address without what looks secret.

    User and password always go; query and fragment, path parameters (`;sig=…`) and a query that was escaped go unless
    all of their parameters are known to be harmless. Text that is no address comes back as it is; nothing is ever
    raised.
    """
    scheme, separator, rest = url.partition("://")
    if not separator:
        return url
    rest = _without_user(rest)
    tail = _TAIL.search(rest)
    shown = rest[: tail.start()] if tail and not _is_harmless(rest[tail.start() :]) else rest
    return f"{scheme}://{shown}"


def _without_user(rest: str) -> str:
    """What stands after `scheme://`, without user and password."""
    authority = _authority(rest)
    rest = rest[authority.rfind("@") + 1 :]
    host, _, port = _authority(rest).rpartition(":")
    if (
        port and host and not (port.isascii() and port.isdigit()) and not host.startswith("[")
    ):  # no port: a password with `/`, `?` or `#`
        rest = rest[rest.rfind("@") + 1 :]
    return rest


def _authority(rest: str) -> str:
    return rest[: min((at for at in map(rest.find, "/?#") if at >= 0), default=len(rest))]


def mask_secrets(text: str) -> str:
    """A line of a user's file with what `redact_secrets` would leave out covered by `*`, so that columns stay."""
    if "://" in text:
        text = _URL.sub(lambda found: _in_text(_covered, found[0]), text)
    if "@" in text:
        text = _LOGIN.sub(lambda found: found[0] if _is_prose(found, text) else "*" * len(found[0]), text)
    return text


def _in_text(change: Callable[[str], str], url: str) -> str:
    """An address in running text, changed; punctuation behind it belongs to the text."""
    address = url.rstrip(_SENTENCE_END)
    return change(address) + url[len(address) :]


def _is_prose(login: re.Match[str], text: str) -> bool:
    """Whether `word:word@word` stands among other words and names no host: then it is how somebody writes."""
    return not login["more"] and " " in text.strip()


def _covered(url: str) -> str:
    shown = redact_url(url)
    if shown == url:
        return url
    scheme, _, rest = url.partition("://")
    kept = shown.partition("://")[2]
    at = rest.find(kept)
    return f"{scheme}://{'*' * at}{kept}{'*' * (len(rest) - at - len(kept))}"


def redact_diagnostic(diagnostic: Diagnostic) -> Diagnostic:
    """A problem as it may be shown anywhere; columns stay right."""
    where = diagnostic.where
    return replace(
        diagnostic,
        message=redact_secrets(diagnostic.message),
        hint=redact_secrets(diagnostic.hint),
        where=replace(where, excerpt=mask_secrets(where.excerpt)) if where else None,
    )


def redact_secrets(value: Json) -> Json:
    """A JSON value with every address in it redacted, and with the values of fields such as `apiKey` taken out."""
    if isinstance(value, str):
        return _redact_text(value)
    if isinstance(value, Mapping):
        return {
            key: REDACTED if _is_secret_field(key) and _holds_text(item) else redact_secrets(item)
            for key, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [redact_secrets(item) for item in value]
    return value


def redact_request(body: Mapping[str, Json], known: Collection[str] | None) -> dict[str, Json]:
    """A request as it may be kept: as `redact_secrets` leaves it, without the values of fields that nobody knows.

    Args:
        body: a request, or the order made of it.
        known: names of all fields that its model has, at any depth; None: not known here.
    """
    safe: dict[str, Json] = without_unknown(redact_secrets(body), known)
    return safe


def redact_field(path: str, value: Json, known: Collection[str] | None = None) -> Json:
    """The value that stands under a JSON Pointer: as `redact_request` would leave it where all of it is shown."""
    names = [name for name in path.split("/")[1:] if not name.isdigit()]
    if known is not None and not path.startswith("/files/") and any(name not in known for name in names):
        return _emptied(value)
    if names and _is_secret_field(names[-1]) and _holds_text(value):
        return REDACTED
    return without_unknown(redact_secrets(value), known)


def without_unknown(value: Json, known: Collection[str] | None) -> Json:
    """A part of a request without the values of fields whose names are not known; whole where `known` is None."""
    if known is None:
        return value
    if isinstance(value, Mapping):
        return {key: without_unknown(item, known) if key in known else _emptied(item) for key, item in value.items()}
    return [without_unknown(item, known) for item in value] if isinstance(value, list | tuple) else value


def _emptied(value: Json) -> Json:
    """What is left of the value of a field that nobody knows: whether it was there, on or off."""
    return value if value is None or isinstance(value, bool) else REDACTED


def _redact_text(text: str) -> str:
    if _ONLY_URL.fullmatch(text):
        text = redact_url(text)
    elif "://" in text:
        text = _URL.sub(lambda found: _in_text(redact_url, found[0]), text)
    if "@" in text:
        text = _LOGIN.sub(lambda found: found[0] if _is_prose(found, text) else "", text)
    return _BEARER.sub(lambda found: f"{found[1]} {REDACTED}", text)


def _is_secret_field(name: str) -> bool:
    return _SECRET_FIELD.fullmatch(name.replace("_", "").replace("-", "").lower()) is not None


def _holds_text(value: Json) -> bool:
    """Whether a field's value can be a credential itself: a text, a number, or a list with one."""
    if isinstance(value, list | tuple):
        return any(map(_holds_text, value))
    return isinstance(value, str | int | float) and not isinstance(value, bool)


def _is_harmless(tail: str) -> bool:
    """Whether a query string or fragment holds nothing but parameters known to be harmless."""
    return all(part in ("", _LEFT_OUT) or _HARMLESS.fullmatch(part) for part in _BETWEEN.split(tail))
