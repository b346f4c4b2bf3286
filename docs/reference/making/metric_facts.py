"""What the table METRICS and the protocols say of a metric."""

from __future__ import annotations

import inspect
from collections.abc import Callable

from tables import facts, sentence, table

from gazemap.data.importers.typed import meanings
from gazemap.metrics import METRICS, PROTOCOLS, Metric, Protocol
from gazemap.metrics.scoring.protocols import choices
from gazemap.system.extras import EXTRAS

NAMES = list(METRICS)
_TRUTHS = {
    "fixation_map": "the fixations",
    "density": "the density of the fixations",
    "other_fixation_map": "the fixations of other images",
    "baseline": "a baseline density, usually the center bias",
}
_BEST = {
    "density": "the density itself",
    "ranks": "the ranks of its values",
    "gain": "the density over the center bias",
    "gain ranks": "the ranks of the density over the center bias",
    "blurred": "the density, blurred as the ground truth is",
    "overlapping": "the map of greatest expected overlap with the blurred fixations",
}
# a choice of a protocol, as `choices` names it -> whether it concerns a metric
_CONCERNS: dict[str, Callable[[Metric], bool]] = {
    "SIM, KLD, IG of a saliency map": lambda metric: metric.takes_density,
    "repeated fixations": lambda metric: "repeats" in metric.choices,
    "ground truth's blur": lambda metric: "density" in metric.needs,
    "other images": lambda metric: "other_fixation_map" in metric.needs,
    "step of AUC-Borji, shuffled AUC": lambda metric: "step" in metric.choices,
    "jitter of AUC-Judd": lambda metric: "jitter" in metric.choices,
    "ddof of NSS": lambda metric: "ddof" in metric.choices,
    "SIM, IG scaled to [0, 1] first": lambda metric: "min_max" in metric.choices,
    "eps": lambda metric: "eps" in metric.choices,
    "metrics": lambda metric: False,
}


def summary(name: str) -> str:
    """What it is, as the first sentence of its docstring says."""
    about = (inspect.getdoc(METRICS[name].function) or "").partition("\n\n")[0]
    return sentence(" ".join(about.split()))


def _facts(name: str) -> str:
    metric = METRICS[name]
    signature = inspect.signature(metric.function)
    plain = [own.replace(annotation=own.empty) for own in signature.parameters.values()]
    call = str(signature.replace(parameters=plain, return_annotation=signature.empty))
    scale = ("any map; only the order of its values matters" if metric.ranks else "any map") + (
        "; a saliency map is made a density first, as the protocol says" if metric.takes_density else ""
    )
    of = f", {metric.unit}" if metric.unit else ""
    extra = f"`pip install 'gazemap[{EXTRAS[metric.package]}]'`" if metric.package else ""
    values = {
        "Call": f"`gazemap.metrics.{name}{call}`",
        "Range": f"{_number(metric.low)} to {_number(metric.high)}{of}",
        "Better": "higher" if metric.higher_is_better else "lower",
        "Compares": f"the prediction with {' and '.join(_TRUTHS[need] for need in metric.needs)}",
        "Prediction": scale,
        "Best map of a density": _BEST[metric.best],
        "In torchmetrics": f"`gazemap.metrics.torchmetrics.{metric.class_name}`",
        "Needs": extra,
    }
    return facts(values) + _options(metric)


def _options(metric: Metric) -> str:
    said, given = meanings(metric.function), inspect.signature(metric.function).parameters
    rows = [
        (f"`{option}`", f"`{given[option].default!r}`", sentence(said[option])) for option in metric.options
    ]
    return "\n\n" + table(("option", "default", "meaning"), rows) if rows else ""


def _protocols(name: str) -> str:
    """The choices that concern a metric, a column per protocol that has it."""
    metric = METRICS[name]
    having = [protocol for protocol in PROTOCOLS.values() if name in protocol.metrics]
    if not having:
        return f"No protocol has it. Ask for it by name: `gazemap.metrics.score(..., metrics=['{name}'])`."
    columns = [concerning(metric, protocol) for protocol in having]
    header = ["", *(f"[`{protocol.name}`](../protocols/{protocol.name}.md)" for protocol in having)]
    return table(header, [(choice, *(column[choice] for column in columns)) for choice in columns[0]])


def concerning(metric: Metric, protocol: Protocol) -> dict[str, str]:
    """Of a protocol's choices, those that change a metric's scores."""
    chosen = choices(protocol)
    if protocol.derives:
        chosen["a log density"] = _BEST[metric.best]
    return {choice: value for choice, value in chosen.items() if _CONCERNS.get(choice, _always)(metric)}


def _always(_: Metric) -> bool:
    return True


def _number(value: float) -> str:
    return f"{value:g}".replace("inf", "∞")


MAKERS = {"facts": _facts, "protocols": _protocols}
