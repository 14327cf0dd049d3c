from email.utils import format_datetime

import httpx
import pytest
from sandboxes import HandClock

from ltxspec.errors import ProviderUnavailable
from ltxspec.providers.reaching import reach

ADDRESS = "https://api.example/v1?token=hush"


def answering(date: str | None) -> httpx.MockTransport:
    headers = {} if date is None else {"Date": date}
    return httpx.MockTransport(lambda _: httpx.Response(401, headers=headers))


def test_any_answer_reaches_the_host_and_tells_how_far_the_clock_is_ahead() -> None:
    clock = HandClock()
    date = format_datetime(clock.now(), usegmt=True)
    assert reach(ADDRESS, 1, clock, answering(date)).ahead == 0
    clock.pass_seconds(0.9)  # within the second that the date names
    assert reach(ADDRESS, 1, clock, answering(date)).ahead == 0
    clock.pass_seconds(60)
    found = reach(ADDRESS, 1, clock, answering(date))
    assert (found.host, round(found.ahead or 0)) == ("api.example", 60)


@pytest.mark.parametrize("date", [None, "yesterday", "Thu, 99 Nov 2026 10:00:00 GMT"])
def test_an_answer_without_a_time_says_nothing_about_the_clock(date: str | None) -> None:
    assert reach(ADDRESS, 1, HandClock(), answering(date)).ahead is None


def test_no_answer_is_explained_without_the_query_of_the_address() -> None:
    def fail(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("slow", request=request)

    with pytest.raises(ProviderUnavailable) as caught:
        reach(ADDRESS, 1, HandClock(), httpx.MockTransport(fail))
    assert "api.example" in caught.value.line
    assert "hush" not in caught.value.line
    with pytest.raises(ProviderUnavailable, match="is not valid"):
        reach("http://a:b", 1, HandClock())
