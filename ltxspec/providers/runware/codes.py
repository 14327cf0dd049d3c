"""What the service's error codes mean for money, as data.

The codes and their classes are those of the service's error page and of the official SDKs (1.4 to 1.8): `errors.py` and
`serverless.py` of runware-sdk 1.8.0, which a test compares with the installed one. The catalogue is large and unstable,
so after the exact tables, rules on the code's name apply, in the SDKs' order. A code that matches neither is `UNKNOWN`,
which never counts as a refusal of an order. `docs/provider.md` says what each class means for money.
"""

import re
from collections.abc import Callable, Mapping
from enum import StrEnum


class ErrorKind(StrEnum):
    """Classes of errors, by what the caller has to do."""

    AUTH = "auth"  # invalid key or account: every order of the run would fail
    QUOTA = "quota"  # the account cannot pay: every order of the run would fail
    SAFETY = "safety"  # stopped by moderation: permanent until the request changes
    VALIDATION = "validation"  # invalid request: permanent until it changes
    MISSING = "missing"  # a model or an input does not exist: as permanent as a validation error
    DUPLICATE = "duplicate"  # this taskUUID was accepted before
    CONFLICT = "conflict"  # something is in the way, possibly an accepted order: neither acceptance nor refusal
    CONNECTION = "connection"  # a client's own words for a lost connection: nothing is known about any task
    NO_SUCH_TASK = "no-such-task"  # "not found, failed or expired": ambiguous, never ends a task
    RATE_LIMIT = "rate-limit"
    TIMEOUT = "timeout"
    SERVER = "server"  # the service, or a system behind it, cannot answer now
    PROVIDER = "provider"  # the renderer behind the service failed
    UNKNOWN = "unknown"


WHOLE_RUN = frozenset({ErrorKind.AUTH, ErrorKind.QUOTA})
PERMANENT = frozenset({ErrorKind.SAFETY, ErrorKind.VALIDATION, ErrorKind.MISSING})
# These never end a task, even if they name it and say `status: error`: they concern the key, the way to the service or
# the poll request.
NO_VERDICT = frozenset(
    {ErrorKind.AUTH, ErrorKind.DUPLICATE, ErrorKind.CONFLICT, ErrorKind.CONNECTION, ErrorKind.NO_SUCH_TASK}
)
DEFINITE_REFUSALS = WHOLE_RUN | PERMANENT  # for an order: not accepted and not billed

_TABLES: Mapping[ErrorKind, str] = {
    # The acknowledgement of a repeated order: runware-sdk 1.8.0 (`transport/websocket.py`), runware 0.5.24 (`base.py`).
    ErrorKind.DUPLICATE: "conflictTaskUUID",
    # Made by the SDKs, never by the service; a program between us and the service may pass them on. "The request may
    # have been processed", says the SDK of `connectionLost`.
    ErrorKind.CONNECTION: (
        "aborted connectionFailed connectionLost disconnected httpError noFetchImpl noWebSocketImpl notConnected "
        "notOpen parseError reconnectionFailed sendFailed streamUnsupported"
    ),
    ErrorKind.QUOTA: "insufficientCredits quotaExceeded paymentRequired environmentPaused",
    ErrorKind.SAFETY: (
        "contentPolicyViolation providerContentPolicyViolation sensitiveContentDetected unsafeContentDetected "
        "nsfwContentDetected promptBlocked imageBlocked moderationFailed invalidProviderContent"
    ),
    ErrorKind.AUTH: (
        "unauthorized forbidden permissionDenied insufficientPermissions authenticationFailed authFailed authTimeout "
        "invalidAuthentication invalidCredentials missingAuthentication tokenExpired tokenInvalid tokenMissing "
        "tokenRevoked accountSuspended accountDisabled organizationSuspended organizationDisabled workspaceSuspended "
        "workspaceDisabled"
    ),
    ErrorKind.MISSING: "modelNotFound mediaNotFound mediaExpired providerNotFound unknownModel",
    ErrorKind.NO_SUCH_TASK: "taskCancelled",
    ErrorKind.SERVER: (
        "internalServerError serviceUnavailable serverUnavailable standardError unknownError undefinedError "
        "defaultError unrecognizedResponse errorRetrievingAccountManagement "
        # The SDKs class these as renderer errors. They say that something is temporarily unreachable, which may also
        # concern only the poll of a task.
        "providerUnavailable providerBadGateway noAvailableServer modelUnavailable modelNotReady"
    ),
    ErrorKind.PROVIDER: (
        "inferenceError processingFailed taskFailed downloadFailed uploadFailed modelDisabled "
        "mediaStorageFileCouldNotBeMoved"
    ),
    ErrorKind.VALIDATION: (
        "invalidConfig invalidParameter missingParameter maxRequestSize "
        "unknownParameter incompatibleParameters mismatchProviderSettingsProvider unknownProviderSettingsProvider "
        "validationFailed transparentModelMismatch modelOwnershipValidationError modelAlreadyExists "
        "duplicatePreloadModelAIR"
    ),
}

