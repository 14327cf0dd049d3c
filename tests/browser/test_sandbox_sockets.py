"""A page of another site cannot open a WebSocket to a sandbox on a port: in a real browser, which would let it."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sandboxes import HandClock, catalog, tiny_film

from ltxspec.providers.sandbox.serve import serving
from ltxspec.providers.sandbox.settings import SandboxSettings

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

OPEN_ONE = """address => new Promise(done => {
  const socket = new WebSocket(address);
  socket.onopen = () => socket.send('[{"taskType": "authentication", "apiKey": "any"}]');
  socket.onmessage = event => done(JSON.parse(event.data).data[0].taskType);
  socket.onerror = () => done("refused");
})"""


class Page(BaseHTTPRequestHandler):
    """An empty page."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing on stderr."""


@pytest.fixture
def elsewhere() -> Iterator[str]:
    """A page that another server of this machine serves."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()


def test_only_pages_of_the_sandbox_itself_open_sockets(browser: "Browser", elsewhere: str, tmp_path: Path) -> None:
    settings = SandboxSettings(catalog(), HandClock(), tiny_film, tmp_path)
    with serving(settings) as url:
        address = url.replace("http://", "ws://")
        with browser.new_context() as context:
            page = context.new_page()
            page.goto(url.replace("/v1", "/sandbox/ledger"))
            assert page.evaluate(OPEN_ONE, address) == "authentication"
            page.goto(elsewhere)
            assert page.evaluate(OPEN_ONE, address) == "refused"
            page.goto("data:text/html,a page without an origin")
            assert page.evaluate(OPEN_ONE, address) == "refused"
