"""Everything that can go wrong, as data: what, where, and how to mend it.

    LtxspecError                      exit 1
    ├── Invalid                       exit 1   problems of user files, all at once
    ├── WrongUsage                    exit 64  the command line makes no sense
    ├── LockfileError                 exit 1   unreadable, conflicted, damaged
    │   └── LockfileTooNew            exit 1   written by a later ltxspec
    ├── LockHeld                      exit 5   another apply is at work
    ├── Refused                       exit 4   nothing was spent: budget, policy, stale plan, unknown price
    ├── StorageError                  exit 1   a disk or bucket did not do as told
    ├── MediaError                    exit 1   a video or image is not what it should be
    ├── ProviderError                 exit 1   the service, seen from here
    │   ├── ProviderRefused           exit 1   definite: not accepted, not billed; the request must change
    │   ├── ProviderUnavailable       exit 1   definite: a read failed; asking again is free
    │   └── SubmissionUncertain       exit 1   unclear: the order may have been accepted; never a new id
    │       └── NotSent               exit 1   the order never left this machine; repeat the same body at once
    └── Interrupted                   exit 130 the user or the machine said stop

Exceptions carry data and print nothing; `cli/main.py` is the one boundary that turns them into text and exit codes.
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
    """One problem of a user's file, ready for a terminal, an editor or JSON."""

    severity: Severity
    code: str
    message: str
    where: Location | None = None
    hint: str | None = None


class Problems:
    """Collects the diagnostics of a run, so that all of them are reported at once."""

    def __init__(self) -> None:
        self.diagnostics: list[Diagnostic] = []

    def error(self, code: str, message: str, where: Location | None = None, hint: str | None = None) -> None:
        """Add an error."""
        self.diagnostics.append(Diagnostic("error", code, message, where, hint))

    def warn(self, code: str, message: str, where: Location | None = None, hint: str | None = None) -> None:
        """Add a warning."""
        self.diagnostics.append(Diagnostic("warning", code, message, where, hint))

    def extend(self, diagnostics: Iterable[Diagnostic]) -> None:
        """Add what another step found."""
        self.diagnostics.extend(diagnostics)

    @property
    def errors(self) -> list[Diagnostic]:
        """Only the errors."""
        return [d for d in self.diagnostics if d.severity == "error"]

    def raise_if_errors(self) -> None:
        """Raise `Invalid` with every diagnostic (warnings too) when there is at least one error."""
        if self.errors:
            raise Invalid(self.diagnostics)


class LtxspecError(Exception):
    """An expected failure.

    Args:
        summary: one sentence without a full stop, for the user.
        where: the place in a file, when there is one.
        hint: how to mend it.
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
        """What is wrong and how to mend it, in one line."""
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
    """The command line makes no sense."""

    exit_code = 64
    code = "usage"


class LockfileError(LtxspecError):
    """A lockfile or journal cannot be trusted; nothing may be spent on a guess."""

    code = "lockfile"


class LockfileTooNew(LockfileError):
    """The lockfile was written by a later ltxspec than this one."""

    code = "lockfile-too-new"


class LockHeld(LtxspecError):
    """Another process holds the lockfile's exclusive lock."""

    exit_code = 5
    code = "lock-held"


class Refused(LtxspecError):
    """Refused before spending anything: budget, policy, stale plan, unknown price. `code` tells which.

    `details` are lines for the user that come before the summary, such as how two plans differ.
    """

    exit_code = 4

    def __init__(self, code: str, summary: str, *, hint: str | None = None, details: Sequence[str] = ()) -> None:
        super().__init__(summary, hint=hint)
        self.code = code  # type: ignore[misc]  # one class, several codes: the reason is data
        self.details = tuple(details)


class StorageError(LtxspecError):
    """A disk or bucket did not do as told; what was paid for stays recorded elsewhere."""

    code = "storage"


class MediaError(LtxspecError):
    """A video or image is not what it should be."""

    code = "media"


class ProviderError(LtxspecError):
    """The service, seen from here."""

    code = "provider"


class ProviderRefused(ProviderError):
    """A definite no: not accepted, not billed. `provider_code` is the service's own code.

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

    `settled` is true when the service was heard and would give the same answer again: it does not do such reads.
    """

    code = "provider-unavailable"

    def __init__(
        self, summary: str, *, retry_after: float | None = None, settled: bool = False, hint: str | None = None
    ) -> None:
        super().__init__(summary, hint=hint)
        self.retry_after = retry_after
        self.settled = settled


class SubmissionUncertain(ProviderError):
    """The order may have been accepted: look, wait, repeat the same body; never a new id. `retry_after` in seconds."""

    code = "submission-uncertain"

    def __init__(self, summary: str, *, retry_after: float | None = None) -> None:
        super().__init__(summary)
        self.retry_after = retry_after


class NotSent(SubmissionUncertain):
    """No byte of the order left this machine: the same body may be repeated without looking first.

    Treating it as any `SubmissionUncertain` is slower and just as safe.
    """

    code = "not-sent"


class Interrupted(LtxspecError):
    """The user or the machine said stop; the state on disk is resumable."""

    exit_code = 130
    code = "interrupted"
