from unit.report.plans import change

from ltxspec.plan.actions import Action, Reason
from ltxspec.report.cures import cure, retry_command, retry_line


def test_a_failure_that_may_pass_is_not_advised_like_a_permanent_one() -> None:
    refused = change("a", Action.BLOCKED, Reason.FAILED_FOR_GOOD)
    overloaded = change("a", Action.BLOCKED, Reason.ATTEMPTS_USED_UP)
    assert cure(refused) == "edit the shot or `--retry night-scenes.a`"
    assert cure(overloaded) == "the cause may pass: try again later with `--retry night-scenes.a`"
    assert "edit" in retry_line(refused)
    assert "edit" not in retry_line(overloaded)


def test_the_retry_command_can_be_pasted_into_a_shell() -> None:
    assert retry_command(change("alley", Action.BLOCKED)) == "--retry night-scenes.alley"
    assert retry_command(change("w[a'b]", Action.BLOCKED)) == "--retry 'night-scenes.w[a'\"'\"'b]'"
