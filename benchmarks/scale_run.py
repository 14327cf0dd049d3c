"""An `ltxspec apply` that counts what it does, and writes the counts as JSON when it ends.

    python benchmarks/scale_run.py COUNTS apply --auto-approve …

Counted are the requests, the fsyncs and the bytes of lockfiles of this process, and the videos that it decodes itself.
"""

import gc
import json
import os
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from timing import MEBIBYTE_IN_KILOBYTES

from ltxspec.cli.main import run
from ltxspec.lock.codec import SUFFIX
from ltxspec.media import measure
from ltxspec.media.checking import CHECKS
from ltxspec.plan import expectations
from ltxspec.providers.runware.client import Client
from ltxspec.storage import durable, state

COUNTS: Counter[str] = Counter()


def counted(name: str, call: Callable[..., Any], much: Callable[..., int] = lambda *_, **__: 1) -> Callable[..., Any]:
    """The same function, which counts its calls, or how much they are about."""

    def counting(*given: Any, **named: Any) -> Any:
        COUNTS[name] += much(*given, **named)
        return call(*given, **named)

    return counting


def count() -> None:
    """Count from now on."""
    os.fsync = counted("fsyncs", os.fsync)
    Client.post = counted("requests", Client.post)  # type: ignore[method-assign]  # to count
    Client.get = counted("requests", Client.get)  # type: ignore[method-assign]  # to count
    written = counted("lockfile_bytes", durable.replace_file, lambda _path, data, *_: sum(map(len, data)))
    state.replace_file = counted("lockfile_writes", written)  # type: ignore[attr-defined]  # to count
    measure.checked = counted("decoded_here", measure.checked)
    expectations.ordered_size = lambda *_: None  # the clip is smaller than what is ordered


def counts(seconds: float) -> dict[str, float]:
    """What was counted, with seconds of CPU and MiB of memory."""
    own, others = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        **COUNTS,
        "wall": seconds,
        "cpu": own.ru_utime + own.ru_stime,
        "cpu_of_workers": others.ru_utime + others.ru_stime,
        "peak_mib": own.ru_maxrss / MEBIBYTE_IN_KILOBYTES,
        "lockfile_size": sum(path.stat().st_size for path in Path("lockfiles").glob(f"*{SUFFIX}")),
    }


def main(report: Path, arguments: list[str]) -> int:
    """Run one command."""
    gc.set_threshold(500_000)  # as the command sets it
    count()
    started = time.perf_counter()
    code = run(arguments)
    CHECKS.close()  # so that the system says what they used
    report.write_text(json.dumps(counts(time.perf_counter() - started)))
    return code


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
