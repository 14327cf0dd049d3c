"""The recipes of `docs/specs.md` do what they say."""

import re
import textwrap
from pathlib import Path
from typing import Any

from acceptance.commands import REPOSITORY, ltxspec, write_spec
from acceptance.repositories import commit, git, read_lockfile, repository
from acceptance.services import KEY, paid_service
from pictures import picture

HEAD = "model: lightricks:ltx@2.5-fast\ndefaults: {width: 1280, height: 720, duration: 6, fps: 24}\n"
RECIPES = (REPOSITORY / "docs" / "specs.md").read_text("utf-8").partition("## Recipes\n")[2].partition("\n## ")[0]
BLOCKS = [textwrap.dedent(block) for block in re.findall(r"(?:^    .*\n)+", RECIPES, re.MULTILINE)]


def requests(folder: Path, recipe: str) -> dict[str, Any]:
    """The prompt of each request that a recipe makes, with the request."""
    write_spec(folder, HEAD + recipe.replace("file: data/", "file: ../data/"))
    return {body["positivePrompt"]: body for body in ltxspec("render", "--format", "json", cwd=folder).json}


def test_an_empty_cell_means_no_first_frame(tmp_path: Path) -> None:
    for name in ("data", "specs/assets"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "data" / "shots.csv").write_text("sku,name,image\na,A lamp,assets/a.png\nb,A rope,\n", "utf-8")
    (tmp_path / "specs" / "assets" / "a.png").write_bytes(picture(size=(1280, 720)))
    made = requests(tmp_path, BLOCKS[0])
    assert made["A lamp turning on a plinth."]["inputs"]["frameImages"][0]["frame"] == "first"
    assert not made["A rope turning on a plinth."].get("inputs")  # an empty mapping, or none


def test_one_shot_is_rendered_upright_and_wide(tmp_path: Path) -> None:
    made = requests(tmp_path, BLOCKS[1])
    assert [(body["width"], body["height"]) for body in made.values()] == [(1920, 1080), (1080, 1920)]


def test_what_git_takes_back_stays_recorded_or_is_brought_back(tmp_path: Path) -> None:
    folder = tmp_path / "film"
    folder.mkdir()
    with paid_service(tmp_path / "service") as address:
        paid = {"RUNWARE_BASE_URL": address, "RUNWARE_API_KEY": KEY, "LTXSPEC_PROVIDER": "runware"}
        repository(folder)
        for prompt in ("a tower", "a tower in the rain"):
            write_spec(folder, f"{HEAD}shots:\n  tower: {{prompt: {prompt}}}\n")
            ltxspec("apply", "--auto-approve", cwd=folder, check=0, **paid)
            commit(folder, prompt)
        bought = git(folder, "rev-parse", "HEAD").stdout.strip()
        git(folder, "revert", "--no-commit", bought)
        git(folder, "restore", "--source=HEAD", "--staged", "--worktree", "lockfiles")
        git(folder, "commit", "--quiet", "--message=taken back")
        assert len(read_lockfile(folder).shots["tower"].takes) == 2
        (shot,) = ltxspec("plan", "--format", "json", cwd=folder, check=0, **paid).json["shots"]
        assert shot["action"] == "restore"
        ltxspec("lock", "verify", "--base", bought, cwd=folder, check=0, **paid)
        git(folder, "reset", "--quiet", "--hard", bought)
        git(folder, "revert", "--no-edit", bought)
        assert "is missing" in ltxspec("lock", "verify", "--base", bought, cwd=folder, check=1, **paid).err
        earlier = git(folder, "show", f"{bought}:lockfiles/night.lock.json").stdout
        (folder / "earlier.json").write_text(earlier, "utf-8")
        now = "lockfiles/night.lock.json"
        ltxspec("lock", "merge", "--driver", now, now, "earlier.json", cwd=folder, check=0, **paid)
        ltxspec("lock", "verify", "--base", bought, cwd=folder, check=0, **paid)
        assert len(read_lockfile(folder).shots["tower"].takes) == 2
