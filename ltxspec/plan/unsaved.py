"""Takes that a plan keeps and whose videos were never archived: one warning, from the lockfile alone. Pure.

There is no clock: the warning names the time at which the first address expires, whether it is past or to come.
"""

from collections.abc import Iterable, Mapping

from ltxspec.errors import Diagnostic
from ltxspec.lock.models import moment
from ltxspec.plan.actions import Change
from ltxspec.plan.recorded import RecordedState, record_under
from ltxspec.values import ShotAddress

UNSAVED = "unsaved"


def unsaved_warning(changes: Iterable[Change], have: Mapping[str, RecordedState]) -> list[Diagnostic]:
    """One warning for all shots whose current take has an address that expires, and no archived video.

    Args:
        changes: the changes of the selected shots.
        have: what each spec has recorded.
    """
    ends: dict[ShotAddress, str] = {}
    for address in dict.fromkeys(change.address for change in changes):
        record = record_under(have[address.spec].lockfile, address.instance)
        take = record.current_take if record is not None else None
        if take is not None and take.expires_at and any(output.sha256 is None for output in take.outputs):
            ends[address] = take.expires_at
    if not ends:
        return []
    first = min(ends, key=lambda address: moment(ends[address]))
    if len(ends) == 1:
        message = f"the video of `{first}` was never archived, and its address expires at {ends[first]}"
    else:
        message = (
            f"the videos of {len(ends):,} shots were never archived, and their addresses expire: that of `{first}` is "
            f"the first, at {ends[first]}"
        )
    return [Diagnostic("warning", UNSAVED, message, hint="`ltxspec archive rescue` saves what expires first")]
