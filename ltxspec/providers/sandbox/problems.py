"""Errors in the provider's form: code, parameter, task, and a link to the documentation."""

from collections.abc import Mapping
from dataclasses import dataclass

from ltxspec.catalog.models import Model
from ltxspec.catalog.validation import ParameterProblem
from ltxspec.providers.sandbox.scenario import Behaviour
from ltxspec.values import Json

_DOCUMENTATION = "https://runware.ai/docs/platform/errors"
# Of the provider's error page; from `unauthorized` on, of `serverless.py` in runware-sdk 1.8.0, which says 429 of a
# paused environment. `connectionLost` has none, as the SDK makes it: a gateway that passes it on would say 502.
_STATUS = {
    "invalidApiKey": 401,
    "insufficientCredits": 402,
    "taskNotFound": 404,
    "mediaNotFound": 404,
    "modelNotFound": 404,
    "internalServerError": 500,
    "unauthorized": 401,
    "paymentRequired": 402,
    "forbidden": 403,
    "resourceNotFound": 404,
    "conflictingState": 409,
    "maxRequestSize": 413,
    "rateLimitExceeded": 429,
    "environmentPaused": 429,
    "serviceUnavailable": 503,
    "connectionLost": 502,
    "timeout": 504,
}


@dataclass(frozen=True, slots=True)
class ServiceProblem:
    """One error. Without a task it concerns the whole call."""

    code: str
    message: str
    parameter: str | None = None
    task_type: str | None = None
    task_uuid: str | None = None
    failed_task: bool = False  # concerns a task that was accepted and failed, not this call
    status: int | None = None  # HTTP status of a reply that holds only this; None: the usual one for the code

    @property
    def http_status(self) -> int:
        """The HTTP status for this error."""
        return self.status if self.status is not None else _STATUS.get(self.code, 400)

    def item(self, behaviour: Behaviour) -> dict[str, Json]:
        """The error's JSON."""
        parameter: Json = self.parameter
        if parameter is not None and behaviour.error_parameter == "list":
            parameter = [parameter]
        parts = {
            "code": self.code,
            "message": self.message,
            "parameter": parameter,
            "taskType": self.task_type,
            "taskUUID": self.task_uuid,
            "status": "error" if self.failed_task else None,
            "documentation": _DOCUMENTATION,
        }
        return {key: value for key, value in parts.items() if value is not None}


_BY_PARAMETER = {
    ("positivePrompt", "missing-parameter"): "missingPositivePrompt",
    ("positivePrompt", "wrong-length"): "invalidPositivePromptLength",
}
_BY_KIND = {
    "missing-parameter": "missingParameter",
    "missing-size": "missingParameter",
    "unknown-parameter": "unsupportedParameter",
    "conflicting-parameters": "incompatibleParameters",
    "unsupported-size": "unsupportedDimensions",
}
_BY_NAME = {"width": "unsupportedDimensions", "height": "unsupportedDimensions", "duration": "unsupportedDuration"}


def problem_of(found: ParameterProblem, model: Model, task: Mapping[str, Json]) -> ServiceProblem:
    """Translate a problem found by the catalog into the provider's terms."""
    names = [str(key) for key in found.path]
    named = [key for key in found.path if isinstance(key, str)]
    hint = f" ({found.hint})" if found.hint else ""
    return ServiceProblem(
        code=_code(found, named),
        message=f"Invalid request for {model.name}: {found.message}{hint}.",
        parameter=".".join(names) or None,
        task_type=str(task.get("taskType")),
        task_uuid=str(task.get("taskUUID")),
    )


def _code(found: ParameterProblem, named: list[str]) -> str:
    last = named[-1] if named else ""
    if found.code == "unknown-parameter" and len(named) > 1 and named[-2] == "providerSettings":
        return "unknownProviderSettingsProvider"
    return (
        _BY_PARAMETER.get((last, found.code))
        or _BY_KIND.get(found.code)
        or (_BY_NAME.get(last) if found.code in {"not-allowed", "out-of-range"} else None)
        or f"invalid{last[:1].upper()}{last[1:]}"
    )
