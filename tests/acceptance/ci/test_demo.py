"""The demo of a review is true: it runs, and leaves what it promises; a browser decides where there is one."""

import json
import subprocess
from pathlib import Path

from acceptance.ci.repos import ROOT, environment, git
from small_films import small_command


def test_the_demo_shows_a_review_and_a_merge_that_costs_nothing(tmp_path: Path) -> None:
    small = tmp_path / "bin"
    small.mkdir()
    small_command(small)  # the demo is the same with small videos
    command = ["bash", str(ROOT / "scripts" / "demo-review.sh"), "demo"]
    done = subprocess.run(
        command,
        cwd=tmp_path,
        env=environment(LTXSPEC_BIN=str(small)),
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 shots rendered for $1.26, 1 held, 3 unchanged" in done.stdout
    assert "rejected by Demo at 1.5 s: The umbrella is hardly red here." in done.stdout
    assert "Plan: 1 to render (1 create), 5 unchanged. Estimated $0.54." in done.stdout
    assert "Plan: 1 to render (1 create), 6 unchanged. Estimated $0.54." in done.stdout
    demo = tmp_path / "demo"
    assert "night-scenes.tram" in (demo / "review.md").read_text("utf-8")
    assert (demo / "review.html").stat().st_size > 0
    assert "https://pictures.example/night-scenes.alley-" in (demo / "review.md").read_text("utf-8")
    assert "night-scenes.tram" in json.loads((demo / "pictures" / "index.json").read_text("utf-8"))
    verdicts = json.loads(git(demo, "show", "HEAD:lockfiles/night-scenes.review.json"))["verdicts"]
    assert sorted(said[0]["verdict"] for said in verdicts.values()) == ["approved", "rejected"]
    assert git(demo, "status", "--porcelain") == ""
    assert git(demo, "symbolic-ref", "--short", "HEAD") == "more-rain"
    assert git(demo, "rev-list", "--count", "--merges", "main") == "1"
