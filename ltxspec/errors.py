"""All expected errors, as data: what is wrong, where, and how to fix it.

    LtxspecError                      exit 1
    ├── Invalid                       exit 1   problems of user files, all at once
    ├── WrongUsage                    exit 64  the command line is invalid
    ├── LockfileError                 exit 1   unreadable, conflicted, damaged
    │   └── LockfileTooNew            exit 1   written by a later ltxspec
    ├── LockHeld                      exit 5   another apply is running
    ├── Refused                       exit 4   nothing was spent: budget, policy, stale plan, unknown price
    ├── StorageError                  exit 1   a disk or bucket failed
    ├── MediaError                    exit 1   a video or image is not as expected
    ├── ProviderError                 exit 1   an error of the provider, or of reaching it
    │   ├── ProviderRefused           exit 1   definite: not accepted, not billed; the request must change
    │   ├── ProviderUnavailable       exit 1   definite: a read failed; asking again is free
    │   └── SubmissionUncertain       exit 1   unclear: the order may have been accepted; never a new id
    │       └── NotSent               exit 1   the order never left this machine; the same body may be repeated
    └── Interrupted                   exit 130 stopped by the user or the machine

Exceptions carry data and print nothing; only `cli/failures.py` turns them into text, JSON and exit codes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Location:
    """A place in a user's file. Lines and columns count from 1; `excerpt` is the text of that line."""

    file: str
    line: int
    column: int
    excerpt: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One problem of a user's file, to be shown in a terminal, an editor or JSON."""

    severity: Severity
    code: str
    message: str
    where: Location | None = None
    hint: str | None = None


class Problems:
    """Collects the diagnostics of a run, so that all are reported together."""

    def __init__(self) -> None:
        self.diagnostics: list[Diagnostic] = []

    def error(self, code: str, message: str, where: Location | None = None, hint: str | None = None) -> None:
        """Add an error."""
        self.diagnostics.append(Diagnostic("error", code, message, where, hint))

    def warn(self, code: str, message: str, where: Location | None = None, hint: str | None = None) -> None:
        """Add a warning."""
        self.diagnostics.append(Diagnostic("warning", code, message, where, hint))

    def extend(self, diagnostics: Iterable[Diagnostic]) -> None:
        """Add diagnostics of another step."""
        self.diagnostics.extend(diagnostics)

    @property
    def errors(self) -> list[Diagnostic]:
        """Only the errors."""
        return [d for d in self.diagnostics if d.severity == "error"]

    def raise_if_errors(self) -> None:
        """Raise `Invalid` with all diagnostics, including warnings, if there is at least one error."""
        if self.errors:
            raise Invalid(self.diagnostics)


class LtxspecError(Exception):
    """An expected failure.

    Args:
        summary: one sentence without a full stop, for the user.
        where: the place in a file, if there is one.
        hint: how to fix it.
    """

    exit_code: ClassVar[int] = 1
    code: ClassVar[str] = "error"

    def __init__(self, summary: str, *, where: Location | None = None, hint: str | None = None) -> None:
        super().__init__(summary)
        self.summary = summary
        self.where = where
        self.hint = hint

    @property
    def line(self) -> str:
        """What is wrong and how to fix it, in one line."""
        return "; ".join(filter(None, (self.summary, self.hint)))


class Invalid(LtxspecError):
    """Problems found in user files; carries all of them."""

    code = "invalid"

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        errors = [d for d in self.diagnostics if d.severity == "error"]
        first = errors[0] if errors else None
        super().__init__(first.message if first else "invalid", where=first.where if first else None)


class WrongUsage(LtxspecError):
    """The command line is invalid."""

    exit_code = 64
    code = "usage"


class LockfileError(LtxspecError):
    """A lockfile or journal cannot be trusted, so nothing may be spent."""

    code = "lockfile"


class LockfileTooNew(LockfileError):
    """The lockfile was written by a later ltxspec."""

    code = "lockfile-too-new"


class LockHeld(LtxspecError):
    """Another process holds the lockfile's exclusive lock."""

    exit_code = 5
    code = "lock-held"


class Refused(LtxspecError):
    """Refused before spending anything: budget, policy, stale plan, unknown price. `code` says which.

    `details` are lines shown to the user before the summary, such as the differences of two plans.
    """

    exit_code = 4

    def __init__(self, code: str, summary: str, *, hint: str | None = None, details: Sequence[str] = ()) -> None:
        super().__init__(summary, hint=hint)
        self.code = code  # type: ignore[misc]  # one class, several codes: the reason is data
        self.details = tuple(details)


class StorageError(LtxspecError):
    """A disk or bucket failed; what was paid for stays recorded elsewhere."""

    code = "storage"


class MediaError(LtxspecError):
    """A video or image is not as expected."""

    code = "media"


class ProviderError(LtxspecError):
    """An error of the provider, or of reaching it."""

    code = "provider"


class ProviderRefused(ProviderError):
    """Definitely refused: not accepted, not billed. `provider_code` is the service's own code.

    `whole_run` is true when no other order can succeed either (bad key, empty balance). `every_copy` is true when the
    same order would always get this answer, so that no earlier copy of it can have been accepted either.
    """

    code = "provider-refused"

    def __init__(
        self,
        summary: str,
        *,
        provider_code: str,
        whole_run: bool = False,
        every_copy: bool = False,
        hint: str | None = None,
    ) -> None:
        super().__init__(summary, hint=hint)
        self.provider_code = provider_code
        self.whole_run = whole_run
        self.every_copy = every_copy


class ProviderUnavailable(ProviderError):
    """A read (poll, look-up, download) failed; asking again costs nothing. `retry_after` in seconds.

    `settled` is true if the service answered and would give the same answer again: it does not support such reads.
    """

    code = "provider-unavailable"

    def __init__(
        self, summary: str, *, retry_after: float | None = None, settled: bool = False, hint: str | None = None
    ) -> None:
        super().__init__(summary, hint=hint)
        self.retry_after = retry_after
        self.settled = settled


class SubmissionUncertain(ProviderError):
    """The order may have been accepted: look, wait, repeat the same body; never a new id. `retry_after` in seconds.

    `busy` says that the service has too many orders (429, 503), so that fewer are sent at a time.
    """

    code = "submission-uncertain"

    def __init__(self, summary: str, *, retry_after: float | None = None, busy: bool = False) -> None:
        super().__init__(summary)
        self.retry_after = retry_after
        self.busy = busy


class NotSent(SubmissionUncertain):
    """No byte of the order left this machine: the same body may be repeated without looking first.

    Treating it like any other `SubmissionUncertain` is slower but just as safe.
    """

    code = "not-sent"


class Interrupted(LtxspecError):
    """Stopped by the user or the machine; the state on disk is resumable."""

    exit_code = 130
    code = "interrupted"
