"""Keeping secrets out of what is written down: presigned addresses, credentials in addresses, API keys.

Whatever is not known to be harmless goes. An address keeps its query string and fragment only when every parameter in
them is known and has a harmless value; otherwise they go whole, because what belongs to a signature cannot be told from
the rest. Credentials before the host always go. A request keeps the texts of the parameters its model knows.
"""

import re
from collections.abc import Collection, Iterator, Mapping
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
# In running text an address goes on to the next space, because a quote may end it or be part of it.
_ADDRESS = re.compile(r"//[^ \t\r\n]+")
_WRITTEN_ADDRESS = re.compile(r"((?:\\?/|\\x2f|\\u002f|\\U0000002f){2})([^ \t\r\n]+)", re.IGNORECASE)  # with escapes
_FOLDED = re.compile(r"(https?:/)(?!/)([^ \t\r\n]+)", re.IGNORECASE)  # an address that was taken for a path
_ONLY_URL = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.-]*:)?//[^ \t\r\n]+")
_TAIL = re.compile(r"[?#;]|%(?:25)*(?:3f|3b|23)", re.IGNORECASE)  # where a query or fragment begins, escaped or not
_BETWEEN = re.compile(r"[?#;&]|%(?:25)*(?:3f|3b|23|26)", re.IGNORECASE)
_MOST_INSIDE = 32  # addresses inside one another; what comes after them goes
_LEFT_OUT = "…"  # where a query was left out already
# What may follow an address in running text and is no part of it.
_AROUND = ".,:;!?)]}>\"'`\u2019\u201d\u3001\u3002\uff0c\uff09"
_LOGIN = re.compile(  # `user:password@host` without a scheme
    r"(?<![\w/@.:+-])(?!mailto:|sips?:|xmpp:)(?:[A-Za-z][\w.+-]*:[^\s/@]{1,256}@)+"
    r"(?=(?P<host>(?:[\w-]+\.)*[A-Za-z][\w-]*)(?P<more>[:/]\w)?)"
)
_LIKE_A_LOGIN = re.compile(r"[^\s/@'\"`]{1,256}:[^\s@]{1,256}@(?=\S)")
_TOKEN = re.compile(r"\b(bearer|basic)\s+[\w+/=.~-]{20,}", re.IGNORECASE)  # no prompt speaks of such long words
_AUTHORIZATION = re.compile(  # a header: what follows a known word goes to the end of the line
    r"(authorization[\"'`]?[ \t]{0,8}[:=][ \t]{0,8}[\"'`]?)"
    r"(?:((?:basic|bearer|digest|negotiate|ntlm|hawk|token|apikey|aws4[\w-]{0,32})[ \t])[^\r\n]+|[\w+/=.~-]{16,})",
    re.IGNORECASE,
)
_FIELD = re.compile(r"([\w-]{2,64})[\"']?[ \t]{0,8}[:=][ \t]{0,8}(?=[^ \t])")
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
    start = 0 if url.startswith("//") else url.find("://") + 1
    if not start and not url.startswith("//"):
        return url
    return url[: start + 2] + _without_secrets(url[start + 2 :])


def _without_secrets(rest: str) -> str:
    """What stands after `//`, without its secrets."""
    shown, at = "", 0
    for start, end in _secrets(rest):
        shown, at = shown + rest[at:start], end
    return shown + rest[at:]


def _covered(rest: str) -> str:
    """What stands after `//`, its secrets covered."""
    shown, at = "", 0
    for start, end in _secrets(rest):
        shown, at = f"{shown}{rest[at:start]}{'*' * (end - start)}", end
    return shown + rest[at:]


def _secrets(rest: str) -> Iterator[tuple[int, int]]:
    """Where secrets stand in what follows `//`, from left to right."""
    start, end = 0, len(rest)
    for _ in range(_MOST_INSIDE):
        kept = end - len(_without_user(rest[start:end]))
        if kept > start:
            yield start, kept
        if end == len(rest) and (tail := _TAIL.search(rest, kept)) and not _is_harmless(rest[tail.start() :]):
            end = tail.start()
        inner = rest.find("//", kept, end)  # an address in the path of an address
        if inner < 0:
            break
        start = inner + len("//")
    else:
        end = start
    if end < len(rest):
        yield end, len(rest)


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
    """A line of a user's file, as it is written there, with secrets covered by `*`, so that columns stay.

    Covered is what `redact_secrets` would leave out, also where signs of an address are written as escapes, and what
    stands behind the name of a field that holds a credential.
    """
    if "/" in text or "\\" in text:
        text = _WRITTEN_ADDRESS.sub(_cover_written, text)
        text = _FOLDED.sub(lambda found: found[1] + _covered(found[2]), text)
    if "@" in text:
        text = _LOGIN.sub(lambda found: found[0] if _is_prose(found, text) else "*" * len(found[0]), text)
    text = _AUTHORIZATION.sub(_cover_token, text)
    text = _TOKEN.sub(lambda found: found[1] + "*" * (len(found[0]) - len(found[1])), text)
    field = next((found for found in _FIELD.finditer(text) if _is_secret_field(found[1])), None)
    return text if field is None else text[: field.end()] + "*" * (len(text) - field.end())


def _cover_written(found: re.Match[str]) -> str:
    address = found[2].rstrip(_AROUND + "\\")
    plain = address.replace("\\/", "//")  # as long as before
    return found[1] + ("*" * len(plain) if "\\" in plain else _covered(plain)) + found[2][len(address) :]


def _cover_token(found: re.Match[str]) -> str:
    kept = found[1] + (found[2] or "")
    return kept + "*" * (len(found[0]) - len(kept))


def _leave_out(found: re.Match[str]) -> str:
    """An address in running text, redacted; punctuation behind it belongs to the text."""
    address = found[0].rstrip(_AROUND)
    return f"//{_without_secrets(address[2:])}{found[0][len(address) :]}" if len(address) > len("//") else found[0]


def _leave_out_folded(found: re.Match[str]) -> str:
    address = found[2].rstrip(_AROUND)
    return f"{found[1]}{_without_secrets(address)}{found[2][len(address) :]}"


def _is_prose(login: re.Match[str], text: str) -> bool:
    """Whether `word:word@word` stands among other words and names no host: then it is how somebody writes."""
    return not login["more"] and "." not in login["host"] and " " in text.strip()


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


def redact_report(line: str) -> str:
    """A line of a crash report: nobody meant it to be read as prose, so all that looks like a login goes."""
    safe: str = redact_secrets(line)
    return _LIKE_A_LOGIN.sub(f"{REDACTED}@", safe)


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
    while (safe := _redacted_once(text)) != text:  # what is left can look like an address anew
        text = safe
    return text


def _redacted_once(text: str) -> str:
    if "//" in text:
        text = redact_url(text) if _ONLY_URL.fullmatch(text) else _ADDRESS.sub(_leave_out, text)
    if ":/" in text:
        text = _FOLDED.sub(_leave_out_folded, text)
    if "@" in text:
        text = _LOGIN.sub(lambda found: found[0] if _is_prose(found, text) else "", text)
    folded = text.lower()
    if "authorization" in folded:
        text = _AUTHORIZATION.sub(lambda found: f"{found[1]}{found[2] or ''}{REDACTED}", text)
    if "bearer" in folded or "basic" in folded:
        text = _TOKEN.sub(lambda found: f"{found[1]} {REDACTED}", text)
    return text


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
