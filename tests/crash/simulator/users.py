"""Actors that are no command of ltxspec: users at their editors, git, other machines, and time."""

import fcntl
import os
import shutil
from collections.abc import Callable, Mapping

import orjson
from crash.bench import SPEC
from crash.simulator.checkout import JOURNAL, LOCKFILE, Checkout, bytes_of
from crash.simulator.edits import Desk
from crash.simulator.script import Step
from crash.simulator.specs import wishes
from crash.simulator.world import World

from ltxspec.canonical import sha256_hex

SECONDS = (0.0, 1.0, 30.0, 100.0, 700.0, 90_000.0)
JUMPS = (-7200.0, -30.0, -1.0, 1.0, 3600.0)


class Users:
    """What people and machines do around the commands."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.desk = Desk()
        self.desk.earlier.append(world.places[0].text)

    def edit(self, place: Checkout, step: Step) -> None:
        place.write(self.desk.edit(place.text, step.words[0], step.n))

    # --- git --------------------------------------------------------------------------------------

    def commit(self, place: Checkout, _: Step) -> None:
        """Everything, but for a lockfile that only the tree lacks: nobody means to remove it."""
        hidden = not (place.root / LOCKFILE).exists() and place.git("ls-files", "--", LOCKFILE).stdout
        place.git("add", "--all", "--", ".", *([":!lockfiles"] if hidden else []))
        place.git("commit", "--quiet", "--message", "state")

    def push(self, place: Checkout, _: Step) -> None:
        place.git("push", "--quiet", "origin", "HEAD")

    def pull(self, place: Checkout, step: Step) -> None:
        self.commit(place, step)
        if place.git("pull", "--quiet", "--no-rebase", "--no-edit", "origin", "main").returncode != 0:
            self._merge(place, step)

    def _merge(self, place: Checkout, step: Step) -> None:
        """Settle what git could not merge: one side's spec, and both sides' lockfiles."""
        place.git("checkout", "--theirs" if step.n % 2 else "--ours", "--", "specs")
        if place.git("ls-files", "--unmerged", "--", "lockfiles").stdout:
            self.world.command(place, "lock", "merge")
        self.commit(place, step)

    def switch(self, place: Checkout, step: Step) -> None:
        """Go to another branch, with everything committed or as it is."""
        if "commit" in step.words:
            self.commit(place, step)
        if step.n % 4 == 3 and len(place.branches) < 4:
            name = f"take-{len(place.branches)}"
            if place.git("switch", "--quiet", "--create", name).returncode == 0:
                place.branches.append(name)
            return
        place.git("switch", "--quiet", place.branches[step.n % len(place.branches)])

    def merge(self, place: Checkout, step: Step) -> None:
        self.commit(place, step)
        other = place.branches[step.n % len(place.branches)]
        if place.git("merge", "--quiet", "--no-edit", other).returncode != 0:
            self._merge(place, step)

    def stash(self, place: Checkout, _: Step) -> None:
        place.git("stash", "--quiet", "--include-untracked")

    def unstash(self, place: Checkout, step: Step) -> None:
        if not place.git("stash", "list").stdout:
            return
        self.commit(place, step)
        if place.git("stash", "pop", "--quiet").returncode != 0:
            self._merge(place, step)

    def bring(self, place: Checkout, _: Step) -> None:
        """As a pull that brings the first lockfile: the other checkout's, where none stands."""
        other = next(one for one in self.world.places if one is not place)
        if not (place.root / LOCKFILE).exists() and other.lock_bytes:
            (place.root / LOCKFILE).parent.mkdir(exist_ok=True)
            (place.root / LOCKFILE).write_bytes(other.lock_bytes)

    def hide(self, place: Checkout, step: Step) -> None:
        """A tracked lockfile that the tree lacks: a sparse checkout, or one that somebody removed."""
        if place.git("ls-files", "--", LOCKFILE).stdout:
            self.commit(place, step)
            if step.n % 2:
                place.git("sparse-checkout", "set", "specs")
            else:
                (place.root / LOCKFILE).unlink(missing_ok=True)

    def show(self, place: Checkout, _: Step) -> None:
        place.git("sparse-checkout", "disable")
        if not (place.root / LOCKFILE).exists():
            place.git("checkout", "--quiet", "--", "lockfiles")

    def fresh_clone(self, place: Checkout, _: Step) -> None:
        """Another machine: what is pushed, and nothing else."""
        shutil.rmtree(place.root)
        place.own_files.clear()
        place.branches = ["main"]
        origin = Checkout("origin", self.world.folder)
        origin.git("clone", "--quiet", "--template=", "origin", place.root.name)
        place.git("remote", "set-url", "origin", "../origin")

    # --- the machine ------------------------------------------------------------------------------

    def wait(self, _: Checkout, step: Step) -> None:
        self.world.clock.pass_seconds(SECONDS[step.n % len(SECONDS)])

    def set_clock(self, _: Checkout, step: Step) -> None:
        self.world.clock.jump(JUMPS[step.n % len(JUMPS)])

    def remove_local(self, place: Checkout, _: Step) -> None:
        shutil.rmtree(place.root / ".ltxspec", ignore_errors=True)

    def copy_journal(self, place: Checkout, _: Step) -> None:
        """A cache of another machine's journal, as CI services keep them."""
        other = next(one for one in self.world.places if one is not place)
        if not (place.root / JOURNAL).exists() and (other.root / JOURNAL).exists():
            (place.root / JOURNAL).parent.mkdir(parents=True, exist_ok=True)
            (place.root / JOURNAL).write_bytes(bytes_of(other.root / JOURNAL))

    def forge(self, place: Checkout, step: Step) -> None:
        """A journal that a pull request brings: a planned id with another order than planned, committed by force."""
        if (place.root / JOURNAL).exists():
            return
        plan = self.world.command(place, "plan", "--format", "json")
        shots = [shot for shot in _json(plan.said.out).get("shots", ()) if shot["action"] in ("create", "replace")]
        if not shots:
            return
        shot = shots[step.n % len(shots)]
        order = {**shot["request"], "taskUUID": shot["taskUUID"], "width": 3840, "height": 2160, "includeCost": True}
        intent = {
            "event": "intent", "taskUUID": shot["taskUUID"], "at": self.world.clock.now().isoformat(),
            "instance": shot["shot"], "fingerprint": shot["fingerprint"], "retake": 1, "attempt": 1, "order": order,
            "request": shot["request"], "inputs": {}, "estimate": "0.01",
        }  # fmt: skip
        entry = orjson.dumps(intent)
        line = b'{"check":"' + sha256_hex(entry)[:16].encode() + b'","entry":' + entry + b"}\n"
        (place.root / JOURNAL).parent.mkdir(parents=True, exist_ok=True)
        (place.root / JOURNAL).write_bytes(line)
        place.git("add", "--force", JOURNAL)
        place.git("commit", "--quiet", "--message", "state")

    def own_file(self, place: Checkout, step: Step) -> None:
        """A user keeps a file of his own beside the links."""
        keys = sorted(wishes(place.text)) or ["alley"]
        path = place.root / "renders" / SPEC / f"{keys[step.n % len(keys)]}.mov"
        if not os.path.lexists(path) and not path.parent.is_symlink():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"cut by hand")
            place.own_files[path] = b"cut by hand"

    def link_out(self, place: Checkout, _: Step) -> None:
        """`renders/<spec>` as a committed link to somewhere else."""
        path = place.root / "renders" / SPEC
        if not os.path.lexists(path):
            path.parent.mkdir(exist_ok=True)
            path.symlink_to(self.world.canary)

    def acts(self) -> Mapping[str, Callable[[Checkout, Step], None]]:
        """By name."""
        return {
            "edit": self.edit, "commit": self.commit, "push": self.push, "pull": self.pull, "switch": self.switch,
            "merge": self.merge, "stash": self.stash, "unstash": self.unstash, "bring": self.bring, "hide": self.hide,
            "show": self.show, "fresh clone": self.fresh_clone, "wait": self.wait, "set clock": self.set_clock,
            "remove local": self.remove_local, "copy journal": self.copy_journal, "forge": self.forge,
            "own file": self.own_file, "link out": self.link_out,
        }  # fmt: skip


class Holder:
    """Another process that holds the lock of the spec."""

    def __init__(self, place: Checkout) -> None:
        guard = place.root / f".ltxspec/locks/{SPEC}.lock"
        guard.parent.mkdir(parents=True, exist_ok=True)
        self._file = guard.open("a")
        fcntl.flock(self._file, fcntl.LOCK_EX)

    def release(self) -> None:
        """Be done."""
        self._file.close()


def _json(text: str) -> dict:  # type: ignore[type-arg]  # a plan document
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}
