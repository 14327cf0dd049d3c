"""Texts of strangers stay texts, and the page can reach nothing outside even if one of them were obeyed."""

import contextlib
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from browsing import Opened
from playwright.sync_api import expect
from replacing import replace
from storyboards import Films, pending, review, shot, take, write_page

from ltxspec.errors import Diagnostic
from ltxspec.plan.actions import FieldChange
from ltxspec.review.models import ApplyRefusal, Cause, CauseKind, Review, ShotKind

pytestmark = pytest.mark.browser

ATTACK = (
    "</script></title><script>window.owned = 1</script><img src=x onerror='window.owned = 1'>\" onclick=\"owned = 1"
)


def hostile(films: Films) -> Review:
    """A review in which every text a stranger could write is an attack."""
    before, after = (take(n, f"{ATTACK} {n}", films.make("A"), seed=ATTACK) for n in (1, 2))
    url = replace(after.outputs[0], sha256=None, video_url=f"javascript:{ATTACK}")
    one = shot(
        ATTACK,
        ShotKind.RENDERED,
        before,
        after,
        bought=(replace(after, outputs=(url,)),),
        title=ATTACK,
        labels={ATTACK: ATTACK},
        source=(ATTACK, 1, 1),
        changes=(FieldChange(f"/{ATTACK}", ATTACK, f"{ATTACK} again"),),
        causes=(Cause(CauseKind.FILE, ATTACK, ATTACK, ATTACK),),
        spec=ATTACK,
    )
    two = shot(
        "away", ShotKind.RENDERED, take(3, "a", url), take(4, "b", replace(url, video_url="https://ok.example/a.mp4"))
    )
    three = shot("come", ShotKind.BLOCKED, change=replace(pending("come", "c"), note=ATTACK))
    return review(
        one,
        two,
        three,
        base_name=ATTACK,
        provider=ATTACK,
        refusals=(ApplyRefusal(ATTACK, ATTACK, ATTACK),),
        diagnostics=(Diagnostic("error", ATTACK, ATTACK, None, ATTACK),),
    )


def test_markup_in_texts_is_shown_and_not_obeyed(
    open_page: Callable[..., Opened], films: Films, tmp_path: Path
) -> None:
    storyboard = open_page(write_page(films, hostile(films), tmp_path / "review.html"))
    storyboard.settle()
    storyboard.page.locator("h2").first.click()
    assert storyboard.ask("window.owned") is None
    expect(storyboard.page.locator("h2").first).to_contain_text(ATTACK, use_inner_text=True)
    assert storyboard.ask("document.querySelectorAll('[onclick], [onerror], iframe').length") == 0
    links = storyboard.page.eval_on_selector_all(".blank a", "(all) => all.map((one) => one.href)")
    assert links == ["https://ok.example/a.mp4"]


@pytest.fixture
def outside() -> Iterator[socket.socket]:
    """A server that waits to be told something."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)
        yield server


def heard(server: socket.socket) -> bytes:
    """All that callers said. Chromium dials for a frame or a form before it asks the policy, and says nothing."""
    said = b""
    while True:
        try:
            caller, _ = server.accept()
        except TimeoutError:
            return said
        with caller:
            caller.settimeout(0.1)
            with contextlib.suppress(OSError):
                said += caller.recv(1000)


def test_the_policy_lets_nothing_in_and_nothing_out(storyboard: Opened, outside: socket.socket) -> None:
    url = f"http://127.0.0.1:{outside.getsockname()[1]}/"
    make = "document.body.appendChild(Object.assign(document.createElement"
    attempts = (
        f"{make}('script'), {{textContent: 'owned = 1'}}))",
        f"{make}('script'), {{src: '{url}'}}))",
        "document.body.setAttribute('onclick', 'owned = 1'); document.body.click()",
        "setTimeout('owned = 1')",
        f"fetch('{url}').catch(() => 0)",
        f"new Image().src = '{url}'",
        f"{make}('video'), {{src: '{url}'}}))",
        f"{make}('iframe'), {{src: '{url}'}}))",
        "document.body.setAttribute('style', 'background: red')",
        f"{make}('form'), {{action: '{url}'}})).submit()",
    )
    storyboard.requests.clear()
    for attempt in attempts:
        storyboard.ask(f"(() => {{ {attempt} }})()")
    storyboard.until("document.querySelector('iframe') !== null")
    storyboard.page.wait_for_timeout(300)
    assert storyboard.ask("window.owned") is None
    assert storyboard.ask("getComputedStyle(document.body).backgroundColor") != "rgb(255, 0, 0)"
    assert heard(outside) == b""
    refused = [text for text in storyboard.complaints if "Content Security Policy" in text]
    assert len(refused) >= len(attempts)
    storyboard.complaints.clear()
    storyboard.requests.clear()
