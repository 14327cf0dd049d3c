"""Keeping secrets out of what is written down: presigned addresses, credentials in addresses, API keys.

An address keeps its query string unless something in it looks like a credential; then the whole query and fragment go,
because what belongs to a signature cannot be told from the rest. Credentials before the host always go.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import unquote

from ltxspec.errors import Diagnostic
from ltxspec.values import Json

REDACTED = "[redacted]"

# Names of query parameters that carry a credential or belong to a signature: AWS, Google, Azure, Alibaba, Tencent,
# CloudFront and Akamai style, and the plain words.
_SECRET_NAME = re.compile(
    r"""(?:^|[?&;\#])
        (?:x-(?:amz|goog|oss|cos|obs|bce|tos|ms)-[\w-]*
          |q-(?:sign|ak|key|signature)[\w-]*
          |awsaccesskeyid|googleaccessid|ossaccesskeyid|key-pair-id|policy|hdnts|hdnea
          |(?:[\w.-]*[_.-])?(?:sig|sign|signature|token|secret|password|passwd|pwd|auth|authorization|credentials?
            |hmac|jwt|key|apikey|accesskey|accesstoken|sessionid|sas)
          |api-?key|access-?key|access-?token|session-?token|client-?secret)
        (?:=|$|[&;])""",
    re.IGNORECASE | re.VERBOSE,
)
_LONG_RUN = re.compile(r"[A-Za-z0-9+/_~]{32,}")
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^\s\"'<>`\\]+")  # in running text, where quotes stand around it
_ONLY_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://\S+")
_TAIL = re.compile(r"[?#;]|%(?:25)*(?:3f|3b|23)", re.IGNORECASE)  # where a query or fragment begins, escaped or not
_BEARER = re.compile(r"\b(bearer)\s+[\w+/=.~-]{20,}", re.IGNORECASE)  # no prompt speaks of such long words
_SECRET_FIELD = re.compile(
    r".*(?:api|access|private|secret)key|.*(?:access|auth|refresh|session)token|.*authorization|.*credentials?"
    r"|.*pass(?:word|wd|phrase)|.*secret"
)


def redact_url(url: str) -> str:
    """An address without what looks secret.

    User and password always go, query and fragment when something in them looks like a credential, and so do path
    parameters (`;sig=…`) and a query that was escaped. Text that is no address comes back as it is; nothing is ever
    raised.
    """
    scheme, separator, rest = url.partition("://")
    if not separator:
        return url
    rest = _without_user(rest)
    tail = _TAIL.search(rest)
    shown = rest[: tail.start()] if tail and _looks_secret(rest[tail.start() :]) else rest
    return f"{scheme}://{shown}"


def _without_user(rest: str) -> str:
    """What stands after `scheme://`, without user and password."""
    authority = _authority(rest)
    rest = rest[authority.rfind("@") + 1 :]
    host, _, port = _authority(rest).rpartition(":")
    if port and host and not port.isdigit() and not host.startswith("["):  # no port: a password with `/`, `?` or `#`
        rest = rest[rest.rfind("@") + 1 :]
    return rest


def _authority(rest: str) -> str:
    return rest[: min((at for at in map(rest.find, "/?#") if at >= 0), default=len(rest))]


def mask_secrets(text: str) -> str:
    """A line of a user's file with what `redact_secrets` would leave out covered by `*`, so that columns stay."""
    return _URL.sub(lambda found: _covered(found[0]), text) if "://" in text else text


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


def redact_field(path: str, value: Json) -> Json:
    """The value that stands under a JSON Pointer: as `redact_secrets` would leave it where all of it is shown."""
    names = [name for name in path.split("/") if not name.isdigit()]
    return REDACTED if names and _is_secret_field(names[-1]) and _holds_text(value) else redact_secrets(value)


def _redact_text(text: str) -> str:
    if _ONLY_URL.fullmatch(text):
        text = redact_url(text)
    elif "://" in text:
        text = _URL.sub(lambda found: redact_url(found[0]), text)
    return _BEARER.sub(lambda found: f"{found[1]} {REDACTED}", text)


def _is_secret_field(name: str) -> bool:
    return _SECRET_FIELD.fullmatch(name.replace("_", "").replace("-", "").lower()) is not None


def _holds_text(value: Json) -> bool:
    """Whether a field's value can be a credential itself: a text, a number, or a list with one."""
    if isinstance(value, list | tuple):
        return any(map(_holds_text, value))
    return isinstance(value, str | int | float) and not isinstance(value, bool)


def _is_random(run: str) -> bool:
    """Whether a long run of characters mixes letters and digits, as keys and signatures do and words do not."""
    return any(letter.isdigit() for letter in run) and any(letter.isalpha() for letter in run)


def _looks_secret(query: str) -> bool:
    """Whether a query string or fragment holds a credential, also inside an address that is itself a parameter."""
    for _ in range(3):
        if _SECRET_NAME.search(query) or any(_is_random(run) for run in _LONG_RUN.findall(query)):
            return True
        decoded = unquote(query)
        if decoded == query:
            return False
        query = decoded
    return True  # encoded three times over: nobody does that to something harmless
