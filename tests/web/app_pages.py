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
from typing import Any

from forked import run_forked
from playwright.sync_api import Browser, BrowserContext, Page, expect

AXE = (Path(__file__).parent / "vendor" / "axe-4.14.1.min.js").read_text("utf-8")
# a wait for something to happen, as long as a busy machine takes
WAIT_MILLISECONDS = 60_000
expect.set_options(timeout=WAIT_MILLISECONDS)
WIDTHS = (1440, 360)
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
# work in progress: htmx asks, swaps or binds what it put in; a page asks each second how far a job is
BUSY = ".htmx-request, .htmx-swapping, .htmx-settling, .htmx-added, [hx-trigger^=every], [data-working]"
# the rules whose result depends on colours: all that a theme changes (tests/web/test_static.py)
COLOUR_RULES = ("color-contrast", "link-in-text-block")
# what is too low for a fingertip; a link within a sentence may be (WCAG 2.5.8), and the name in a row is as high as it
LOW_TARGETS = """() => [...document.querySelectorAll("a[href], button, summary, select, textarea, input")]
.filter((each) => {
  if (!each.checkVisibility() || each.matches(".skip, .person-row a, [type=hidden]")) return false;
  const isAlone = each.parentElement.textContent.trim() === each.textContent.trim();
  const isInText = getComputedStyle(each).display === "inline" && !isAlone;
  const target = each.matches("[type=checkbox], [type=radio]") ? each.closest("label") : each;
  return !isInText && !each.closest("svg") && target.getBoundingClientRect().height < 43.5;
}).map((each) => `${each.outerHTML.slice(0, 160)} is ${each.getBoundingClientRect().height} high`)"""
# a box that holds more than fits into it
FULL_BOXES = """() => [...document.querySelectorAll(".notice, .card, .edit, dialog, .list > li")]
.filter((each) => each.checkVisibility() && each.scrollWidth > each.clientWidth)
.map((each) => `${each.outerHTML.slice(0, 160)} holds ${each.scrollWidth} of ${each.clientWidth}`)"""
HAS_AXE = "typeof axe !== 'undefined'"
# without selectors it takes half as long; they are asked for when there is something to name
RUN_AXE = """async (runOnly) => {
  const options = { runOnly, resultTypes: ["violations"] };
  const quick = await axe.run(document, { ...options, selectors: false });
  if (!quick.violations.length) return [];
  const named = (await axe.run(document, options)).violations.map((violation) =>
    `${violation.id}: ${violation.nodes.map((node) => node.target.join(" ")).slice(0, 3).join(", ")}`);
  return named.length ? named : quick.violations.map((violation) => `${violation.id}: gone a moment later`);
}"""


@dataclass
class Instance:
    """A running instance with the demo world."""

    address: str
    email: str
    password: str
    folder: Path = Path()
    state: Any = None


@contextmanager
def serving(folder: Path, **options: str) -> Iterator[tuple[str, str]]:
    """`coterie serve` until the block ends: its address, and the link that sets it up ("" if it is)."""
    # a busy machine ends no request: tests of the deadline give their own
    environment = {**os.environ, "COTERIE_DATA": str(folder), "COTERIE_REQUEST_SECONDS": "60", **options}
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
        yield Instance(address, demo.email, demo.password, folder)


