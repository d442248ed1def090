"""The routes of devices and calendar feeds: programs that read contacts without this API."""

from coterie.api.hub import calendar_feeds, devices
from coterie.api.hub.pages import LongListQuery
from coterie.api.hub.scopes import ORGANIZATION, ORGANIZATION_WRITE
from coterie.api.route import Route

# fmt: off
ROUTES: tuple[Route, ...] = (
    Route("GET", "/devices", devices.list_, ORGANIZATION, "read", "List devices that sync contacts, oldest first",
          query=LongListQuery, response=devices.DevicePage,
          description="All of the organization for an owner, your own for a member."),
    Route("POST", "/devices", devices.add, ORGANIZATION_WRITE, "write", "Add a device of yours",
          body=devices.DeviceBody, response=devices.NewDeviceEntity, status=201,
          description="For CardDAV. Its password is shown once; docs/phones.md says how each program connects."),
    Route("DELETE", "/devices/{device_id}", devices.revoke, ORGANIZATION_WRITE, "write",
          "Revoke a device; the contacts it wrote stay", status=204),
    Route("GET", "/calendar_feeds", calendar_feeds.list_, ORGANIZATION, "read", "List your calendar feeds",
          response=calendar_feeds.CalendarFeedPage),
    Route("POST", "/calendar_feeds", calendar_feeds.create, ORGANIZATION_WRITE, "write", "Create a calendar feed",
          body=calendar_feeds.CalendarFeedBody, response=calendar_feeds.NewCalendarFeedEntity, status=201,
          description="Birthdays, dates, your reminders and whom to be in touch with. The address is shown once."),
    Route("DELETE", "/calendar_feeds/{feed_id}", calendar_feeds.revoke, ORGANIZATION_WRITE, "write",
          "Revoke a calendar feed: its address is unknown from then on", status=204),
)
# fmt: on
