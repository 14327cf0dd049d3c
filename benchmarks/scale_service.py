"""The sandbox on a port, with one small video that all tasks share: its cost stays out of what is measured.

    python benchmarks/scale_service.py STATE SPEED KEY

Prints its address. Each task's video is the same clip with the task's label behind it in a box that players skip, so
that no two have the same hash.
"""

import sys
from decimal import Decimal
from functools import partial
from pathlib import Path

from ltxspec.media.animatic import write_animatic
from ltxspec.media.specs import AnimaticLike, AnimaticSpec
from ltxspec.project.packaged_models import packaged_catalog
from ltxspec.providers.sandbox.serve import run
from ltxspec.providers.sandbox.settings import SandboxSettings
from ltxspec.storage.clock import SystemClock

CLIP = AnimaticSpec(192, 108, seconds=1, fps=12, prompt="a clip that many tasks share")
_BOX_HEADER = 8


def write_clip(path: Path) -> bytes:
    """Write the clip and return its bytes."""
    write_animatic(CLIP, path)
    return path.read_bytes()


def copy_of(clip: bytes, film: AnimaticLike, path: Path) -> None:
    """Write the clip as one task's video."""
    label = film.label.encode()
    path.write_bytes(clip + (_BOX_HEADER + len(label)).to_bytes(4) + b"free" + label)


def main(state: Path, speed: float, key: str) -> None:
    """Serve until the process is stopped."""
    state.mkdir(parents=True, exist_ok=True)
    clip = write_clip(state / "clip.mp4")
    settings = SandboxSettings(
        catalog=packaged_catalog(),
        clock=SystemClock(),
        make_video=partial(copy_of, clip),
        folder=state,
        speed=speed,
        api_key=key,
        balance=Decimal(10**9),
    )
    run(settings, "127.0.0.1", 0, lambda url: print(url, flush=True))


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]), sys.argv[3])
