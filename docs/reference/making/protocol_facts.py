"""What the table PROTOCOLS says of a protocol."""

from __future__ import annotations

from dataclasses import MISSING, fields

from metric_facts import concerning
from tables import facts, sentence, table

from gazemap.data.importers.typed import meanings
from gazemap.metrics import METRICS, PROTOCOLS, Protocol
from gazemap.metrics.scoring.protocols import choices

NAMES = list(PROTOCOLS)


def summary(name: str) -> str:
    """What it is, in the table's words."""
    return PROTOCOLS[name].summary


def _choices(name: str) -> str:
    chosen = choices(PROTOCOLS[name])
    del chosen["metrics"]
    return facts(chosen)


def _metrics(name: str) -> str:
    """What it fixes for each of its metrics."""
    protocol = PROTOCOLS[name]
    everywhere = {"scored at", "predictions resized", "8-bit step"}
    rows = []
    for own in protocol.metrics:
        chosen = concerning(METRICS[own], protocol)
        fixed = "; ".join(
            f"{choice}: {value}" for choice, value in chosen.items() if choice not in everywhere
        )
        rows.append((f"[`{own}`](../metrics/{own}.md)", fixed))
    return table(("metric", "what the protocol fixes"), rows)


def _command(name: str) -> str:
    return f"    gazemap evaluate gazenet --data gaze/osie --protocol {name}"


def _plain(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else repr(value)


def _attributes(_: str) -> str:
    """What a protocol of one's own may set."""
    said = meanings(Protocol, "Attributes")
    rows = [
        (
            f"`{own.name}`",
            "" if own.default is MISSING else f"`{_plain(own.default)}`",
            sentence(said[own.name]),
        )
        for own in fields(Protocol)
    ]
    return table(("attribute", "default", "meaning"), rows)


MAKERS = {"choices": _choices, "metrics": _metrics, "command": _command, "attributes": _attributes}
