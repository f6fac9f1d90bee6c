"""Debian's Chromium, and pages in it that must stay on their origin and within their security policy."""

import threading
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect, sync_playwright

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; worker-src 'self'; frame-ancestors 'none'"
)
#: Sizes of windows in CSS pixels.
DESKTOP = {"width": 1360, "height": 900}
PHONE = {"width": 390, "height": 844}
#: The width that WCAG asks pages to fit into.
NARROWEST = {"width": 320, "height": 640}

#: Longest wait in ms for what a page or its server does: busy machines are slow.
PATIENCE = 30_000
expect.set_options(timeout=PATIENCE)


@contextmanager
def chromium():
    """Give a running Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        yield browser
        browser.close()


@contextmanager
def served(folder):
    """Give the URL of a folder that is served with the headers of `chemdb serve`."""
    server = _Server(("127.0.0.1", 0), partial(_Handler, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def page_in(browser, **context):
    """Give an empty page; at the end it has had no error, no report of its policy and no request to elsewhere."""
    with browser.new_context(**{"viewport": DESKTOP, **context}) as opened:
        page = opened.new_page()
        page.set_default_timeout(PATIENCE)
        complaints, addresses = [], []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None,
        )
        page.on("request", lambda request: addresses.append(request.url))
        yield page
        origins = {
            urlsplit(address)[:2] for address in addresses if not address.startswith(("blob:", "data:"))
        }
        assert not complaints, complaints
        assert len(origins) <= 1, origins


def violations(page):
    """Return what axe, which checks accessibility, finds on a page: the rule and the element of each."""
    found = Axe().run(page).response["violations"]
    return [f"{rule['id']}: {node['html']}" for rule in found for node in rule["nodes"]]


class _Server(ThreadingHTTPServer):
    def handle_error(self, *arguments):
        """Print nothing: a page may be left before it is complete."""


class _Handler(SimpleHTTPRequestHandler):
    extensions_map = {**SimpleHTTPRequestHandler.extensions_map, ".js": "text/javascript"}  # noqa: RUF012

    def end_headers(self):
        self.send_header("Content-Security-Policy", POLICY)
        self.send_header("X-Content-Type-Options", "nosniff")
        super().end_headers()

    def log_message(self, *arguments):
        """Print nothing."""
