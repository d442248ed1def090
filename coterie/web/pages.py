"""Renders the templates of this package. Every value is escaped."""

from functools import cache
from typing import TYPE_CHECKING, Any

from coterie.model.plurals import count
from coterie.web import words
from coterie.web.assets import asset
from coterie.web.languages import language_name
from coterie.web.markdown import render_markdown
from coterie.web.person_fields import written_date

if TYPE_CHECKING:
    from jinja2 import Environment


def render(template: str, **values: Any) -> str:
    """The page as HTML. Raises UndefinedError if the template uses a value that is missing."""
    return _environment().get_template(template).render(**values)


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, PackageLoader, StrictUndefined  # lazy: 15 ms, and programs ask for no page

    environment = Environment(
        loader=PackageLoader("coterie.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.globals["asset"] = asset
    environment.filters |= {
        "ago": words.ago,
        "count": count,
        "day": words.day,
        "hue": words.hue,
        "in_zone": words.in_zone,
        "initials": words.initials,
        "language_name": language_name,
        "markdown": render_markdown,
        "moment": words.moment,
        "sentence": words.sentence,
        "written_date": written_date,
    }
    return environment
