import pytest
from hypothesis import given
from hypothesis import strategies as st

from ltxspec.providers.runware.codes import DEFINITE_REFUSALS, PERMANENT, WHOLE_RUN, ErrorKind, kind_of

KINDS = {
    ErrorKind.AUTH: [
        "invalidApiKey",
        "missingApiKey",
        "unauthorized",
        "accountSuspended",
        "tokenExpired",
        "authTimeout",
    ],
    ErrorKind.QUOTA: [
        "insufficientCredits",
        "providerInsufficientCredits",
        "paymentRequired",
        "someBalanceTooLow",
        "textInferenceVideoInputInsufficientCredits",
        "environmentPaused",
    ],
    ErrorKind.SAFETY: ["promptBlocked", "providerContentPolicyViolation", "invalidProviderContent"],
    ErrorKind.VALIDATION: [
        "invalidModel",
        "missingParameter",
        "unsupportedDuration",
        "valueTooLarge",
        "arrayTooSmall",
        "maxLycorisModelsExceeded",
        "duplicatePreloadModelAIR",
        "unknownParameter",
        "mismatchProviderSettingsProvider",
        "invalidTaskUUID",
    ],
    ErrorKind.MISSING: ["modelNotFound", "mediaExpired", "unknownModel"],
    ErrorKind.DUPLICATE: ["conflictTaskUUID"],
    ErrorKind.CONFLICT: [
        "conflictingState",
        "conflictRequest",
        "taskConflict",
        "valueConflict",
        "providerConflict",
        "invalidConflictTaskUUID",
        "conflictTaskUUIDDuringRetries",
        "conflictTaskUUIDTimeout",
        "duplicateRequest",
        "duplicateTaskUUID",
    ],
    ErrorKind.CONNECTION: ["connectionLost", "reconnectionFailed", "aborted", "parseError", "httpError"],
    ErrorKind.NO_SUCH_TASK: ["taskNotFound", "taskExpired", "taskFailedOrNotFound", "taskCancelled", "resultNotFound"],
    ErrorKind.RATE_LIMIT: ["rateLimitExceeded", "providerRateLimitExceeded", "inferenceRateLimitRequestTooLarge"],
    ErrorKind.TIMEOUT: ["timeout", "timeoutProvider", "providerGatewayTimeout", "requestTimeout", "webhookTimeout"],
    ErrorKind.SERVER: [
        "internalServerError",
        "serviceUnavailable",
        "standardError",
        "providerUnavailable",
        "modelNotReady",
    ],
    ErrorKind.PROVIDER: ["providerError", "providerAuthenticationFailed", "inferenceError", "downloadFailed"],
    ErrorKind.UNKNOWN: ["", "gpuOnFire", "InvalidModel"],
}


@pytest.mark.parametrize(("code", "kind"), [(code, kind) for kind, codes in KINDS.items() for code in codes])
def test_codes_seen_in_the_service_have_their_class(code: str, kind: ErrorKind) -> None:
    assert kind_of(code) is kind


@pytest.mark.parametrize(
    "code",
    ["duplicateRequest", "duplicateTaskUUID", "conflictRequest", "conflictTaskUUIDDuringRetries", "invalidResponse"],
)
def test_a_code_that_may_hide_an_accepted_order_is_no_refusal(code: str) -> None:
    assert kind_of(code) not in DEFINITE_REFUSALS


def test_what_stops_the_run_and_what_only_an_edit_mends_are_apart() -> None:
    assert not WHOLE_RUN & PERMANENT
    assert {
        ErrorKind.UNKNOWN,
        ErrorKind.TIMEOUT,
        ErrorKind.SERVER,
        ErrorKind.RATE_LIMIT,
        ErrorKind.NO_SUCH_TASK,
    } & DEFINITE_REFUSALS == set()


@given(st.text())
def test_every_text_has_a_class(code: str) -> None:
    assert kind_of(code) in ErrorKind
