"""The security headers of every page, in one place.

No page uses inline scripts, inline styles, another host or eval. With Trusted Types only htmx, whose policy is in
static/js/trusted.js, may turn text into markup.
"""

PAGE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
    " connect-src 'self'; form-action 'self'; manifest-src 'self'; frame-ancestors 'none'; base-uri 'none';"
    " require-trusted-types-for 'script'; trusted-types htmx",
    "X-Content-Type-Options": "nosniff",
    # with no-referrer, browsers send "Origin: null" with our own forms
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
