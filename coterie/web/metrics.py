"""/metrics: requests of all web processes, and figures of the instance, as Prometheus reads them."""

import hmac
import ipaddress
import shutil
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from coterie import __version__
from coterie.errors import CoterieError
from coterie.http.asgi import client_of
from coterie.http.request_metrics import RequestMetrics
from coterie.settings import Settings
from coterie.store.database import Database
from coterie.store.figures import Figures, load_figures
from coterie.store.job_reports import count_by_name
from coterie.store.last_backup import read_last_backup
from coterie.web.job_metrics import JobMetrics

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry
    from prometheus_client.core import Metric

# the figures are read again after so many seconds at the earliest
FIGURES_SECONDS = 15.0


class InstanceMetrics:
    """Gauges of the instance: a collector for prometheus_client's registry."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._settings = settings
        self._figures: Figures | None = None
        self._loaded_at = float("-inf")

    async def refresh(self) -> None:
        """Reads the figures of the database. They are left out if it does not respond."""
        if time.monotonic() < self._loaded_at + FIGURES_SECONDS:
            return
        try:
            self._figures = await self._database.run_slow(load_figures)
            self._loaded_at = time.monotonic()
        except CoterieError:
            self._figures = None

    def describe(self) -> list["Metric"]:
        """Empty, so that prometheus_client does not call collect() when it registers this."""
        return []

    def collect(self) -> Iterator["Metric"]:
        """One gauge for each figure that is known now."""
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily  # lazy: as in collect of requests

        info = GaugeMetricFamily("coterie_build_info", "Always 1, with the version.", labels=("version",))
        info.add_metric((__version__,), 1)
        yield info
        if figures := self._figures:
            yield CounterMetricFamily("coterie_events", "Events and revisions recorded.", value=figures.events)
            shares = GaugeMetricFamily(
                "coterie_quota_used_ratio", "Used share of each quota that is set.", labels=("organization", "quota")
            )
            for each in figures.quotas:
                shares.add_metric((each.organization_uuid, each.quota), each.share)
            yield shares
        for name, text, value in self._gauges():
            yield GaugeMetricFamily(f"coterie_{name}", text, value=value)

    def _gauges(self) -> Iterator[tuple[str, str, float]]:
        if figures := self._figures:
            yield "organizations", "Organizations.", figures.organizations
            yield "contacts", "Contacts that are not deleted.", figures.contacts
            yield "database_bytes", "Size of the database.", figures.database_bytes
            yield "attachments", "Files of contacts.", figures.attachments
            yield "attachment_bytes", "Size of the files of contacts.", figures.attachment_bytes
        try:
            free = shutil.disk_usage(self._settings.data_folder).free
            yield "data_folder_free_bytes", "Free space on the disk of the data folder.", free
        except OSError:
            pass
        if backup := read_last_backup(self._settings.data_folder):
            age = datetime.now(UTC) - datetime.fromisoformat(backup.created_at)
            yield "backup_age_seconds", "Age of the newest backup.", age.total_seconds()
            yield "backup_bytes", "Size of the newest backup.", backup.byte_count


def metrics_endpoint(
    database: Database, settings: Settings, requests: RequestMetrics
) -> Callable[[Request], Awaitable[Response]]:
    """With COTERIE_METRICS_TOKEN set, for requests with that token, else 401; without, for loopback, else 404."""
    instance, jobs = InstanceMetrics(database, settings), JobMetrics()

    @cache
    def registry() -> "CollectorRegistry":
        from prometheus_client import CollectorRegistry  # lazy: 12 ms of the start, rarely needed

        collectors = CollectorRegistry()
        collectors.register(requests)
        collectors.register(instance)
        collectors.register(jobs)
        return collectors

    async def metrics(request: Request) -> Response:
        from prometheus_client import CONTENT_TYPE_LATEST, generate_latest  # lazy: as above

        if (refusal := _refusal(request, settings)) is not None:
            return refusal
        await instance.refresh()
        # while the database does not respond, the figures of jobs are those of the last time
        with suppress(CoterieError):
            jobs.figures = await database.run_slow(count_by_name)
        return Response(generate_latest(registry()), media_type=CONTENT_TYPE_LATEST)

    return metrics


def _refusal(request: Request, settings: Settings) -> Response | None:
    if settings.metrics_token:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if hmac.compare_digest(token.encode(), settings.metrics_token.encode()):
            return None
        return PlainTextResponse(
            "Needs the bearer token of COTERIE_METRICS_TOKEN", 401, headers={"WWW-Authenticate": "Bearer"}
        )
    if _is_loopback(client_of(request.scope)):
        return None
    return PlainTextResponse("Not Found", 404)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
