"""QR codes as SVG, without styles or scripts, for pages with a strict policy."""

from io import BytesIO

from markupsafe import Markup


def qr_code(text: str) -> Markup:
    """An inline <svg>, black on white with its quiet zone, so that it scans on dark pages too."""
    import segno  # lazy: 1 MB of memory, needed on two pages

    target = BytesIO()
    segno.make(text, error="m", micro=False).save(
        target, kind="svg", xmldecl=False, svgns=False, border=4, dark="#000", light="#fff", omitsize=True,
        svgclass="qr", lineclass=None,
    )  # fmt: skip
    return Markup(target.getvalue().decode())  # noqa: S704 - squares only: the text is not in it
