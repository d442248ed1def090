"""Every page that a browser opens in the demo world, and why the others are not in the list."""

IMPORT = "01902a4e-594f-7cac-a357-6c982865295f"
SUBSCRIPTION = "01902a4e-2f45-7ac8-a5f5-5fbdd1ad0e3e"
WEBHOOK = "01902a4e-c9aa-7a6a-b942-8116c9f1b248"

UNDO = "01902a4e-eb3e-759c-9f54-4c534207421b"

VISITED = (
    "/1/today", "/1/people", "/1/people?q=simpson", "/1/people?q=nobodyatall", "/1/people/1", "/1/people/new",
    "/1/people?field=tag&filter=name:a%20-tag:x", "/1/people?filter=bogus:", "/1/people/export",
    "/1/people/merge?ids=1,2,3", "/1/people/2?show=notes", "/1/people/3?in=&at=2", "/1/people/3/erase",
    "/1/people/1/fields/birthday", "/1/people/1/addresses/new", "/1/people/1/reminders/new", "/1/people/1/files/new",
    "/1/people/1/properties", "/1/people/1/properties/allergies",
    "/1/log", "/1/in-touch", "/1/segments", "/1/audience", "/1/palette?q=a", "/1/history", "/1/welcome",
    "/1/duplicates", "/1/duplicates/1-2", "/1/imports", f"/1/imports/{IMPORT}",
    "/1/settings", "/1/settings/organization", "/1/settings/members", "/1/settings/invitations",
    "/1/settings/properties", "/1/settings/properties/new", "/1/settings/properties/allergies",
    "/1/settings/folders", "/1/settings/tags", "/1/settings/expertises", "/1/settings/relationship-types",
    "/1/settings/tokens", "/1/settings/data", "/1/settings/deleted", "/1/settings/mail", "/1/settings/instagram",
    "/1/settings/devices", "/1/settings/webhooks", "/1/settings/webhooks/new", f"/1/settings/webhooks/{WEBHOOK}",
    "/1/settings/subscriptions", "/1/settings/subscriptions/new", f"/1/settings/subscriptions/{SUBSCRIPTION}",
    "/1/settings/books", f"/1/history/undo/{UNDO}",
    "/1/settings/calendar", "/share", "/account", "/account/passkeys", "/account/second-factor", "/help/keys",
)  # fmt: skip

FRAGMENT, FILE, REDIRECT = "a fragment of another page", "a file, not a page", "leads to another page"
# path of the table -> why it is not in the list, or the test that opens it
ELSEWHERE = {
    "/account/session": FRAGMENT,
    "/{o:int}/duplicates/progress": FRAGMENT,
    "/{o:int}/imports/{import}/progress": FRAGMENT,
    "/{o:int}/people/condition": FRAGMENT,
    "/{o:int}/people/rows": FRAGMENT,
    "/{o:int}/people/similar": FRAGMENT,
    "/{o:int}/people/suggestions": FRAGMENT,
    "/{o:int}/people/{id:int}/expertises/suggestions": FRAGMENT,
    "/{o:int}/people/{id:int}/folders/suggestions": FRAGMENT,
    "/{o:int}/people/{id:int}/tags/suggestions": FRAGMENT,
    "/{o:int}/people/{id:int}/timeline": FRAGMENT,
    "/{o:int}/imports/{import}/rejected": FILE,
    "/{o:int}/people/export.{format}": FILE,
    "/{o:int}/people/{id:int}/files/{file}": FILE,
    "/{o:int}/people/{id:int}/files/{file}/picture": FILE,
    "/{o:int}/settings/data/exports/{job}": FILE,
    "/{o:int}/history/{first:int}-{last:int}/undo": REDIRECT,
    "/{o:int}/people/neighbours": REDIRECT,
    "/{o:int}/imports/new": "the same as /{o:int}/imports",
    "/{o:int}/people/{id:int}/{part}/{item}": "the form of /{o:int}/people/{id:int}/{part}/new with values",
    "/{o:int}/people/jobs/{job}": "for browsers without script; tests/web/test_selection_pages.py",
    "/{o:int}/imports/{import}/columns": "tests/web/in_browser/test_story_in_browser.py",
    "/{o:int}/segments/{id:int}": "tests/web/in_browser/test_people_in_browser.py",
    "/forgot-password": "tests/web/in_browser/test_accounts_in_browser.py",
    "/join": "tests/web/in_browser/test_accounts_in_browser.py",
    "/reset-password": "tests/web/in_browser/test_accounts_in_browser.py",
    "/set-up": "tests/web/in_browser/test_story_in_browser.py",
    "/sign-in": "tests/web/in_browser/test_accounts_in_browser.py",
    "/oauth/authorize": "tests/web/in_browser/test_app_in_browser.py",
}
