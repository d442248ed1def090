"""Notes as HTML: CommonMark without HTML, pictures and other hosts' content.

The parser is loaded at the first note: 1 MB that a process which shows none does not need.
"""

from functools import cache, lru_cache
from typing import TYPE_CHECKING

from markupsafe import Markup

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

_CACHED = 2048
# one title a page, and sections below it: a heading of a note is of the third level at least
_LEVELS_DOWN = 2
_LEVEL_MAX = 6


@cache
def _parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt  # lazy: 1 MB of memory

    # raw HTML stays text; the library makes no links of javascript:, vbscript:, file: or data:
    markdown = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable(["table", "strikethrough"])
    return markdown.disable("image")


@lru_cache(maxsize=_CACHED)
def render_markdown(text: str) -> Markup:
    """The text as safe HTML. A picture is a link to it, because a foreign picture tells its host who reads."""
    markdown = _parser()
    tokens = markdown.parse(text)
    for token in tokens:
        if token.type == "table_open":
            # a wide table scrolls, by keyboard too
            token.attrSet("tabindex", "0")
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1]) + _LEVELS_DOWN, _LEVEL_MAX)}"
        for child in token.children or ():
            if child.type == "link_open":
                child.attrSet("rel", "noopener noreferrer nofollow ugc")
    html = markdown.renderer.render(tokens, markdown.options, {})
    return Markup(html)  # noqa: S704 (made by the renderer, which escapes every text)
