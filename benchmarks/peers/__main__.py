"""Lay out the project of one peer, in a process of its own: what this one allocates would count in the peak of others.

python -m peers NAME FOLDER PROGRAMS SHOTS
"""

import sys
from pathlib import Path

from peers.everyone import PEERS
from peers.peer import Site


def main(name: str, folder: str, programs: str, shots: str) -> None:
    """Prepare one peer."""
    PEERS[name].prepare(Site(Path(folder), Path(programs), int(shots)))


if __name__ == "__main__":
    main(*sys.argv[1:])
