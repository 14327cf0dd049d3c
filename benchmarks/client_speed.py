"""`ltxspec apply` beside the provider's own SDK: the same shots, the same sandbox, the same number at a time.

    python benchmarks/client_speed.py [--shots 100 300] [--parallelism 64] [--speed 1]

At speed 1 renders take as long as real ones, and both clients look for results at their own usual pace; at any other
speed only ltxspec would look as much more often. Results are kept in `benchmarks/results/clients.json`;
`performance_page.py` makes a table of them.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from apply_scale import KEY, apply, ideal, seconds_to_decode, service
from timing import child_environment

HERE = Path(__file__).parent
RESULTS = HERE / "results" / "clients.json"


def with_ltxspec(folder: Path, address: str, shots: int, given: argparse.Namespace) -> dict[str, float]:
    """What one apply took. The CPU seconds of decoding videos, which the SDK does not do, stand by themselves."""
    counted = apply(folder, address, shots, given)
    here = counted.get("decoded_here", 0) * seconds_to_decode(folder)
    return {
        "wall": counted["wall"],
        "cpu": counted["cpu"] - here,
        "cpu_of_decoding": counted["cpu_of_workers"] + here,
        "requests": counted["requests"],
        "peak_mib": counted["peak_mib"],
    }


def with_sdk(project: Path, folder: Path, address: str, parallelism: int) -> dict[str, float]:
    """What ordering the shots of a project took the SDK. Raises RuntimeError if it failed or brought fewer videos."""
    folder.mkdir()
    requests, report = folder / "requests.json", folder / "counts.json"
    command = [sys.executable, "-m", "ltxspec", "render", "--format", "json"]
    rendered = subprocess.run(command, cwd=project, env=child_environment(), check=True, stdout=subprocess.PIPE).stdout
    requests.write_bytes(rendered)
    words = [sys.executable, HERE / "sdk_run.py", report, requests, folder / "videos", parallelism]
    environment = child_environment() | {"RUNWARE_BASE_URL": address, "RUNWARE_API_KEY": KEY}
    done = subprocess.run(list(map(str, words)), env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    counts: dict[str, float] = json.loads(report.read_text("utf-8"))
    if counts.pop("videos") != len(json.loads(rendered)):
        raise RuntimeError("not every video was fetched")
    return counts


def measured(shots: int, given: argparse.Namespace) -> list[Mapping[str, object]]:
    """Both clients, each with a service of its own."""
    with tempfile.TemporaryDirectory(prefix="ltxspec-bench-") as name:
        folder = Path(name)
        with service(folder / "service", given.speed) as address:
            ours = with_ltxspec(folder / "project", address, shots, given)
        with service(folder / "other service", given.speed) as address:
            sdk = with_sdk(folder / "project", folder / "sdk", address, given.parallelism)
    shared = {"shots": shots, "ideal": ideal(shots, given), "parallelism": given.parallelism, "speed": given.speed}
    return [{"client": "ltxspec apply", **shared, **ours}, {"client": "the SDK, in a script", **shared, **sdk}]


def row(found: Mapping[str, object]) -> str:
    """One line of the table."""
    shots = int(str(found["shots"]))
    wall, cpu, decoding, requests, peak, wanted = (
        float(str(found.get(name, 0))) for name in ("wall", "cpu", "cpu_of_decoding", "requests", "peak_mib", "ideal")
    )
    each = f"{cpu / shots * 1000:>12.1f}{decoding / shots * 1000:>12.1f}{requests / shots:>10.2f}"
    return f"{found['client']:<22}{shots:>7}{wall:>8.1f}{wall / wanted:>9.3f}{each}{peak:>7.0f}"


def main(arguments: Sequence[str] | None = None) -> None:
    """Print two lines for each number of shots, and keep them."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--shots", type=int, nargs="+", default=[100, 300])
    parser.add_argument("--parallelism", type=int, default=64)
    parser.add_argument("--speed", type=float, default=1.0)
    parser.add_argument("--results", type=Path, default=RESULTS)
    given = parser.parse_args(arguments)
    print(f"{'':<22}{'shots':>7}{'wall':>8}{'/ideal':>9}{'CPU ms':>12}{'decode ms':>12}{'requests':>10}{'MiB':>7}")
    found = []
    for shots in given.shots:
        found += measured(shots, given)
        print("\n".join(map(row, found[-2:])), flush=True)
    given.results.parent.mkdir(parents=True, exist_ok=True)
    given.results.write_text(json.dumps(found, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
