"""Keeps secrets out of everything that is recorded: presigned addresses, credentials in addresses, API keys.

Anything not known to be harmless is removed. An address keeps its query string and fragment only if every parameter in
them is known and has a harmless value; otherwise they are removed entirely, because the parts of a signature cannot be
distinguished from the rest. Credentials before the host are always removed. A request keeps the texts of the parameters
that its model has.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from ltxspec.errors import Diagnostic
from ltxspec.free_values import guarded_at, left_open_by, opened
from ltxspec.values import Json

REDACTED = "[redacted]"

# Query parameters for the display of an image or video: a number, or one of a few words.
_HARMLESS = re.compile(
    r"""(?:w|h|width|height|dpr|q|quality|v|version|frame|page|t|format|fm|fit|auto)
        =(?:\d{1,10}(?:[.,x:-]\d{1,10}){0,3}
          |auto|avif|clip|compress|contain|cover|crop|fill|gif|jpe?g|max|min|mov|mp4|pad|png|scale|webm|webp)""",
    re.IGNORECASE | re.VERBOSE,
)
# In running text an address extends to the next space, because a quote may end it or be part of it.
_ADDRESS = re.compile(r"//[^ \t\r\n]+")
_WRITTEN_ADDRESS = re.compile(r"((?:\\?/|\\x2f|\\u002f|\\U0000002f){2})([^ \t\r\n]+)", re.IGNORECASE)  # with escapes
_FOLDED = re.compile(r"(https?:/)(?!/)([^ \t\r\n]+)", re.IGNORECASE)  # an address that was normalised like a path
_ONLY_URL = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.-]*:)?//[^ \t\r\n]+")
_TAIL = re.compile(r"[?#;]|%(?:25)*(?:3f|3b|23)", re.IGNORECASE)  # start of a query or fragment, escaped or not
_BETWEEN = re.compile(r"[?#;&]|%(?:25)*(?:3f|3b|23|26)", re.IGNORECASE)
_LONGEST_NUMBER = 6  # characters; longer ones in unknown fields may be credentials
_MOST_INSIDE = 32  # nested addresses; anything after them is removed
_LEFT_OUT = "…"  # marks a query that is already removed
# Characters that may follow an address in running text without being part of it.
_AROUND = ".,:;!?)]}>\"'`\u2019\u201d\u3001\u3002\uff0c\uff09"
_LOGIN = re.compile(  # `user:password@host` without a scheme
    r"(?<![\w/@.:+-])(?!mailto:|sips?:|xmpp:)(?:[A-Za-z][\w.+-]*:[^\s/@]{1,256}@)+"
    r"(?=(?P<host>(?:[\w-]+\.)*[A-Za-z][\w-]*)(?P<more>[:/]\w)?)"
)
_LIKE_A_LOGIN = re.compile(r"[^\s/@'\"`]{1,256}:[^\s@]{1,256}@(?=\S)")
_TOKEN = re.compile(r"\b(bearer|basic)\s+[\w+/=.~-]{20,}", re.IGNORECASE)  # prompts do not have such long words
_AUTHORIZATION = re.compile(  # a header: after a known word, everything up to the end of the line
    r"(authorization[\"'`]?[ \t]{0,8}[:=][ \t]{0,8}[\"'`]?)"
    r"(?:((?:basic|bearer|digest|negotiate|ntlm|hawk|token|apikey|aws4[\w-]{0,32})[ \t])[^\r\n]+|[\w+/=.~-]{16,})",
    re.IGNORECASE,
)
_FIELD = re.compile(r"([\w-]{2,64})[\"']?[ \t]{0,8}[:=][ \t]{0,8}(?=[^ \t])")
_NAMED = re.compile(  # `apiKey=…` in a message, or in JSON within it
    r"(?<![\w-])([\w-]{2,64})\\?[\"'`]?\s{0,8}(?:=>|[:=]{1,2})\s{0,8}\\?[\"'`]?"
)
_VALUE = re.compile(r"[^\s\"'`,\\]{8,}")
_SECRET_FIELD = re.compile(
    r".*(?:access|api|auth|private|rl|secret|shared|signing)key|.+token|.*authorization|.*credentials?|.*signature"
    r"|.*pass(?:code|word|wd|phrase)|pass|pwd?|.*secret"
)


def redact_url(url: str) -> str:
    """An address without its possibly secret parts.

    User and password are always removed; query and fragment, path parameters (`;sig=…`) and an escaped query are
    removed unless all their parameters are known to be harmless. Text that is not an address is returned unchanged.
    Never raises.
    """
    start = 0 if url.startswith("//") else url.find("://") + 1
    if not start and not url.startswith("//"):
        return url
    return url[: start + 2] + _without_secrets(url[start + 2 :])


def _without_secrets(rest: str) -> str:
    """The text after `//`, without its secrets."""
    shown, at = "", 0
    for start, end in _secrets(rest):
        shown, at = shown + rest[at:start], end
    return shown + rest[at:]


def _covered(rest: str) -> str:
    """The text after `//`, with its secrets masked."""
    shown, at = "", 0
    for start, end in _secrets(rest):
        shown, at = f"{shown}{rest[at:start]}{'*' * (end - start)}", end
    return shown + rest[at:]


def _secrets(rest: str) -> Iterator[tuple[int, int]]:
    """The positions of secrets in the text after `//`, from left to right."""
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
    """The text after `scheme://`, without user and password."""
    authority = _authority(rest)
    rest = rest[authority.rfind("@") + 1 :]
    host, _, port = _authority(rest).rpartition(":")
    if (
        port and host and not (port.isascii() and port.isdigit()) and not host.startswith("[")
    ):  # not a port: a password with `/`, `?` or `#`
        rest = rest[rest.rfind("@") + 1 :]
    return rest


def _authority(rest: str) -> str:
    return rest[: min((at for at in map(rest.find, "/?#") if at >= 0), default=len(rest))]


def mask_secrets(text: str) -> str:
    """A line of a user's file, with secrets replaced by `*`, so that columns do not change.

    This masks everything that `redact_secrets` would remove, also in addresses with escaped characters, and everything
    after the name of a field for credentials.
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
    plain = address.replace("\\/", "//")  # same length as before
    return found[1] + ("*" * len(plain) if "\\" in plain else _covered(plain)) + found[2][len(address) :]


