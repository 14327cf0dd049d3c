"""Which shots a run covers: `--target`, `--exclude`, `--label`, `--retake` and `--retry`."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ltxspec.values import ShotAddress, typed_address


@dataclass(frozen=True, slots=True)
class Pattern:
    """An address in which `*` and `?` are wildcards. A shot's name without a key means all its instances.

    `spec.shot/key` is `spec.shot[key]`.
    """

    text: str
    dependents: bool = False  # whether the shots that follow from these are meant as well
    _expression: re.Pattern[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        escaped = re.escape(typed_address(self.text)).replace(r"\*", ".*").replace(r"\?", ".")
        object.__setattr__(self, "_expression", re.compile(rf"{escaped}(\[.*\])?\Z", re.DOTALL))

    def matches(self, address: ShotAddress) -> bool:
        """Whether the pattern matches the address."""
        return self._expression.match(str(address)) is not None

    def may_match_instance_of(self, shot: ShotAddress) -> bool:
        """Whether the pattern may match an instance of a shot whose instances are unknown."""
        head, bracket, _ = typed_address(self.text).partition("[")
        if self.text.endswith("]") and not bracket:  # `night.w*dusk]`: the bracket may be part of the wildcard
            head = f"{head.partition('*')[0]}*"
        return Pattern(head).matches(shot)


Labels = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Label:
    """`KEY=VALUE`, as on the command line."""

    key: str
    value: str

    def __str__(self) -> str:
        return f"{self.key}={self.value}"

    def matches(self, labels: Labels) -> bool:
        """Whether a shot has this label."""
        return labels.get(self.key) == self.value


@dataclass(frozen=True, slots=True)
class Selection:
    """What the user requested beyond the spec itself. No targets and no labels means every shot."""

    targets: tuple[Pattern, ...] = ()
    retakes: tuple[Pattern, ...] = ()
    retries: tuple[Pattern, ...] = ()
    excludes: tuple[Pattern, ...] = ()
    labels: tuple[Label, ...] = ()
    dependents: frozenset[ShotAddress] = frozenset()  # what targets with `+` mean besides: `with_dependents` finds it
    spared: frozenset[ShotAddress] = frozenset()  # the same of excludes

    @property
    def narrows(self) -> bool:
        """Whether some shots may be left out."""
        return bool(self.targets or self.excludes or self.labels)

    def is_target(self, address: ShotAddress, labels: Labels | None = None) -> bool:
        """Whether this run may touch the shot. A shot that is not in the spec any more has no labels.

        Of several values of one label, one must match; different labels must all match.
        """
        if not self.narrows:
            return True
        is_named = address in self.dependents or any(pattern.matches(address) for pattern in self.targets)
        if self.targets and not is_named:
            return False
        if self.is_excluded(address):
            return False
        if not self.labels:
            return True
        wanted = {label.key for label in self.labels}
        met = {label.key for label in self.labels if label.matches(labels or {})}
        return wanted == met

    def is_excluded(self, address: ShotAddress) -> bool:
        """Whether `--exclude` names the shot."""
        if not self.excludes:
            return False
        return address in self.spared or any(pattern.matches(address) for pattern in self.excludes)

    def may_target(self, shot: ShotAddress) -> bool:
        """Whether this run may touch an instance of a shot whose instances are unknown."""
        if self.is_excluded(shot):
            return False
        return not self.targets or any(pattern.may_match_instance_of(shot) for pattern in self.targets)

    def wants_retake(self, address: ShotAddress) -> bool:
        """Whether another render of the same request is requested."""
        return bool(self.retakes) and any(pattern.matches(address) for pattern in self.retakes)

    def wants_retry(self, address: ShotAddress) -> bool:
        """Whether a failed request is to be tried again."""
        return bool(self.retries) and any(pattern.matches(address) for pattern in self.retries)

    def unmatched(self, addresses: Iterable[ShotAddress], context: Iterable[ShotAddress] = ()) -> list[str]:
        """Patterns that match no known shot: most likely typing errors, which must not be ignored.

        Args:
            addresses: the shots of the run.
            context: other shots, which the run may need but which cannot be its targets.
        """
        others = [*self.retakes, *self.retries, *self.excludes]
        known = list(addresses) if others or self.targets else []
        more = [*known, *context] if others else []
        sought = [*((pattern, known) for pattern in self.targets), *((pattern, more) for pattern in others)]
        return [pattern.text for pattern, among in sought if not any(pattern.matches(address) for address in among)]


def selection(
    targets: Iterable[str] = (),
    retakes: Iterable[str] = (),
    retries: Iterable[str] = (),
    *,
    excludes: Iterable[str] = (),
    labels: Iterable[str] = (),
) -> Selection:
    """Build a selection from command-line arguments."""
    return Selection(
        tuple(map(target, targets)),
        tuple(map(Pattern, retakes)),
        tuple(map(Pattern, retries)),
        tuple(map(target, excludes)),
        tuple(map(label, labels)),
    )


def target(text: str) -> Pattern:
    """Read an address; a `+` after it means the shots that follow from it as well.

    In `spec.shot/key` it is the end of the key: write `spec.shot[key]+`.
    """
    is_key = typed_address(text) != text
    return Pattern(text[:-1], dependents=True) if text.endswith("+") and not is_key else Pattern(text)


def label(text: str) -> Label:
    """Read `KEY=VALUE`. A text without `=` names a label that no shot has."""
    key, _, value = text.partition("=")
    return Label(key.strip(), value.strip())
