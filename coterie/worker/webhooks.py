"""Delivers webhooks: events become deliveries, deliveries are sent, attempts are saved.

An endpoint has up to four requests in flight and all endpoints together 32, so that one that does not respond delays no
other. Deliveries are claimed for two minutes; if this process dies, another worker sends them again after that, with
the same id.
"""

import logging
import queue
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from coterie import outgoing
from coterie.actions.webhook_deliveries import claim_deliveries, enqueue_page, save_attempts
from coterie.errors import Unavailable
from coterie.model import times
from coterie.model.webhooks import Attempt, Delivery
from coterie.settings import Settings
from coterie.store import webhook_deliveries, webhooks
from coterie.store.database import Database

if TYPE_CHECKING:
    from coterie.webhooks.send import Endpoint, Sender

THREADS = 32
SENDERS_PER_ENDPOINT = 4
CLAIM_MIN, CLAIM_MAX = 4, 200
# attempts are saved together, this many at most in one transaction
SAVED_TOGETHER = 500
TICK_SECONDS = 0.05
# a thread serves an endpoint for so long before others have their turn
TURN_SECONDS = 1.0
CLOSE_SECONDS = 2.0
IDLE_SECONDS = 60.0
KEEP_SECONDS = 30 * 86_400.0
DELETED_TOGETHER = 1000
Key = tuple[int, str]
log = logging.getLogger(__name__)


class _Lane:
    """The deliveries of one endpoint that this process has claimed, and its connections."""

    def __init__(self) -> None:
        from coterie.webhooks.send import Sender  # lazy: httpx is loaded when something is to be sent

        self.endpoint: Endpoint | None = None
        self.claimed: deque[Delivery] = deque()
        self.idle = [Sender() for _ in range(SENDERS_PER_ENDPOINT)]
        self.busy: set[Sender] = set()
        self.claim_size = CLAIM_MIN
        # in order: a message that is not accepted stops those after it
        self.is_ordered = self.is_stopped = False
        self.used_at = time.monotonic()

    @property
    def is_ready(self) -> bool:
        """Whether another connection may send claimed deliveries."""
        may_send = not (self.is_ordered and (self.busy or self.is_stopped))
        return bool(self.claimed and self.idle) and may_send