@dataclass
class Watched:
    """A page of a browser, and what went wrong on it."""

    page: Page
    instance: Instance
    complaints: list[str] = field(default_factory=list)

    def visit(self, path: str, *, axe: bool = True) -> None:
        """Opens a page, which may not move while it loads, and checks it."""
        self._open(path)
        self.check(axe=axe)

    def _open(self, path: str) -> None:
        response = self.page.goto(self.instance.address + path)
        assert response is not None and response.ok, path
        assert self.page.evaluate("window.shift") < 0.02, path

    def settle(self) -> None:
        """Waits until the page is loaded and nothing is in progress on it."""
        # a page that is loaded again when a job has ended shows the job until then
        for _ in range(2):
            self.page.wait_for_load_state()
            expect(self.page.locator(BUSY)).to_have_count(0)

    def check(self, *, axe: bool = True) -> None:
        """Fails if the page asked another host, logged anything, scrolls sideways or is not accessible."""
        self._check(TAGS if axe else ())

    def _check(self, rules: tuple[str, ...]) -> None:
        self.settle()
        width = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert width <= 0, f"{self.page.url} scrolls {width} pixels sideways"
        found = self.page.evaluate(FULL_BOXES) + (self.violations(rules) if rules else [])
        assert not [*self.complaints, *found], "\n".join([self.page.url, *self.complaints, *found])

    def violations(self, rules: tuple[str, ...] = TAGS) -> list[str]:
        """What axe finds. It comes into a page when it is needed: reading it takes longer than most pages."""
        if not self.page.evaluate(HAS_AXE):
            self.page.evaluate(AXE)
        found: list[str] = self.page.evaluate(RUN_AXE, list(rules))
        return found

    def visit_everywhere(self, path: str, *, axe: bool = True) -> None:
        """Opens a page in both sizes, in which it may not move while it loads, and checks it."""
        for width in reversed(WIDTHS):
            self.resize(width)
            self._open(path)
        self.check_everywhere(axe=axe)

    def check_everywhere(self, *, axe: bool = True) -> None:
        """Checks the page as it stands, in both sizes, and for axe in both themes."""
        for width in WIDTHS:
            self.resize(width)
            self.check(axe=axe)
            if width == WIDTHS[-1]:
                assert self.page.evaluate(LOW_TARGETS) == [], self.page.url
            if axe:
                self.page.emulate_media(color_scheme="dark")
                self._check(COLOUR_RULES)
                self.page.emulate_media(color_scheme="light")
        self.resize(WIDTHS[0])

    def forgive(self, status: int) -> None:
        """Forgets that the browser noted the status of a response that the test asked for."""
        self.complaints[:] = [each for each in self.complaints if f"a status of {status} " not in each]

    def hold_message(self) -> None:
        """A message goes after ten seconds, but not while it has the focus."""
        self.page.locator(".toast button").last.focus()

    def resize(self, width: int) -> None:
        """Another width of the window; returns when the page has heard of it."""
        self.page.set_viewport_size({"width": width, "height": 900})
        self.page.evaluate("new Promise(requestAnimationFrame)")

    def new_tab(self) -> "Watched":
        """Another page of the same browser, with the same session."""
        return watch(self.page.context.new_page(), self.instance)


def watch(page: Page, instance: Instance) -> Watched:
    """Notes what goes wrong on a page from now on."""
    watched = Watched(page, instance)
    origin = instance.address
    page.on(
        "request", lambda request: None if request.url.startswith(origin) else watched.complaints.append(request.url)
    )
    page.on("console", lambda message: watched.complaints.append(message.text))
    page.on("pageerror", lambda error: watched.complaints.append(str(error)))
    return watched


def open_page(browser: Browser, instance: Instance, **options: Any) -> tuple[BrowserContext, Watched]:
    """A page of a browser that is signed in; options of the context."""
    options = {"viewport": {"width": WIDTHS[0], "height": 900}, "reduced_motion": "reduce"} | options
    context = browser.new_context(storage_state=instance.state, **options)
    context.set_default_timeout(WAIT_MILLISECONDS)
    context.add_init_script(WATCH)
    watched = watch(context.new_page(), instance)
    if instance.state is None:
        sign_in(watched.page, instance)
        instance.state = context.storage_state()
    return context, watched


def sign_in(page: Page, instance: Instance) -> None:
    page.goto(f"{instance.address}/sign-in")
    page.get_by_label("E-mail").fill(instance.email)
    page.get_by_label("Password").fill(instance.password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/today")
