"""Videos of the sandbox at a fraction of the ordered size: real files of the ordered length, ten times as fast.

As a program it runs the command: `python -m small_films sandbox serve` is `ltxspec sandbox serve` with such videos.
"""

import sys
from pathlib import Path

from replacing import replace

from ltxspec.media import animatic
from ltxspec.media.specs import AnimaticLike

LONGER_SIDE = 160  # pixels

_write = animatic.write_animatic


def write_small_animatic(spec: AnimaticLike, path: Path) -> None:
    """As `write_animatic`, with fewer pixels."""
    scale = min(1.0, LONGER_SIDE / max(spec.width, spec.height))
    width, height = (max(16, round(side * scale / 2) * 2) for side in (spec.width, spec.height))
    _write(replace(spec, width=width, height=height), path)


if __name__ == "__main__":
    from ltxspec.cli.main import run
    from ltxspec.plan import expectations

    animatic.write_animatic = write_small_animatic
    expectations.ordered_size = lambda *_: None  # they are smaller than their orders
    sys.exit(run(sys.argv[1:]))
