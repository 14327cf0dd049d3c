"""What no shot shows: altered records of paid tasks, and changed rules and prices, through the real commands."""

import json
import shutil
from decimal import Decimal
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from acceptance.commands import REPOSITORY, ltxspec
from acceptance.repositories import commit, git, read_lockfile, write_lockfile
from replacing import replace
from sharing import made_once
from unit.project.reviewed_projects import edit, project, write

from ltxspec.lock.models import Lockfile, Output, Take

MODEL = "lightricks-ltx-2-pro.json"


@pytest.fixture(scope="session")
def _bought(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_once(tmp_path_factory, "four-shots", project)


@pytest.fixture
def films(_bought: Path, tmp_path: Path) -> Path:
    """Four shots, all bought and committed; the branch `feature` is checked out."""
    return shutil.copytree(_bought, tmp_path / "films", symlinks=True)


def alter(folder: Path, result: dict[str, Any] | None = None, **facts: Any) -> Take:
    """Write the lockfile with other facts of the take of `alley`, under a digest that fits. Returns the old take."""
    lock = read_lockfile(folder)
    record = lock.shots["alley"]
    (take,) = record.takes
    outputs = (replace(take.outputs[0], **(result or {})),)
    shots = {**lock.shots, "alley": replace(record, takes=(replace(take, outputs=outputs, **facts),))}
    write_lockfile(folder, Lockfile(lock.provider, lock.spec, shots, lock.retired))
    return take


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ({"result": {"sha256": "f" * 64}}, "outputs[0].sha256: "),
        ({"cost": Decimal("0.01")}, "cost: $0.48 → $0.01"),
        ({"result": {"video_url": "https://evil.example/a.mp4"}}, "outputs[0].videoURL: "),
        ({"finished_at": "2020-01-01T00:00:00Z"}, "finishedAt: "),
    ],
)
def test_an_altered_record_is_told_by_every_command_that_compares(
    films: Path, facts: dict[str, Any], told: str
) -> None:
    take = alter(films, **facts)
    verified = ltxspec("lock", "verify", "--base", "main", cwd=films, check=1)
    assert f"task {take.task_id}, recorded under `night.alley`: {told}" in verified.err
    text = " ".join(ltxspec("diff", cwd=films).out.split())
    assert f"Changed records of paid tasks: night.alley, task {take.task_id}: {told}" in text
    assert "Not ready: 1 paid task is recorded differently" in text
    assert "No changes" not in text
    document = ltxspec("diff", "--format", "json", "--detailed-exitcode", cwd=films, check=1).json
    assert [item["address"] for item in document["altered"]] == ["night.alley"]
    assert [item["code"] for item in document["refusals"]] == ["record-altered"]
    assert told.partition(":")[0] in unescape(ltxspec("diff", "--format", "markdown", cwd=films).out)


def test_git_shows_that_a_take_was_altered(films: Path) -> None:
    git(films, "config", "diff.ltxspec.textconv", "ltxspec lock textconv")
    (films / ".git" / "info" / "attributes").write_text("*.lock.json diff=ltxspec\n", "utf-8")
    alter(films, {"sha256": "f" * 64})
    shown = git(films, "diff").stdout
    assert f"in the archive, {'f' * 16})" in shown


def test_a_fresh_address_and_what_became_known_are_shown_and_stop_nothing(films: Path) -> None:
    def fresh(output: Output) -> dict[str, Any]:
        return {"video_url": f"https://videos.example/again/{output.video_uuid}.mp4"}

    alter(films, fresh(read_lockfile(films).shots["alley"].takes[0].outputs[0]))
    ltxspec("lock", "verify", "--base", "main", cwd=films)
    document = ltxspec("diff", "--format", "json", "--detailed-exitcode", cwd=films, check=2).json
    assert [change["expected"] for item in document["altered"] for change in item["changes"]] == [True]
    assert document["refusals"] == []