class WebhookSender:
    """Sends due deliveries. step() is called again and again by one thread; close() ends the requests in flight."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._settings = settings
        self._rules = outgoing.parse_rules(settings.outgoing_allowed, settings.base_url)
        self._lanes: dict[Key, _Lane] = {}
        self._done: queue.SimpleQueue[tuple[Key, Delivery, Attempt]] = queue.SimpleQueue()
        self._is_closing = False
        self._pool: ThreadPoolExecutor | None = None

    def step(self) -> bool:
        """Does the due work; returns whether there may be more."""
        has_more = self._enqueue_events() | self._claim()
        self._start()
        if any(lane.busy for lane in self._lanes.values()):
            time.sleep(TICK_SECONDS)
        # what waits in order is due once the attempt before is saved
        has_more |= self._save()
        self._release_stopped()
        self._end_late_requests()
        return has_more or not self._done.empty() or any(lane.busy or lane.claimed for lane in self._lanes.values())

    def close(self) -> None:
        """Ends the requests in flight, releases claimed deliveries that were not sent, saves the attempts."""
        self._is_closing = True
        for lane in self._lanes.values():
            for sender in tuple(lane.busy):
                sender.end()
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
        deadline = time.monotonic() + CLOSE_SECONDS
        while any(lane.busy for lane in self._lanes.values()) and time.monotonic() < deadline:
            time.sleep(TICK_SECONDS)
            self._save()
        self._save()
        for key, lane in self._lanes.items():
            self._release(key, lane)
            for sender in lane.idle:
                sender.close()

    def _release(self, key: Key, lane: _Lane) -> None:
        """Makes claimed deliveries that were not sent due again."""
        ids = [delivery.id for delivery in lane.claimed]
        lane.claimed.clear()
        with self._database.write() as tx:
            webhook_deliveries.postpone(tx, *key, ids, times.now())

    def _release_stopped(self) -> None:
        for key, lane in self._lanes.items():
            if lane.is_stopped and not lane.busy:
                self._release(key, lane)
                lane.is_stopped = False

    def _enqueue_events(self) -> bool:
        with self._database.read() as tx:
            behind = webhooks.list_behind(tx)
        has_more = False
        for organization_id, webhook_id in behind:
            with self._database.write() as tx:
                has_more |= enqueue_page(tx, organization_id, webhook_id)
        return has_more

    def _claim(self) -> bool:
        """Claims deliveries of endpoints that have few left; returns whether there were any."""
        with self._database.read() as tx:
            due = webhook_deliveries.list_due(tx, times.now())
        has_claimed = False
        for key in due:
            lane = self._lanes.setdefault(key, _Lane())
            if len(lane.claimed) > lane.claim_size // 2 or (lane.busy and lane.claim_size == CLAIM_MIN):
                continue
            with self._database.write() as tx:
                found = claim_deliveries(tx, key[0], key[1], lane.claim_size)
            if found is None:
                continue
            from coterie.webhooks.send import unsealed  # lazy: as above

            webhook, deliveries = found
            lane.is_ordered = webhook.is_ordered
            try:
                lane.endpoint = unsealed(webhook, self._settings.data_folder)
            except Unavailable as error:
                log.error("webhook not sent", extra={"webhook": webhook.id, "reason": str(error)})
                continue
            lane.claimed.extend(deliveries)
            lane.used_at, has_claimed = time.monotonic(), True
        return has_claimed

    def _start(self) -> None:
        """Starts a thread for each free connection of an endpoint that has deliveries, one endpoint after the other."""
        free = THREADS - sum(len(lane.busy) for lane in self._lanes.values())
        ready = deque(key for key, lane in self._lanes.items() if lane.is_ready)
        while free and ready:
            key = ready.popleft()
            lane = self._lanes[key]
            sender = lane.idle.pop()
            lane.busy.add(sender)
            self._pool = self._pool or ThreadPoolExecutor(THREADS, "webhook")
            self._pool.submit(self._send, key, lane, sender)
            free -= 1
            if lane.is_ready and len(lane.claimed) > len(lane.busy):
                ready.append(key)

    def _send(self, key: Key, lane: _Lane, sender: "Sender") -> None:
        """Sends deliveries of an endpoint, one after the other, until none is left or the turn is over."""
        ends = time.monotonic() + TURN_SECONDS
        try:
            while lane.claimed and not self._is_closing and time.monotonic() < ends:
                try:
                    delivery = lane.claimed.popleft()
                except IndexError:  # another thread took the last one
                    break
                assert lane.endpoint is not None
                attempt = sender.send(lane.endpoint, delivery, self._rules)
                self._done.put((key, delivery, attempt))
                if lane.is_ordered and not attempt.is_success:
                    lane.is_stopped = True
                    break
        finally:
            lane.idle.append(sender)
            lane.busy.discard(sender)

    def _save(self) -> bool:
        """Saves attempts; returns whether there were any."""
        attempts: dict[int, dict[str, list[tuple[Delivery, Attempt]]]] = {}
        for _ in range(min(self._done.qsize(), SAVED_TOGETHER)):
            (organization_id, webhook_id), delivery, attempt = self._done.get()
            lane = self._lanes[organization_id, webhook_id]
            lane.claim_size = min(lane.claim_size + 1, CLAIM_MAX) if attempt.is_success else CLAIM_MIN
            attempts.setdefault(organization_id, {}).setdefault(webhook_id, []).append((delivery, attempt))
        for organization_id, of_webhooks in attempts.items():
            with self._database.write() as tx:
                disabled = save_attempts(tx, organization_id, of_webhooks)
            for webhook_id, webhook in disabled.items():
                log.warning("webhook disabled", extra={"webhook": webhook_id, "reason": webhook.disabled_reason})
        return bool(attempts)

    def _end_late_requests(self) -> None:
        for key, lane in list(self._lanes.items()):
            for sender in tuple(lane.busy):
                sender.end_if_late()
            if not lane.busy and not lane.claimed and time.monotonic() - lane.used_at > IDLE_SECONDS:
                for sender in lane.idle:
                    sender.close()
                del self._lanes[key]


def delete_old_deliveries(database: Database, settings: Settings) -> None:
    """Deletes finished deliveries after 30 days, 1,000 in each transaction."""
    before = times.after(times.now(), -KEEP_SECONDS)
    while True:
        with database.write() as tx:
            if webhook_deliveries.delete_old_deliveries(tx, before, DELETED_TOGETHER) < DELETED_TOGETHER:
                return
