"""One comment, whatever else happens at the same time. Every test runs against both forges."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from fake_forges import HEAD, OLD_HEAD, Answer, Asked, FakeGitHub, FakeGitLab, Slept

from ltxspec.forges.http import ForgePace
from ltxspec.forges.marker import Marker
from ltxspec.forges.port import ForgeError
from ltxspec.forges.sticky import PostOutcome, post

DIGEST = "sha256:" + "d" * 64
STRANGER = (9, "stranger", "User")
Fake = FakeGitHub | FakeGitLab
Open = Callable[..., Any]


@pytest.fixture(params=[FakeGitHub, FakeGitLab], ids=["github", "gitlab"])
def far(request: pytest.FixtureRequest) -> Fake:
    made: Fake = request.param()
    return made


def marker(run: int = 5, *, head: str = HEAD, digest: str = DIGEST, key: str = "ltxspec") -> Marker:
    return Marker(head, digest, (run, 1) if run else (0, 0), key)


def body(run: int, text: str, **more: Any) -> str:
    return f"{marker(run, **more).line()}\n{text}"


def texts(far: Fake) -> list[str]:
    """What the comments say, without markers."""
    return [item["body"].partition("\n")[2] if Marker.read(item["body"]) else item["body"] for item in far.comments]


def test_the_first_run_makes_the_comment(far: Fake, opened: Open, slept: Slept) -> None:
    far.add("nice film", author=STRANGER)
    posted = post(opened(far), marker(), "two shots", ForgePace(slept))
    assert posted.outcome is PostOutcome.CREATED
    assert posted.comment is not None
    assert posted.comment.url.endswith(str(far.comments[-1]["id"]))
    assert texts(far) == ["nice film", "two shots"]


def test_the_next_run_brings_it_up_to_date(far: Fake, opened: Open, slept: Slept) -> None:
    far.add(body(4, "one shot", head=OLD_HEAD))
    assert post(opened(far), marker(5), "two shots", ForgePace(slept)).outcome is PostOutcome.UPDATED
    assert texts(far) == ["two shots"]


def test_saying_the_same_again_writes_nothing(far: Fake, opened: Open, slept: Slept) -> None:
    far.add(body(4, "two shots\r\nin all\r\n"))
    assert post(opened(far), marker(5), "two shots\nin all", ForgePace(slept)).outcome is PostOutcome.UNCHANGED
    assert far.writes() == []


def test_a_comment_on_a_later_page_is_found(far: Fake, opened: Open, slept: Slept) -> None:
    for number in range(250):
        far.add(f"comment {number}", author=STRANGER)
    far.add(body(4, "one shot"))
    post(opened(far), marker(5), "two shots", ForgePace(slept))
    assert texts(far)[250:] == ["two shots"]


def test_a_run_whose_head_moved_on_writes_nothing(far: Fake, opened: Open, slept: Slept) -> None:
    posted = post(opened(far), marker(head=OLD_HEAD), "old news", ForgePace(slept))
    assert (posted.outcome, far.comments) == (PostOutcome.SUPERSEDED, [])


def test_a_head_that_moves_between_two_tries_stops_the_run(far: Fake, opened: Open, slept: Slept) -> None:
    busy = Answer(503, {"message": "busy"})

    def push(asked: Asked) -> None:
        if asked.method == "POST":
            far.head = "f" * 40
            far.faults[:] = [busy]

    far.before = push
    assert post(opened(far), marker(), "two shots", ForgePace(slept)).outcome is PostOutcome.SUPERSEDED
    assert far.comments == []


def test_an_older_run_does_not_set_the_comment_back(far: Fake, opened: Open, slept: Slept) -> None:
    far.add(body(6, "three shots"))
    assert post(opened(far), marker(5), "two shots", ForgePace(slept)).outcome is PostOutcome.SUPERSEDED
    assert texts(far) == ["three shots"]
    assert far.writes() == []


def test_a_newer_run_of_another_head_is_believed_when_the_head_is_read_again(
    far: Fake, opened: Open, slept: Slept
) -> None:
    far.add(body(6, "three shots", head=OLD_HEAD))

    def catch_up(asked: Asked) -> None:  # the forge told an old head first
        if asked.path.endswith(("/comments", "/notes")):
            far.head = OLD_HEAD

    far.before = catch_up
    assert post(opened(far), marker(5), "two shots", ForgePace(slept)).outcome is PostOutcome.SUPERSEDED
    assert texts(far) == ["three shots"]


def test_a_branch_that_was_pushed_back_gets_its_comment_again(far: Fake, opened: Open, slept: Slept) -> None:
    far.add(body(6, "three shots", head=OLD_HEAD))
    assert post(opened(far), marker(5), "two shots", ForgePace(slept)).outcome is PostOutcome.UPDATED
    assert texts(far) == ["two shots"]


def test_duplicates_are_healed_and_the_oldest_stays(far: Fake, opened: Open, slept: Slept) -> None:
    oldest = far.add(body(3, "one"))
    far.add("between", author=STRANGER)
    far.add(body(3, "one"))
    far.add(body(4, "two"))
    post(opened(far), marker(5), "three", ForgePace(slept))
    assert texts(far) == ["three", "between"]
    assert far.comments[0]["id"] == oldest["id"]


def test_comments_of_others_are_never_touched(far: Fake, opened: Open, slept: Slept) -> None:
    far.add(body(9, "a forged plan"), author=STRANGER)
    far.add("> quoted\n" + body(4, "one"))  # our account, but the marker does not stand first
    post(opened(far), marker(5), "two shots", ForgePace(slept))
    assert texts(far)[0] == "a forged plan"
    assert len(far.comments) == 3


def test_projects_of_one_repository_have_a_comment_each(far: Fake, opened: Open, slept: Slept) -> None:
    for key in ("films/a", "films/b", "films/a"):
        post(opened(far), marker(5, key=key), f"plan of {key}", ForgePace(slept))
    assert texts(far) == ["plan of films/a", "plan of films/b"]


def test_two_runs_that_start_at_once_end_with_one_comment_of_the_newer(far: Fake, opened: Open, slept: Slept) -> None:
    together = threading.Barrier(2, timeout=20)
    waited = threading.local()

    def meet(asked: Asked) -> None:
        if asked.method == "POST" and not getattr(waited, "done", False):
            waited.done = True  # a server thread serves one client's connection
            together.wait()

    far.before = meet
    forges = [opened(far), opened(far)]
    threads = [
        threading.Thread(target=post, args=(forge, marker(run), f"run {run}", ForgePace(slept)))
        for forge, run in zip(forges, (5, 6), strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert far.writes().count("POST") == 2  # both made one
    assert texts(far) == ["run 6"]


def test_a_newer_run_that_died_after_its_duplicate_is_not_set_back(far: Fake, opened: Open, slept: Slept) -> None:
    far.add(body(4, "old"))
    far.add(body(6, "newest"))
    assert post(opened(far), marker(5), "older", ForgePace(slept)).outcome is PostOutcome.SUPERSEDED
    assert texts(far) == ["newest"]


def test_two_runs_of_equal_rank_do_not_overwrite_each_other_for_ever(far: Fake, opened: Open, slept: Slept) -> None:
    def other_writes(asked: Asked) -> None:
        if asked.method == "GET" and far.comments:
            far.comments[0]["body"] = body(5, "the other's")

    far.before = other_writes
    assert post(opened(far), marker(5), "mine", ForgePace(slept)).outcome is PostOutcome.SUPERSEDED


def test_a_created_comment_whose_answer_is_lost_is_not_made_twice(far: Fake, opened: Open, slept: Slept) -> None:
    def create_and_break(asked: Asked) -> None:
        if asked.method == "POST" and not far.comments:
            far.add(asked.body["body"])
            far.faults[:] = [Answer(0)]

    far.before = create_and_break
    assert post(opened(far), marker(), "two shots", ForgePace(slept)).outcome is PostOutcome.CREATED
    assert texts(far) == ["two shots"]


def test_a_list_that_lags_behind_makes_no_second_comment(far: Fake, opened: Open, slept: Slept) -> None:
    def lag(asked: Asked) -> None:
        if asked.method == "GET" and asked.path.endswith(("/comments", "/notes")):
            far.faults[:] = [Answer(200, [])]

    far.before = lag
    assert post(opened(far), marker(), "two shots", ForgePace(slept)).outcome is PostOutcome.CREATED
    assert texts(far) == ["two shots"]


def test_a_comment_removed_meanwhile_is_made_again(far: Fake, opened: Open, slept: Slept) -> None:
    far.add(body(4, "one"))

    def remove(asked: Asked) -> None:
        if asked.method in {"PATCH", "PUT"}:
            far.comments.clear()

    far.before = remove
    post(opened(far), marker(5), "two shots", ForgePace(slept))
    assert texts(far) == ["two shots"]


def test_a_busy_forge_is_waited_for_as_long_as_it_asks(far: Fake, opened: Open, slept: Slept) -> None:
    def busy_once(asked: Asked) -> None:
        if asked.method == "POST" and 7.0 not in slept.waits:
            far.faults[:] = [Answer(429, {"message": "slow down"}, {"Retry-After": "7"})]

    far.before = busy_once
    post(opened(far), marker(), "two shots", ForgePace(slept))
    assert 7.0 in slept.waits
    assert texts(far) == ["two shots"]


def test_a_forge_that_stays_busy_is_given_up(far: Fake, opened: Open, slept: Slept) -> None:
    def busy(asked: Asked) -> None:
        if asked.method == "POST":
            far.faults[:] = [Answer(502)]

    far.before = busy
    with pytest.raises(ForgeError, match="status 502"):
        post(opened(far), marker(), "two shots", ForgePace(slept))
    assert sum(slept.waits) < 1200


def test_a_forge_that_wants_an_hour_is_left_to_the_next_run(far: Fake, opened: Open, slept: Slept) -> None:
    def shut(asked: Asked) -> None:
        if asked.method == "POST":
            far.faults[:] = [Answer(429, {"message": "quota"}, {"Retry-After": "3600"})]

    far.before = shut
    with pytest.raises(ForgeError, match="3600 s"):
        post(opened(far), marker(), "two shots", ForgePace(slept))
    assert slept.waits == []


def test_a_comment_that_the_forge_shows_as_somebody_else_s_is_not_written_again(
    far: Fake, opened: Open, slept: Slept
) -> None:
    """Whose the token is may not be known, as for an app that cannot ask; each run wrote eight comments then."""
    far.may_ask_who = True
    made = far.comment_json

    def by_another(number: int, body: str, author: tuple[int, str, str]) -> dict[str, Any]:
        return made(number, body, (author[0] + 1, "somebody[bot]", "Bot"))

    far.comment_json = by_another  # type: ignore[method-assign]  # a forge that names another author
    posted = post(opened(far), marker(), "two shots", ForgePace(slept))
    assert posted.outcome is PostOutcome.CREATED
    assert "does not show the comment as ours" in posted.reason
    assert far.writes() == ["POST"]


def test_a_write_that_never_shows_is_tried_twice_and_no_more(far: Fake, opened: Open, slept: Slept) -> None:
    def swallow(asked: Asked) -> None:
        if asked.method == "POST" and asked.path != "/graphql":
            far.faults[:] = [Answer(504, {"message": "upstream timed out"})]

    far.before = swallow
    with pytest.raises(ForgeError, match="after 2 attempts: status 504: upstream timed out"):
        post(opened(far), marker(), "two shots", ForgePace(slept))
    assert far.writes() == ["POST", "POST"]


def test_a_limit_of_requests_writes_nothing_and_is_no_attempt(far: Fake, opened: Open, slept: Slept) -> None:
    def limited(asked: Asked) -> None:
        if asked.method == "POST" and len(far.writes()) < 4:
            far.faults[:] = [Answer(429, {"message": "slow down"}, {"Retry-After": "2"})]

    far.before = limited
    assert post(opened(far), marker(), "two shots", ForgePace(slept)).outcome is PostOutcome.CREATED
    assert texts(far) == ["two shots"]


def test_an_update_that_the_list_does_not_show_is_repeated_once(far: Fake, opened: Open, slept: Slept) -> None:
    old = dict(far.add(body(4, "one", head=OLD_HEAD)))

    def lag(asked: Asked) -> None:
        if asked.method == "GET" and asked.path.endswith(("/comments", "/notes")):
            far.faults[:] = [Answer(200, [old])]

    far.before = lag
    posted = post(opened(far), marker(5), "two shots", ForgePace(slept))
    assert posted.outcome is PostOutcome.UPDATED
    assert posted.reason == "the forge does not show yet what was written"
    assert len(far.writes()) == 2
    assert texts(far) == ["two shots"]