def test_a_block_under_another_name_is_damage(films: Path) -> None:
    path = films / "lockfiles" / "night.lock.json"
    document = json.loads(path.read_bytes())
    document["shots"]["alley"], document["shots"]["pier"] = document["shots"]["pier"], document["shots"]["alley"]
    path.write_text(json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n", "utf-8")
    assert "`alley`, `pier` do not match their digests" in ltxspec("lock", "verify", cwd=films, check=1).err


RULES = """\
[project]
id = "other"
[provider]
parallelism = 64
[budget]
per_apply = "500.00"
[delivery]
webhookURL = "https://user:pw@calls.example/hook?token=abc"
[[policy]]
assert = "plan.estimate.usd < 5"
severity = "warning"
"""


def test_changed_rules_stand_before_everything_else_with_both_values_and_no_secret(films: Path) -> None:
    write(films, "ltxspec.toml", RULES)
    edit(films, "specs/night.yaml", '"Rain over', '"Fog over')
    text = " ".join(ltxspec("diff", cwd=films).out.split())
    for line in (
        "project.id: test → other",
        "provider.parallelism: 4 → 64",
        "budget.per_apply: $5.00 → $500.00",
        "delivery.webhookURL: unset → https://calls.example/hook",
        "policy plan.estimate.usd < 5: unset → warning",
    ):
        assert line in text
    assert text.index("Rules and prices changed:") < text.index("specs/night.yaml")
    assert "; 5 rules or prices changed; limit" in text
    markdown = ltxspec("diff", "--format", "markdown", cwd=films).out
    assert markdown.splitlines()[2] == "⚠️ **Rules and prices changed:**"
    document = ltxspec("diff", "--format", "json", cwd=films).json
    assert {"name": "budget.per_apply", "before": "$5.00", "after": "$500.00"} in document["rules"]
    ltxspec("review", "--html", "page.html", cwd=films)
    page = (films / "page.html").read_text("utf-8")
    assert page.index("Rules and prices changed") < page.index("<h1>")
    assert "token=abc" not in f"{text}{markdown}{json.dumps(document)}{page}"
    assert "user:pw" not in f"{text}{markdown}{json.dumps(document)}{page}"


def test_a_deleted_limit_is_told_although_no_shot_changed(films: Path) -> None:
    write(films, "ltxspec.toml", '[project]\nid = "test"\n')
    out = ltxspec("diff", "--detailed-exitcode", cwd=films, check=2).out
    assert "budget.per_apply: $5.00 → unset" in out
    assert out.splitlines()[-1].startswith("No shot changed: 4 shots as before; 1 rule or price changed")


def test_an_address_that_a_spec_sends_videos_to_is_told(films: Path) -> None:
    edit(
        films, "specs/night.yaml", "fps: 25}", "fps: 25, uploadEndpoint: 'https://evil.example/put?X-Amz-Signature=1'}"
    )
    out = " ".join(ltxspec("diff", cwd=films).out.split())
    assert "uploadEndpoint of night.alley and 3 more: unset → https://evil.example/put" in out
    assert "Signature" not in out


def cheap_model(folder: Path) -> None:
    """The packaged file as the project's own, at a thousandth of its prices."""
    document = json.loads((REPOSITORY / "schemas" / "models" / MODEL).read_bytes())
    for row in document["x-ltxspec"]["price"]["rows"]:
        row["usdPerSecond"] = str(Decimal(row["usdPerSecond"]) / 1000)
    write(folder, f"schemas/models/{MODEL}", json.dumps(document))


def test_a_shadowed_price_is_told_and_limits_and_policies_reckon_with_the_higher_one(films: Path) -> None:
    cheap_model(films)
    policy = '[[policy]]\nassert = "plan.estimate.usd < 1"\nmessage = "too dear"\n'
    write(films, "ltxspec.toml", f'[project]\nid = "test"\n[budget]\nper_apply = "1.00"\n{policy}')
    edit(films, "specs/night.yaml", "city: Porto", "city: Lisbon")
    edit(films, "specs/night.yaml", "fps: 25}", "fps: 50}")
    commit(films, "cheap")
    planned = ltxspec("plan", cwd=films)
    assert f"warning[shadowed-price]: the project's own `{MODEL}` prices orders of `lightricks:2@0`" in planned.err
    assert {item["code"] for item in ltxspec("plan", "--format", "json", cwd=films).json["diagnostics"]} == {
        "over-budget",
        "policy",
        "shadowed-price",
    }
    text = " ".join(ltxspec("diff", "main", "feature", cwd=films).out.split())
    assert "model lightricks:2@0: the file that comes with ltxspec → a file of the project" in text
    assert "price of lightricks:2@0 at width 1920, height 1080: $0.06 a second → $0.00006 a second" in text
    assert "Not ready: the plan costs $1.92, which is over the limit of $1.00" in text
    assert "Not ready: refused by a policy" in text
    refused = ltxspec("apply", "--provider", "sandbox", "--auto-approve", "--max-cost", "1", cwd=films, check=4)
    assert "too dear" in refused.err


HIGHER = "by ltxspec's own prices, which limits use"


def test_wherever_a_lowered_price_is_shown_the_packaged_one_stands_beside_it(films: Path) -> None:
    cheap_model(films)
    edit(films, "specs/night.yaml", "city: Porto", "city: Lisbon")
    commit(films, "cheap")
    assert f"$0.96 {HIGHER}" in ltxspec("plan", cwd=films).out.splitlines()[-1]
    assert f"$0.48 {HIGHER}" in ltxspec("why", "night.alley", cwd=films).out
    assert f"$0.96 {HIGHER}" in ltxspec("diff", "main", "feature", cwd=films).out.splitlines()[-1]
    assert f"$0.96 {HIGHER}" in ltxspec("review", "main", "feature", "--png", "a.png", cwd=films).err
    told = ltxspec("comment", "--dry-run", "--base", "main", cwd=films).out.replace("&#36;&#8203;", "$")
    (headline,) = [line for line in told.splitlines() if line.startswith("**2 shots to render")]
    assert f"$0.96 {HIGHER}" in headline
    assert "warning[shadowed-price]" in ltxspec("render", cwd=films).err
    assert "limits use ltxspec's own prices" in ltxspec("models", cwd=films).out
    assert f"1920×1080: $0.06 {HIGHER}; $0.00006 here" in ltxspec("models", "lightricks:2@0", cwd=films).out
    assert "WARN prices" in ltxspec("doctor", "--provider", "sandbox", cwd=films).out


def test_a_review_that_may_go_on_names_what_limits_reckon_with(films: Path) -> None:
    cheap_model(films)
    edit(films, "specs/night.yaml", "city: Porto", "city: Lisbon")
    commit(films, "cheap")
    text = " ".join(ltxspec("diff", "main", "feature", cwd=films).out.split())
    assert "to spend by the project's own prices, $0.96 by ltxspec's, which limits use, within the limit" in text
    document = ltxspec("diff", "main", "feature", "--format", "json", cwd=films).json
    assert document["reckoned"] == "0.96"
    head = git(films, "rev-parse", "feature").stdout.strip()
    write(films, "report.json", json.dumps(document))
    told = ltxspec("comment", "--report", "report.json", "--head", head, "--dry-run", cwd=films).out
    assert "Rules and prices changed" in told
    assert "which limits use" in told
