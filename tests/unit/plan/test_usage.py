from datetime import date

from ltxspec.plan.usage import UsageQuestion, UsageReport, every_model


def test_by_default_every_model_and_every_key_is_asked_about() -> None:
    question = UsageQuestion(date(2026, 11, 1), date(2026, 11, 30))
    assert (question.keys, question.by_day) == ((), every_model)
    assert question.by_day("a:1@1")


def test_what_a_report_does_not_tell_is_not_known() -> None:
    report = UsageReport(date(2026, 11, 1), date(2026, 11, 30), [])
    assert (report.sums, report.keys, report.since, report.remarks) == ((), (), None, ())
