"""How loud a result is, in the few words beside its level."""

from ltxspec.lock.models import Output
from ltxspec.report.storyboard.models import Clip

_SILENT = -70.0  # LUFS, what is measured of silence


def loudness(output: Output, clip: Clip) -> str:
    """`-23.1 LUFS` as the lockfile records it, `silent` or `no audio`; empty where nothing was measured."""
    if not clip.audio:
        return "no audio"
    found = output.facts.loudness if output.facts is not None else None
    if found is None:
        return ""
    return "silent" if found <= _SILENT else f"{found:.1f} LUFS"