_EXACT: Mapping[str, ErrorKind] = {code: kind for kind, codes in _TABLES.items() for code in codes.split()}

_REFUSED_REQUEST = ("invalid", "missing", "unsupported", "value", "array", "max")


def _names_a_wrong_request(code: str) -> bool:
    """The SDKs' prefixes for validation errors, except one that could hide an accepted order.

    Treating such a code as a refusal could mean paying twice: `…Response…` implies that there was an answer.
    """
    return code.startswith(_REFUSED_REQUEST) and "Response" not in code


def _names_a_conflict(code: str) -> bool:
    """`conflict…`, `…Conflict…` and `duplicate…` are validation errors to the SDKs, but may mean "seen before".

    Taken for a refusal, they could mean paying twice; taken for an acceptance, a shot that nobody renders. The one that
    says which it is, and a known harmless one, are in the tables.
    """
    return "conflict" in code.lower() or code.lower().startswith("duplicate")


# Words in a code's name: about the present load, or the state of a task; neither is a fault of the request.
_OF_THE_MOMENT = re.compile(
    r"Concurren|Per(Second|Minute|Hour|Day)(?![a-z])|Requests(?![a-z])|Throttl|TooMany|InFlight|Pending"
    r"|Tasks(?![a-z])|Queue|Busy|Overload|Capacity"
)
_OF_A_STATE = re.compile(r"Stat(e|us)(?![a-z])|Already|Running|InProgress|Session|Completed|Finished")


_RULES: tuple[tuple[Callable[[str], bool], ErrorKind], ...] = (
    (_names_a_conflict, ErrorKind.CONFLICT),
    (lambda code: any(word in code for word in ("Credits", "Quota", "Balance")), ErrorKind.QUOTA),
    (lambda code: "RateLimit" in code or code.startswith("rateLimit"), ErrorKind.RATE_LIMIT),
    (lambda code: "ApiKey" in code, ErrorKind.AUTH),
    (lambda code: "timeout" in code.lower(), ErrorKind.TIMEOUT),
    (lambda code: bool(_OF_THE_MOMENT.search(code)), ErrorKind.RATE_LIMIT),
    (lambda code: bool(_OF_A_STATE.search(code)), ErrorKind.CONFLICT),
    (lambda code: code.endswith(("NotFound", "Expired")), ErrorKind.NO_SUCH_TASK),
    (lambda code: code.startswith("provider"), ErrorKind.PROVIDER),
    (_names_a_wrong_request, ErrorKind.VALIDATION),
)


def kind_of(code: str) -> ErrorKind:
    """The class of an error code. Unknown codes ending in `NotFound` or `Expired` count as ambiguous."""
    exact = _EXACT.get(code)
    if exact is not None:
        return exact
    return next((kind for applies, kind in _RULES if applies(code)), ErrorKind.UNKNOWN)


def names_only_a_limit(code: str) -> bool:
    """Whether an unlisted code says no more than that some limit is reached: of the request, or of the moment."""
    return code.startswith("max") and code not in _EXACT
