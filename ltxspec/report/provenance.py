"""Where a video is from, as text."""

from ltxspec.report.results.provenance import FoundLabel, FoundTake, Labelled, Whence
from ltxspec.report.terminal import Paint, Style, clean, fit, wrap
from ltxspec.values import money_text

_SHORT = 12  # characters of a commit or a hash
_MOST_LINES = 4  # of a prompt, in a terminal
_NAMES = 10  # columns of the names of facts


def whence_text(found: Whence, style: Style) -> str:
    """The takes of a file, each with its line of the spec first."""
    lines = [f"{clean(found.file)}  sha256 {found.sha256}"]
    if found.label is not None:
        lines.append(style.paint(clean(label_text(found.label)), None if found.label.intact else Paint.YELLOW))
    for take in found.takes:
        lines += ["", *_take_lines(take, style)]
    return "\n".join(lines) + "\n"


def label_text(label: FoundLabel) -> str:
    """What a label says, in one line."""
    if not label.intact:
        return f"a copy of sha256 {label.original[:_SHORT]}…, whose label is not valid: {', '.join(label.problems)}"
    return f"a labelled copy ({_facts(label)}) of sha256 {label.original}"


def labelled_text(made: Labelled) -> str:
    """A labelled copy in one line."""
    return clean(f"{made.file}: {made.address} take {made.take}, labelled as {_facts(made.label)}")


def _facts(label: FoundLabel) -> str:
    kind = (label.digital_source_type or "").rpartition("/")[2]
    by = f"signed by {label.signer}" if label.signer else "signed"
    return ", ".join(filter(None, (kind, by if label.stamped_at is None else f"{by} at {label.stamped_at}")))


def _take_lines(take: FoundTake, style: Style) -> list[str]:
    state = "current" if take.current else "retired" if take.retired else "not current"
    several = f", result {take.result}" if take.result > 1 else ""
    head = style.paint(clean(take.address), Paint.BOLD)
    rows = {
        "spec": _place(take),
        "model": f"{take.model} with {take.provider}, {money_text(take.cost)}",
        "task": f"{take.task_id}, {take.submitted_at or 'imported'}",
        "recorded": _record(take),
        "archived": take.file or "not on this machine",
    }
    lines = [f"{head}  take {take.take} of {take.takes}{several}, {state}"]
    lines += [f"  {name:<{_NAMES}}{clean(text)}" for name, text in rows.items()]
    prompt = wrap(clean(take.prompt or ""), style.width - _NAMES - 2)
    if not style.whole and len(prompt) > _MOST_LINES:
        prompt = [*prompt[: _MOST_LINES - 1], fit(f"{prompt[_MOST_LINES - 1]} …", style.width - _NAMES - 2)]
    names = ["prompt", *[""] * len(prompt)]
    return [*lines, *(f"  {name:<{_NAMES}}{line}" for name, line in zip(names, prompt, strict=False))]


def _place(take: FoundTake) -> str:
    if take.source is None:
        return "no spec of this project has the shot"
    where = f"{take.source.file}:{take.source.line}"
    return where if take.source_commit is None else f"{where} at commit {take.source_commit[:_SHORT]}, gone since"


def _record(take: FoundTake) -> str:
    if take.lockfile_commit is not None:
        return f"{take.lockfile} at commit {take.lockfile_commit[:_SHORT]}"
    if take.recorded_in is not None:
        return f"{take.lockfile}, since commit {take.recorded_in[:_SHORT]}"
    if take.checked_out is not None:
        return f"{take.lockfile}, on top of commit {take.checked_out[:_SHORT]}"
    return take.lockfile
