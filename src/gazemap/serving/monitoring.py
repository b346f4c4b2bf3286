"""What is counted of requests, for Prometheus; each server has its own numbers."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

from gazemap.serving.batching import BATCH

_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


class Monitor:
    """The numbers of one server."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._requests = Counter(
            "gazemap_requests",
            "Requests that were answered.",
            ["endpoint", "status"],
            registry=self._registry,
        )
        self._seconds = Histogram(
            "gazemap_request_seconds",
            "From a request's first byte to its answer's last.",
            ["endpoint"],
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._batches = Histogram(
            "gazemap_batch_images",
            "Images that were computed together.",
            buckets=range(1, BATCH + 1),
            registry=self._registry,
        )
        self._taken = Gauge(
            "gazemap_requests_taken", "Requests that are worked on or wait.", registry=self._registry
        )

    def answered(self, endpoint: str, status: int, seconds: float) -> None:
        """Count a request.

        Args:
            endpoint: its path without values, of which there are few.
            status: of its answer.
            seconds: that it took.
        """
        self._requests.labels(endpoint, str(status)).inc()
        self._seconds.labels(endpoint).observe(seconds)

    def computed(self, images: int) -> None:
        """Count a batch."""
        self._batches.observe(images)

    def text(self, taken: int) -> bytes:
        """All numbers, as Prometheus reads them.

        Args:
            taken: requests that are worked on or wait.
        """
        self._taken.set(taken)
        return generate_latest(self._registry)
