"""The table of all pages of the web app."""

from coterie.web import (
    account,
    account_factors,
    audience,
    beside,
    calendars,
    duplicates,
    fields,
    files,
    help_page,
    history,
    import_columns,
    imports,
    in_touch,
    invitations,
    log,
    merges,
    merging,
    oauth,
    palette,
    parts,
    passkeys,
    password_resets,
    people,
    people_export,
    person,
    person_compose,
    person_erase,
    person_new,
    person_properties,
    pick,
    segments,
    selection,
    session,
    set_up,
    settings,
    settings_data,
    settings_deleted,
    settings_devices,
    settings_instagram,
    settings_mail,
    settings_organization,
    settings_properties,
    settings_subscriptions,
    settings_terms,
    settings_tokens,
    settings_webhooks,
    sign_in,
    similar,
    tags,
    today,
    undo_jobs,
)  # fmt: skip
from coterie.web.page import Page

# of paths that overlap, the first one counts
PAGES: tuple[Page, ...] = (
    # accounts
    *set_up.PAGES, *sign_in.PAGES, *account.PAGES, *account_factors.PAGES, *invitations.PAGES, *passkeys.PAGES,
    *password_resets.PAGES, *oauth.PAGES,
    # lists and tools
    *help_page.PAGES, *today.PAGES, *pick.PAGES, *log.PAGES, *imports.PAGES,
    # people
    *people.PAGES, *people_export.PAGES, *selection.PAGES, *merging.PAGES, *segments.PAGES, *audience.PAGES,
    *palette.PAGES, *session.PAGES, *beside.PAGES, *similar.PAGES,
    # a person
    *in_touch.PAGES, *tags.PAGES, *person_new.PAGES, *person.PAGES, *person_compose.PAGES, *person_erase.PAGES,
    *person_properties.PAGES, *fields.PAGES, *files.PAGES, *parts.PAGES,
    # what happened, and who may be one person
    *history.PAGES, *undo_jobs.PAGES, *duplicates.PAGES, *merges.PAGES, *import_columns.PAGES,
    # settings
    *settings.PAGES, *settings_organization.PAGES, *settings_terms.PAGES, *settings_properties.PAGES,
    *settings_tokens.PAGES, *settings_deleted.PAGES,
    *settings_devices.PAGES, *settings_webhooks.PAGES, *settings_subscriptions.PAGES,
    *settings_data.PAGES, *settings_mail.PAGES, *settings_instagram.PAGES,
    *calendars.PAGES,
)  # fmt: skip
