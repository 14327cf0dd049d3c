"""`[[policy]]` through the real command: shown by a plan with its place, refused by an apply before any order."""

import re
from pathlib import Path

from acceptance.commands import REPOSITORY, ltxspec, write_spec

SANDBOX = ("--provider", "sandbox")
SHOTS = "model: lightricks:ltx@2.5-fast\ndefaults: {width: 1280, height: 720, duration: 6, fps: 24}\nshots:\n"
POLICY = """\
[[policy]]
assert = "duration <= 5"
message = "{{ shot.address }} is {{ duration }} s long"
severity = "warning"

[[policy]]
assert = "plan.estimate.usd <= 1"
message = "a change costs at most a dollar, this one {{ plan.estimate.usd }}"
"""


def project(folder: Path, policy: str, *shots: str) -> Path:
    (folder / "ltxspec.toml").write_text(f"[sandbox]\nspeed = 1000\n\n{policy}", encoding="utf-8")
    write_spec(folder, SHOTS + "".join(f"  {name}: {{prompt: 'shot {name}'}}\n" for name in shots))
    return folder


def test_a_plan_shows_which_rules_do_not_hold_and_where_they_stand(tmp_path: Path) -> None:
    project(tmp_path, POLICY, "a", "b")
    told = ltxspec("plan", *SANDBOX, cwd=tmp_path).err
    assert "warning[policy]: night.a is 6 s long\n" in told
    assert "--> ltxspec.toml:5:1" in told
    assert "error[policy]: a change costs at most a dollar, this one 1.08" in told
    found = ltxspec("plan", *SANDBOX, "--format", "json", cwd=tmp_path).json["diagnostics"]
    assert [(item["severity"], item["code"], item["line"]) for item in found] == [
        ("warning", "policy", 5),
        ("warning", "policy", 5),
        ("error", "policy", 10),
    ]
    assert "a change costs at most a dollar" in ltxspec("plan", *SANDBOX, "--format", "markdown", cwd=tmp_path).out


def test_an_apply_is_refused_by_an_error_and_not_by_a_warning(tmp_path: Path) -> None:
    project(tmp_path, POLICY, "a", "b")
    refused = ltxspec("apply", *SANDBOX, cwd=tmp_path, check=4)
    assert "error[policy]: refused by a policy (ltxspec.toml:10): a change costs at most a dollar" in refused.err
    assert not list((tmp_path / ".ltxspec" / "sandbox").glob("*.sqlite*")), "the service was never asked"
    project(tmp_path, POLICY, "a")
    assert "1 rendered" in ltxspec("apply", *SANDBOX, cwd=tmp_path).out
    assert ltxspec("apply", *SANDBOX, cwd=tmp_path).out.startswith("No changes.")


def test_a_saved_plan_is_held_to_the_rules_of_the_day_it_is_applied(tmp_path: Path) -> None:
    project(tmp_path, "", "a")
    ltxspec("plan", *SANDBOX, "-o", "plan.json", cwd=tmp_path)
    project(tmp_path, "[[policy]]\nassert = \"prompt != 'shot a'\"\n", "a")
    assert "`prompt != 'shot a'` is not true (`night.a`)" in ltxspec("apply", "plan.json", cwd=tmp_path, check=4).err


def test_a_rule_with_a_mistake_refuses_and_says_what_is_wrong(tmp_path: Path) -> None:
    project(tmp_path, '[[policy]]\nassert = "durration <= 8"\n', "a")
    refused = ltxspec("apply", *SANDBOX, cwd=tmp_path, check=4)
    assert "`durration` is not defined" in refused.err
    assert "did you mean `duration`?" in refused.err


def test_a_policy_without_an_assertion_is_a_mistake_in_the_configuration(tmp_path: Path) -> None:
    project(tmp_path, '[[policy]]\nmessage = "no"\n', "a")
    assert "a policy needs `assert`" in ltxspec("plan", cwd=tmp_path, check=1).err


def test_the_rules_of_the_guide_are_rules(tmp_path: Path) -> None:
    guide = (REPOSITORY / "docs" / "policy.md").read_text("utf-8")
    project(tmp_path, "\n".join(re.findall(r"^```toml\n(.*?)^```$", guide, re.MULTILINE | re.DOTALL)), "a")
    (idle,) = ltxspec("plan", *SANDBOX, "--format", "json", cwd=tmp_path).json["diagnostics"]
    assert idle["code"] == "idle-limit"  # of `campaign`, which no shot has here
    spec = tmp_path / "specs" / "night.yaml"
    spec.write_text(spec.read_text().replace("duration: 6", "duration: 10"))
    (found, _) = ltxspec("plan", *SANDBOX, "--format", "json", cwd=tmp_path).json["diagnostics"]
    assert found["message"].startswith("night.a is 10 s long; more than 8 needs the label `approved`")
    spec.write_text(spec.read_text().replace("{prompt:", "{labels: {approved: 'yes', campaign: autumn}, prompt:"))
    assert ltxspec("plan", *SANDBOX, "--format", "json", cwd=tmp_path).json["diagnostics"] == []
