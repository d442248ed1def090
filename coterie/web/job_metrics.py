"""The figures of the job queue in /metrics."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from coterie.store.job_reports import Figures

if TYPE_CHECKING:
    from prometheus_client import Metric


class JobMetrics:
    """A collector for prometheus_client. figures: those of the response that is being made."""

    def __init__(self) -> None:
        self.figures: Sequence[Figures] = ()

    def describe(self) -> list["Metric"]:
        """Empty, so that prometheus_client does not call collect() when it registers this."""
        return []

    def collect(self) -> Iterator["Metric"]:
        from prometheus_client.core import GaugeMetricFamily  # lazy: 3 MB that are rarely needed

        count = GaugeMetricFamily("coterie_jobs", "Jobs that are not done.", labels=("job", "state"))
        oldest = GaugeMetricFamily(
            "coterie_jobs_oldest_seconds", "For how long the oldest job that may start has waited.", labels=("job",)
        )
        for each in self.figures:
            for state in ("waiting", "running", "dead"):
                count.add_metric((each.name, state), getattr(each, state))
            oldest.add_metric((each.name,), each.oldest_seconds)
        yield count
        yield oldest
