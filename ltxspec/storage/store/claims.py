"""The claim of a paid task: an object that is created only if there is none, before the order is sent.

Whoever did not create it sends nothing. So two machines that share a store never both order the same task, whatever the
service takes twice or hides. A claim says who, where and when; it has no prompt and no key.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import orjson

from ltxspec.apply.claiming import Claim
from ltxspec.apply.ports import RenderOrder
from ltxspec.canonical import sha256_hex
from ltxspec.errors import StorageError
from ltxspec.storage.clock import SystemClock
from ltxspec.storage.clone import Holder
from ltxspec.storage.store.port import Note, SharedNotes
from ltxspec.values import TaskId

_TRIES = 8  # times that somebody else may be first
_UNREADABLE = Claim("", "", 0, "", "", None)


@dataclass(frozen=True, slots=True)
class StoreClaims:
    """Claims as notes; an adapter of `apply.claiming.Claims`.

    Args:
        notes: where they are kept.
        folder: the start of their keys.
        holder: this process.
        clock: this machine's.
    """

    notes: SharedNotes
    folder: str
    holder: Holder
    clock: SystemClock

    def claim(self, order: RenderOrder, fence: int | None, *, take_over: bool) -> Claim:
        """See `Claims.claim`."""
        key, mine = self._key(order.task_id), self._encoded(order, fence)
        tag: str | None = None
        for _ in range(_TRIES):
            if self.notes.write_note(key, mine, tag):
                return self._ours(mine, is_new=True)
            note = self.notes.read_note(key)
            tag = None if note is None else note.tag
            if note is None:
                continue
            if note.content == mine:  # the reply to an earlier try was lost on its way
                return self._ours(mine, is_new=True)
            known = _decoded(note)
            if not known.released and known.holder == self.holder.id:
                return self._ours(note.content, is_new=False)
            if not known.released and not take_over:
                return known
        raise StorageError(f"the claim `{key}` changes too fast", hint="run it again")

    def release(self, task: TaskId) -> None:
        """See `Claims.release`."""
        key = self._key(task)
        note = self.notes.read_note(key)
        if note is not None and _decoded(note).holder == self.holder.id:
            document = {**orjson.loads(note.content), "released": True}
            self.notes.write_note(key, orjson.dumps(document), note.tag)

    def _ours(self, content: bytes, *, is_new: bool) -> Claim:
        return replace(_decoded(Note(content, "")), is_ours=True, is_new=is_new)

    def _key(self, task: TaskId) -> str:
        return f"{self.folder}/{task}.json"

    def _encoded(self, order: RenderOrder, fence: int | None) -> bytes:
        body = sha256_hex(orjson.dumps(order.body, option=orjson.OPT_SORT_KEYS)) if order.whole else None
        at = self.clock.now().astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds")
        return orjson.dumps(
            {
                "task": order.task_id, "holder": self.holder.id, "machine": self.holder.machine,
                "pid": self.holder.pid, "command": self.holder.command, "at": f"{at}Z", "fence": fence, "body": body,
                "released": False,
            }
        )  # fmt: skip


def _decoded(note: Note) -> Claim:
    """Read a claim of whomever; what cannot be read is somebody's, and not free."""
    try:
        found: Any = orjson.loads(note.content)
        datetime.fromisoformat(found["at"])
        fence = None if found["fence"] is None else int(found["fence"])
        who = (str(found["holder"]), str(found["machine"]), int(found["pid"]), str(found["command"]))
        return Claim(*who, str(found["at"]), fence, released=found["released"] is True)
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
        return _UNREADABLE
