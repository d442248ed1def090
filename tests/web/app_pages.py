"""Opens pages of the app in a browser and notes everything a user would complain about."""

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from forked import run_forked
from playwright.sync_api import Browser, BrowserContext, Page, expect

AXE = (Path(__file__).parent / "vendor" / "axe-4.14.1.min.js").read_text("utf-8")
# a wait for something to happen, as long as a busy machine takes
expect.set_options(timeout=30_000)
WIDTHS = (1440, 360)
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
# put in before any script of the page, because the page's policy refuses a script that is added later
WATCH = """
window.shift = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shift += entry.value;
}).observe({ type: "layout-shift", buffered: true });
document.addEventListener("securitypolicyviolation", (event) => {
  console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`);
});
"""
HAS_AXE = "typeof axe !== 'undefined'"
# without selectors it takes half as long; they are asked for when there is something to name
RUN_AXE = """async (tags) => {
  const options = { runOnly: tags, resultTypes: ["violations"] };
  const quick = await axe.run(document, { ...options, selectors: false });
  if (!quick.violations.length) return [];
  return (await axe.run(document, options)).violations.map((violation) =>
    `${violation.id}: ${violation.nodes.map((node) => node.target.join(" ")).slice(0, 3).join(", ")}`);
}"""


@dataclass
class Instance:
    """A running instance with the demo world."""

    address: str
    email: str
    password: str
    state: Any = None


@contextmanager
def serving(folder: Path, **options: str) -> Iterator[tuple[str, str]]:
    """`coterie serve` until the block ends: its address, and the link that sets it up ("" if it is)."""
    environment = {**os.environ, "COTERIE_DATA": str(folder), **options}
    command = [sys.executable, "-m", "coterie", "serve", "--port", "0"]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        lines: dict[str, str] = {}
        for line in server.stderr:
            lines |= {key: value for key, value in json.loads(line).items() if key in ("url", "set_up")}
            if "worker started" in line:
                break
        # a full pipe would stop the server
        reader = threading.Thread(target=server.stderr.read)
        reader.start()
        try:
            yield lines["url"], lines.get("set_up", "")
        finally:
            server.terminate()
            reader.join()


@dataclass(frozen=True)
class Demo:
    """A data folder with the demo world, and who signs in there."""

    folder: Path
    email: str
    password: str


def make_demo(folder: Path, **options: str) -> Demo:
    """Runs `coterie demo`. options: of the environment."""
    environment = {**os.environ, "COTERIE_DATA": str(folder), **options}
    done = run_forked(["demo", "--json"], environment, "")
    assert done.returncode == 0, done.stderr
    made = json.loads(done.stdout)
    return Demo(folder, made["email"], made["password"])


@contextmanager
def running(folder: Path, demo: Demo) -> Iterator[Instance]:
    """`coterie serve` for a copy of the demo world in a new folder, until the block ends."""
    shutil.copytree(demo.folder, folder)
    with serving(folder) as (address, _):
        yield Instance(address, demo.email, demo.password)


@dataclass
class Watched:
    """A page of a browser, and what went wrong on it."""

    page: Page
    instance: Instance
    complaints: list[str] = field(default_factory=list)

    def visit(self, path: str, *, axe: bool = True) -> None:
        """Opens a page, which may not move while it loads, and checks it."""
        response = self.page.goto(self.instance.address + path)
        assert response is not None and response.ok, path
        assert self.page.evaluate("window.shift") < 0.02, path
        self.check(axe=axe)

    def check(self, *, axe: bool = True) -> None:
        """Fails if the page asked another host, logged anything, scrolls sideways or is not accessible."""
        # what waits for the server is dimmed, until the page that it asked for is loaded
        expect(self.page.locator(".htmx-request")).to_have_count(0)
        self.page.wait_for_load_state()
        width = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert width <= 0, f"{self.page.url} scrolls {width} pixels sideways"
        violations = self.violations() if axe else []
        assert not [*self.complaints, *violations], "\n".join([self.page.url, *self.complaints, *violations])

    def violations(self) -> list[str]:
        """What axe finds. It comes into a page when it is needed: reading it takes longer than most pages."""
        if not self.page.evaluate(HAS_AXE):
            self.page.evaluate(AXE)
        found: list[str] = self.page.evaluate(RUN_AXE, list(TAGS))
        return found

    def visit_everywhere(self, path: str, *, axe: bool = True) -> None:
        """Opens a page in both sizes and checks it in both themes."""
        for width in WIDTHS:
            self.page.set_viewport_size({"width": width, "height": 900})
            self.visit(path, axe=False)
            self._check_themes(axe=axe)
        self.page.set_viewport_size({"width": WIDTHS[0], "height": 900})

    def check_everywhere(self, *, axe: bool = True) -> None:
        """Checks the page as it stands, in both sizes and both themes."""
        for width in WIDTHS:
            self.page.set_viewport_size({"width": width, "height": 900})
            self._check_themes(axe=axe)
        self.page.set_viewport_size({"width": WIDTHS[0], "height": 900})

    def _check_themes(self, *, axe: bool) -> None:
        for scheme in SCHEMES:
            self.page.emulate_media(color_scheme=scheme)
            self.check(axe=axe)
        self.page.emulate_media(color_scheme=SCHEMES[0])


def open_page(browser: Browser, instance: Instance, **options: Any) -> tuple[BrowserContext, Watched]:
    """A page of a browser that is signed in; options of the context."""
    options = {"viewport": {"width": 1440, "height": 900}, "reduced_motion": "reduce"} | options
    context = browser.new_context(storage_state=instance.state, **options)
    context.add_init_script(WATCH)
    page = context.new_page()
    watched = Watched(page, instance)
    origin = instance.address
    page.on(
        "request", lambda request: None if request.url.startswith(origin) else watched.complaints.append(request.url)
    )
    page.on("console", lambda message: watched.complaints.append(message.text))
    page.on("pageerror", lambda error: watched.complaints.append(str(error)))
    if instance.state is None:
        sign_in(page, instance)
        instance.state = context.storage_state()
    return context, watched


def sign_in(page: Page, instance: Instance) -> None:
    page.goto(f"{instance.address}/sign-in")
    page.get_by_label("E-mail").fill(instance.email)
    page.get_by_label("Password").fill(instance.password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/today")
