"""The files of the pages: pinned, of bounded size, and templates whose rules keep the policy strict."""

import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from client import Client

WEB = Path(__file__).parents[2] / "coterie" / "web"
# the reference shows HTML that we made of our own documents
TEMPLATES = sorted(path for path in (WEB / "templates").rglob("*.html") if path.name != "reference.html")
VENDORED = {
    WEB / "static/vendor/htmx-4.0.1.min.js": "a0abb04f2f45a1f89d1d4844023245537e5e6014c87b144553e0607b4cc32130",
    Path(__file__).parent
    / "vendor/axe-4.14.1.min.js": "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c",
}
SCRIPT_BYTES_MAX, STYLE_BYTES_MAX = 100_000, 40_000


@pytest.mark.parametrize("path", VENDORED, ids=lambda path: path.name)
def test_what_others_wrote_is_what_they_released(path: Path) -> None:
    assert hashlib.sha256(path.read_bytes()).hexdigest() == VENDORED[path]
    assert list(path.parent.glob(f"{path.name.split('-')[0]}-LICENSE*"))


def test_scripts_and_styles_of_the_app_are_small() -> None:
    static = WEB / "static"
    assert sum(path.stat().st_size for path in static.rglob("*.js")) <= SCRIPT_BYTES_MAX
    assert (static / "app.css").stat().st_size + (static / "pages.css").stat().st_size <= STYLE_BYTES_MAX


def test_the_themes_differ_in_colours_only() -> None:
    """In the dark theme the browser tests run only the rules of axe that are about colours."""
    theme = "prefers-color-scheme"
    for path in (WEB / "static").glob("*.css"):
        text = path.read_text("utf-8")
        rules = re.findall(rf"@media[^{{]*{theme}[^{{]*\{{(.*?\}})\s*\}}", text, re.DOTALL)
        rules += re.findall(r"\[data-theme[^{]*\{[^}]*\}", text)
        assert len(rules) == text.count(theme) + text.count("[data-theme")
        for name, value in re.findall(r"([\w-]+)\s*:\s*([^:;{}]+);", "".join(rules)):
            assert name == "color-scheme" or re.fullmatch(r"#[0-9a-f]{3,8}", value), (path.name, name)
    assert not [path for path in (WEB / "static/js").glob("*.js") if theme in path.read_text("utf-8")]
    assert not [path for path in TEMPLATES if theme in path.read_text("utf-8")]


def test_a_page_is_printed_in_light_colours() -> None:
    """Dark ink is needed on paper: browsers print no backgrounds."""
    (printed,) = re.findall(r"@media print \{(.*?)\n  \}", (WEB / "static/app.css").read_text("utf-8"), re.DOTALL)
    assert ":root { color-scheme: light; }" in printed


def test_static_files_are_stored_for_a_year_under_their_digest(client: Client) -> None:
    body = client.get("/sign-in").body.decode()
    for path in re.findall(r'(?:href|src)="(/static/[^"]+)"', body):
        response = client.get(path)
        assert response.status == 200 and "immutable" in response.headers["cache-control"], path
    assert client.get("/static/000000000000/app.css").status == 404
    assert client.get("/static/../templates/app.html").status == 404


class _Elements(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def _plain(text: str) -> str:
    """A template without its statements; values become a word."""
    return re.sub(r"{{.*?}}", "value", re.sub(r"{%.*?%}|{#.*?#}", "", text, flags=re.DOTALL), flags=re.DOTALL)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(WEB / "templates")))
def test_a_template_keeps_the_rules(path: Path) -> None:
    text = path.read_text("utf-8")
    assert not re.search(r"\|\s*safe\b", text), "no text is marked as safe"
    elements = _Elements()
    elements.feed(_plain(text))
    for tag, names in elements.found:
        assert not any(name == "style" or name.startswith(("on", "hx-on")) for name in names), (tag, names)
        assert "js:" not in str(names) and "[" not in (names.get("hx-trigger") or ""), (tag, names)
        assert tag != "script" or "src" in names
    forms = re.findall(r'<form[^>]*method="post".*?</form>', text, re.DOTALL)
    assert all("token(visit)" in form or "once(visit)" in form for form in forms), "each form carries the token"
