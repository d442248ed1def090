"""A real browser for the tests of pages: the system's Chromium, driven by Playwright. A missing one is an error.

The headless shell is the same Chromium without windows and profiles, which take a fifth of its time or more. Debian has
it in the package chromium-headless-shell.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIET = ("--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run")
# a fifth of the browser's time goes into drawing with the processor what nobody looks at
UNSEEN = ("--disable-gpu", "--disable-software-rasterizer")


def executable() -> str:
    """Where the browser is. Raises FileNotFoundError when there is none: the pages are never left untested."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None:
        raise FileNotFoundError(
            f"the tests of pages need one of {', '.join(NAMES)}: install the package chromium-headless-shell"
        )
    return found


@contextmanager
def launched() -> Iterator[Browser]:
    """A headless browser, closed in the end."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=["--no-sandbox", *UNSEEN, *QUIET])
        try:
            yield browser
        finally:
            browser.close()
