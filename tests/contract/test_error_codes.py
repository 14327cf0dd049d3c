"""Our table of error codes against the installed official SDK, and against what `docs/provider.md` says of it.

A new release of the SDK with new codes fails here and shows them: each needs a class, and what that means for money.
"""

import ast
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import runware
from runware.errors import derive_code

from ltxspec.apply.ports import Acceptance, RenderOrder, TaskState
from ltxspec.providers.runware.classify import OrderRefusal, Unclear, judge_poll, judge_submission
from ltxspec.providers.runware.codes import ErrorKind, kind_of
from ltxspec.providers.runware.wire import WireReply, decode_reply
from ltxspec.values import TaskId

PAGE = Path(__file__).parents[2] / "docs" / "provider.md"
SDK = Path(runware.__file__).parent
TASK = TaskId("8d1f3c5e-0d5b-4f39-9a37-6f3c2d0a9b11")
OF_A_RULE = {"ApiKey", "Balance", "Conflict", "Credits", "Quota", "RateLimit", "Timeout"}  # parts of names, in the SDK
# What the SDK says for want of a code, or of a method it does not have.
NO_CODES = {"unknown", "notImplemented"}

# The classes of the SDK, and ours that agree with them.
AGREE = {
    "aborted": {ErrorKind.CONNECTION},
    "auth": {ErrorKind.AUTH},
    "connection": {ErrorKind.CONNECTION},
    "notFound": {ErrorKind.MISSING, ErrorKind.NO_SUCH_TASK},
    "provider": {ErrorKind.PROVIDER, ErrorKind.SERVER},
    "quota": {ErrorKind.QUOTA},
    "rateLimit": {ErrorKind.RATE_LIMIT},
    "safety": {ErrorKind.SAFETY},
    "serverError": {ErrorKind.SERVER},
    "timeout": {ErrorKind.TIMEOUT},
    "unknown": {ErrorKind.CONNECTION},  # its own words for a connection that it has no class for, such as `sendFailed`
    "validation": {ErrorKind.VALIDATION, ErrorKind.CONFLICT, ErrorKind.DUPLICATE},
}


def texts(node: ast.AST) -> Iterator[str]:
    """Every text in a piece of source."""
    for part in ast.walk(node):
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            yield part.value


def codes_in(tree: ast.AST) -> Iterator[str]:
    """The raw codes that a module of the SDK names: in its tables, comparisons, errors and replies it makes itself."""
    for node in ast.walk(tree):
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
            if node.target.id.endswith("_CODES") and node.target.id != "_RETRYABLE_CODES":  # the latter are classes
                yield from texts(node.value)
        elif isinstance(node, ast.FunctionDef) and node.name in {"derive_code", "_raw_code_for_status"}:
            yield from codes_compared_in(node)
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "create_runware_error" and node.args:
            yield from (text for text in texts(node.args[0]) if text != "code")
        elif isinstance(node, ast.Dict):
            pairs = zip(node.keys, node.values, strict=True)
            yield from (text for key, value in pairs if key and "code" in texts(key) for text in texts(value))


def codes_compared_in(function: ast.FunctionDef) -> Iterator[str]:
    """The codes of a function that maps them: those it compares with, those of its table, its last resort."""
    falls_back = function.name == "_raw_code_for_status"  # the other one returns classes
    for part in ast.walk(function):
        if isinstance(part, ast.Compare | ast.Dict) or (falls_back and isinstance(part, ast.Return)):
            yield from texts(part)


def sdk_codes() -> list[str]:
    """Every raw code of the installed SDK."""
    modules = [path for path in SDK.rglob("*.py") if path.name != "task_map.py"]
    found = {code for path in modules for code in codes_in(ast.parse(path.read_text("utf-8")))}
    return sorted(found - OF_A_RULE - NO_CODES)


CODES = sdk_codes()


def test_the_sdk_is_read_as_it_is_written() -> None:
    assert len(CODES) > 75
    assert {"connectionLost", "environmentPaused", "invalidProviderContent", "conflictingState", "taskFailed"} < {
        *CODES
    }


@pytest.mark.parametrize("code", CODES)
def test_every_code_of_the_sdk_has_a_class_that_agrees_with_it(code: str) -> None:
    assert kind_of(code) in AGREE[derive_code(code)]


def reply_to(code: str, **more: str) -> WireReply:
    error = {"code": code, "message": "No.", "taskUUID": TASK, **more}
    return decode_reply(400, json.dumps({"errors": [error]}).encode())


def as_an_answer(code: str) -> str:
    """What a code means as the answer to an order, with HTTP 400 and the order's id."""
    verdict = judge_submission(reply_to(code), TASK)
    match verdict:
        case OrderRefusal():
            return "never bought" + ("; the run stops" if verdict.whole_run else "")
        case Acceptance():
            return "bought before"
        case Unclear():
            return "maybe bought"


def as_an_end(code: str) -> str:
    """What a code means in a poll, as an error that names the task: with `status: error`, and without."""
    ends = [_ended(code, **more) for more in ({"status": "error"}, {})]
    if not ends[0]:
        return "nothing"
    only = "" if ends[1] else "; without `status: error` nothing"
    return f"failed, maybe billed{only}"


def _ended(code: str, **more: str) -> bool:
    report = judge_poll(reply_to(code, **more), [RenderOrder(TASK, {}, 1)])[TASK]
    assert report.cost is None, "what a failure costs is not known, and not 0"
    return report.state is TaskState.FAILED


def rows() -> list[str]:
    """The table of the page: one row for each of our classes that the SDK has codes of."""
    of_kind: dict[ErrorKind, list[str]] = {}
    for code in [*CODES, "conflictTaskUUID", "gpuOnFire"]:
        of_kind.setdefault(kind_of(code), []).append(code)
    found = []
    for kind in ErrorKind:
        codes = of_kind[kind]
        meanings: Any = {(as_an_answer(code), as_an_end(code)) for code in codes}
        ((answer, end),) = meanings
        named = "any other" if kind is ErrorKind.UNKNOWN else ", ".join(f"`{code}`" for code in codes)
        found.append(f"| {kind.value} | {answer} | {end} | {named} |")
    return found


def test_the_page_has_every_code_with_what_it_means_for_money() -> None:
    text = PAGE.read_text("utf-8")
    assert [row for row in rows() if row not in text] == []