def _cover_token(found: re.Match[str]) -> str:
    kept = found[1] + (found[2] or "")
    return kept + "*" * (len(found[0]) - len(kept))


def _leave_out(found: re.Match[str]) -> str:
    """An address in running text, redacted; punctuation after it belongs to the text."""
    address = found[0].rstrip(_AROUND)
    return f"//{_without_secrets(address[2:])}{found[0][len(address) :]}" if len(address) > len("//") else found[0]


def _leave_out_folded(found: re.Match[str]) -> str:
    address = found[2].rstrip(_AROUND)
    return f"{found[1]}{_without_secrets(address)}{found[2][len(address) :]}"


def _is_prose(login: re.Match[str], text: str) -> bool:
    """Whether `word:word@word` is among other words and has no host: then it is ordinary prose."""
    return not login["more"] and "." not in login["host"] and " " in text.strip()


def redact_diagnostic(diagnostic: Diagnostic) -> Diagnostic:
    """A problem that may be shown anywhere; its columns remain correct."""
    where = diagnostic.where
    return replace(
        diagnostic,
        message=redact_secrets(diagnostic.message),
        hint=redact_secrets(diagnostic.hint),
        where=replace(where, excerpt=mask_secrets(where.excerpt)) if where else None,
    )


def redact_secrets(value: Json) -> Json:
    """A JSON value with every address in it redacted, and without the values of fields such as `apiKey`."""
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
    """A line of a crash report: it is not prose, so everything that looks like a login is removed."""
    safe = redact_message(line)
    return _LIKE_A_LOGIN.sub(f"{REDACTED}@", safe)


def redact_message(text: str) -> str:
    """A message of a service, also without what stands behind the name of a field such as `apiKey`.

    Not for requests: what a prompt says is kept, because by it a render is recognised that was bought.
    """
    text = _redact_text(text)
    shown, at = "", 0
    for found in _NAMED.finditer(text):
        value = _VALUE.match(text, found.end()) if found.start() >= at and _is_secret_field(found[1]) else None
        if value is not None and value[0] != REDACTED:
            shown, at = f"{shown}{text[at : found.end()]}{REDACTED}", value.end()
    return shown + text[at:]


def redact_request(body: Mapping[str, Json], known: Collection[str] | None) -> dict[str, Json]:
    """A request as it may be recorded: without secrets, and without the values of unknown fields.

    Args:
        body: a request, or an order.
        known: names of all fields that its model has, at any depth; None: unknown.
    """
    safe: dict[str, Json] = without_unknown(redact_secrets(body), known)
    return safe


def redact_field(path: str, value: Json, known: Collection[str] | None = None) -> Json:
    """The value at a JSON Pointer, redacted as `redact_request` would do it in the whole request."""
    names = [name for name in path.split("/")[1:] if not name.isdigit()]
    left_open = left_open_by(known)
    top = next((number for number, name in enumerate(names[:-1], 1) if name in left_open), 0)
    if known is not None and top and all(name in known for name in names[:top]):
        return guarded_at(names[top:], redact_secrets(value), REDACTED, known)
    if known is not None and not path.startswith("/files/") and any(name not in known for name in names):
        return _emptied(value)
    if names and _is_secret_field(names[-1]) and _holds_text(value):
        return REDACTED
    return without_unknown(redact_secrets(value), known)


def without_unknown(value: Json, known: Collection[str] | None) -> Json:
    """A part of a request without the values of unknown fields; unchanged if `known` is None."""
    if known is None:
        return value
    if isinstance(value, Mapping):
        left_open = left_open_by(known)
        return {
            key: _emptied(item)
            if key not in known
            else opened(item, REDACTED, known)
            if key in left_open
            else without_unknown(item, known)
            for key, item in value.items()
        }
    return [without_unknown(item, known) for item in value] if isinstance(value, list | tuple) else value


def _emptied(value: Json) -> Json:
    """The remainder of an unknown field's value: only null, true, false and short numbers are kept."""
    if isinstance(value, int | float) and len(repr(value)) <= _LONGEST_NUMBER:
        return value
    return value if value is None or isinstance(value, bool) else REDACTED


def _redact_text(text: str) -> str:
    while (safe := _redacted_once(text)) != text:  # the rest may again look like an address
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
    """Whether a field's value can be a credential: a text, a number, or a list with one."""
    if isinstance(value, list | tuple):
        return any(map(_holds_text, value))
    return isinstance(value, str | int | float) and not isinstance(value, bool)


def _is_harmless(tail: str) -> bool:
    """Whether all parameters of a query string or fragment are known to be harmless."""
    return all(part in ("", _LEFT_OUT) or _HARMLESS.fullmatch(part) for part in _BETWEEN.split(tail))
