"""The routes of webhooks."""

from coterie.api.hub import webhook_deliveries, webhooks
from coterie.api.hub.scopes import ORGANIZATION, ORGANIZATION_WRITE
from coterie.api.route import Route

WEBHOOK = "/webhooks/{webhook_id}"
# fmt: off
ROUTES: tuple[Route, ...] = (
    Route("GET", "/webhooks/event_kinds", webhooks.list_event_kinds, ORGANIZATION, "read",
          "List the kinds of events, each with an example", response=webhooks.EventKindList),
    Route("GET", "/webhooks", webhooks.list_, ORGANIZATION, "read", "List webhooks, oldest first",
          response=webhooks.WebhookPage),
    Route("POST", "/webhooks", webhooks.create, ORGANIZATION_WRITE, "write", "Add a webhook (owners only)",
          body=webhooks.WebhookBody, response=webhooks.NewWebhookEntity, status=201,
          description="It receives events from now on (Standard Webhooks 1.0.0). The secret is shown once."),
    Route("GET", WEBHOOK, webhooks.show, ORGANIZATION, "read", "Get a webhook", response=webhooks.WebhookEntity),
    Route("PATCH", WEBHOOK, webhooks.update, ORGANIZATION_WRITE, "write",
          "Change, enable or disable a webhook (owners only)",
          body=webhooks.WebhookFields, response=webhooks.WebhookEntity,
          description="Enabling sends what happened while it was disabled, unless from_now is true."),
    Route("POST", f"{WEBHOOK}/rotate", webhooks.rotate, ORGANIZATION_WRITE, "write",
          "Give a webhook a new secret (owners only)", body=webhooks.RotateBody, response=webhooks.SecretEntity),
    Route("POST", f"{WEBHOOK}/test", webhook_deliveries.send_test, ORGANIZATION_WRITE, "write",
          "Send a message of the kind webhook.test (owners only)", response=webhook_deliveries.DeliveryEntity,
          status=202),
    Route("GET", f"{WEBHOOK}/deliveries", webhook_deliveries.list_, ORGANIZATION, "read",
          "List deliveries with their attempts, newest first",
          query=webhook_deliveries.DeliveriesQuery, response=webhook_deliveries.DeliveryPage),
    Route("POST", f"{WEBHOOK}/replay", webhook_deliveries.replay, ORGANIZATION_WRITE, "write",
          "Send finished deliveries again (owners only)",
          body=webhook_deliveries.ReplayBody, response=webhook_deliveries.ReplayReceipt, status=202,
          description="With the ids and bodies they had, so that a receiver can tell that it has them already."),
    Route("DELETE", WEBHOOK, webhooks.delete, ORGANIZATION_WRITE, "write",
          "Delete a webhook with its log (owners only)", status=204),
)
# fmt: on
