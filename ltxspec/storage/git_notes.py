"""Notes that several machines change, as references of a git remote: `refs/ltxspec/<key>`.

Each is a commit without files whose message is the note. `git push --force-with-lease` replaces one only if it still is
the expected commit; the remote decides, so that of several writers one succeeds.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from ltxspec.errors import StorageError
from ltxspec.storage.git import Done, ask_remote, complaint
from ltxspec.storage.store.port import LARGEST_NOTE, Note

REFS = "refs/ltxspec/"
_TRIES = 4  # times that a note may change while it is read
_REFERENCE = re.compile(rb"([0-9a-f]{40}(?:[0-9a-f]{24})?)\t(.+)")
_NOBODY = {
    f"GIT_{role}_{part}": text
    for role in ("AUTHOR", "COMMITTER")
    for part, text in (("NAME", "ltxspec"), ("EMAIL", "ltxspec@localhost"), ("DATE", "1970-01-01T00:00:00Z"))
}


@dataclass(frozen=True, slots=True)
class GitNotes:
    """Notes at a remote; an adapter of `SharedNotes`. A tag is the id of a commit.

    Args:
        root: a folder in the repository.
        remote: the name of the remote.
        timeout: seconds after which git is given up.
    """

    root: Path
    remote: str
    timeout: float = 60.0

    @property
    def name(self) -> str:
        """See `SharedNotes.name`."""
        return f"git remote {self.remote}"

    def read_note(self, key: str) -> Note | None:
        """See `SharedNotes.read_note`."""
        for _ in range(_TRIES):
            commit = self._remote_commit(key)
            if commit is None:
                return None
            text = self._text(commit)
            if text is None:
                self._run("fetch", "--quiet", "--no-tags", "--no-write-fetch-head", self.remote, REFS + key)
                text = self._text(commit)  # None: it has changed meanwhile
            if text is not None:
                return Note(text, commit)
        raise StorageError(f"`{REFS}{key}` of the remote `{self.remote}` changes too fast", hint="run it again")

    def write_note(self, key: str, content: bytes, expected: str | None) -> bool:
        """See `SharedNotes.write_note`."""
        ref = REFS + key
        tree = self._git("mktree").strip().decode("ascii")
        commit = self._git("commit-tree", tree, stdin=content).strip().decode("ascii")
        lease = f"--force-with-lease={ref}:{expected or ''}"
        done = self._run("push", "--quiet", "--no-verify", lease, self.remote, f"{commit}:{ref}")
        if done.returncode == 0 and expected is not None:
            return True
        now = self._remote_commit(key)
        if done.returncode == 0 and now is None:
            raise StorageError(
                f"what is pushed to the remote `{self.remote}` is not there when it is read",
                hint=f"`git remote get-url --push {self.remote}` must be the repository that everybody fetches from",
            )
        if done.returncode != 0 and now == expected:
            raise self._failed(done)
        return now == commit

    def _remote_commit(self, key: str) -> str | None:
        listing = self._git("ls-remote", "--quiet", self.remote, REFS + key).splitlines()
        found = [_REFERENCE.fullmatch(line) for line in listing]
        if not all(found):
            raise StorageError(f"git says something else of the remote `{self.remote}` than what it has")
        wanted = (REFS + key).encode()  # git lists whatever ends like it
        return next((one[1].decode("ascii") for one in found if one and one[2] == wanted), None)

    def _text(self, commit: str) -> bytes | None:
        """The message of a commit; None if this repository does not have it."""
        done = self._run("cat-file", "commit", commit)
        text = done.stdout.partition(b"\n\n")[2].rstrip(b"\n")
        if len(text) > LARGEST_NOTE:
            raise StorageError(f"`{commit}` is not what ltxspec writes there")
        return text if done.returncode == 0 else None

    def _git(self, *arguments: str, stdin: bytes = b"") -> bytes:
        done = self._run(*arguments, stdin=stdin)
        if done.returncode != 0:
            raise self._failed(done)
        return done.stdout

    def _run(self, *arguments: str, stdin: bytes = b"") -> Done:
        return ask_remote(self.root, *arguments, timeout=self.timeout, stdin=stdin, given=_NOBODY)

    def _failed(self, done: Done) -> StorageError:
        return StorageError(
            f"the git remote `{self.remote}` cannot be used: {complaint(done)}",
            hint=f"try `git ls-remote {self.remote}`, and a push",
        )
