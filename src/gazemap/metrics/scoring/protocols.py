"""Protocols: named, complete choices of how a score is computed. `PROTOCOLS` lists them all."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

from gazemap.errors import InputError, lookup
from gazemap.images.resizing import Interpolation
from gazemap.metrics.distribution import MATLAB_EPS
from gazemap.metrics.scoring.protocol_checks import EightBit, FromSaliency, check_choices


@dataclass(frozen=True)
class Protocol:
    """How predictions and truth are prepared, and which metrics are computed.

    `dataclasses.replace(PROTOCOLS["mit"], name="mine", ddof=0)` makes one of your own.

    Attributes:
        name: as every table of scores prints it.
        summary: what it is, in a sentence.
        metrics: keys of `METRICS`, in the order of tables.
        frame: (H, W) at which everything is scored; None for each image's own size.
        interpolation: how predictions get that size.
        eight_bit: whether predictions pass through 8 bits ("wrap": values outside [0, 1] wrap
            around; "clip": they are clipped), are enlarged bicubically and blurred.
        blur: sigma of that blur, in pixels of the frame.
        from_saliency: what SIM, KLD and information gain take of a saliency map: the map as it is
            ("raw"), `to_density` of it ("floor"), or `shift_to_density` of it, which has no
            information gain ("shift").
        derives: whether a log density is scored by the map that is best for each metric.
        repeats: whether several fixations of one pixel count more than one.
        sigma: the blur of the ground truth, in pixels of the frame; None for the data set's own.
        cycles: per image, of the MIT code's blur in the Fourier domain; in place of `sigma`.
        others: how many other images give the negatives of the shuffled AUC; None for all.
        others_at_own: whether other images' fixations count on pixels that the image's own are on.
        step: the distance of the thresholds of AUC-Borji and shuffled AUC.
        jitter: greatest height of the noise that AUC-Judd adds to the map.
        ddof: 0 or 1: how much less than the number of pixels NSS's standard deviation divides by.
        min_max: whether SIM and information gain scale maps to [0, 1] first.
        eps: keeps KLD finite, and information gain with `min_max`.

    Raises:
        InputError: a choice that there is not.
    """

    name: str
    summary: str
    metrics: tuple[str, ...]
    frame: tuple[int, int] | None = None
    interpolation: Interpolation = "bilinear"
    eight_bit: EightBit = "no"
    blur: float = 0.0
    from_saliency: FromSaliency = "raw"
    derives: bool = True
    repeats: bool = True
    sigma: float | None = None
    cycles: float | None = None
    others: int | None = None
    others_at_own: bool = True
    step: float = 0.1
    jitter: float = 0.0
    ddof: int = 0
    min_max: bool = False
    eps: float = MATLAB_EPS

    def __post_init__(self) -> None:
        check_choices(vars(self))

    @property
    def is_stepped(self) -> bool:
        """Whether one of its AUCs has thresholds at equal distances."""
        return not {"auc_borji", "auc_shuffled"}.isdisjoint(self.metrics)


_BRISTOL = Protocol(
    name="bristol2021",
    summary=(
        "The 2021 replication's own evaluation: 8 bits with wrap-around, 640 x 480, blur 2 px; "
        "CC against fixations blurred with 19 px; AUCs with step 0.1, 10 other images."
    ),
    metrics=("cc", "auc_shuffled", "auc_borji"),
    frame=(480, 640),
    eight_bit="wrap",
    blur=2.0,
    derives=False,
    repeats=False,
    sigma=19.0,
    others=10,
)

PROTOCOLS: dict[str, Protocol] = {
    protocol.name: protocol
    for protocol in (
        Protocol(
            name="exact",
            summary=(
                "Our default. Bilinear to the image's own size; exact AUCs with ties half, all other "
                "images' fixations as negatives, repeated fixations count."
            ),
            metrics=("auc", "sauc", "nss", "cc", "information_gain", "kld", "sim"),
            from_saliency="floor",
        ),
        Protocol(
            name="mit",
            summary=(
                "The MIT benchmark's MATLAB code: bicubic to the image's own size, no jitter, 10 other "
                "images, ddof 1, maps scaled to [0, 1] for SIM and information gain, blur of 8 cycles."
            ),
            metrics=(
                *("auc_judd", "auc_borji", "auc_shuffled", "nss", "cc"),
                *("information_gain", "kld", "sim", "emd"),
            ),
            interpolation="bicubic",
            repeats=False,
            cycles=8.0,
            others=10,
            ddof=1,
            min_max=True,
        ),
        Protocol(
            name="tuebingen",
            summary=(
                "The MIT/Tuebingen benchmark: all pixels or all other images' fixations as negatives, "
                "no jitter, repeated fixations count, SIM without scaling, information gain of "
                "densities alone."
            ),
            metrics=("information_gain", "auc", "sauc", "nss", "cc", "kld", "sim"),
            from_saliency="shift",
            eps=2.2204e-16,  # as it is written there; the MIT code has MATLAB's own
        ),
        Protocol(
            name="salicon2017",
            summary=(
                "The SALICON tool: 640 x 480 by cubic splines, blur 19 px, AUCs with step 0.01, all "
                "other images' fixations but for the image's own pixels. IG, KLD and SIM as the MIT code."
            ),
            metrics=("auc_shuffled", "information_gain", "nss", "cc", "auc_borji", "kld", "sim"),
            frame=(480, 640),
            interpolation="spline",
            sigma=19.0,
            others_at_own=False,
            step=0.01,
            min_max=True,
        ),
        _BRISTOL,
        replace(
            _BRISTOL,
            name="bristol2021-clipped",
            summary="As bristol2021, but values outside [0, 1] are clipped before the 8-bit step.",
            eight_bit="clip",
        ),
    )
}


def get_protocol(protocol: str | Protocol) -> Protocol:
    """A protocol by name; one that is given whole is given back.

    Raises:
        InputError: unknown; gives the nearest name and all names. One of your own that has the name of
            another: no score may be taken for one of that.
    """
    if not isinstance(protocol, Protocol):
        return lookup("protocol", protocol, PROTOCOLS)
    known = PROTOCOLS.get(protocol.name, protocol)
    differing = [
        f"{field.name} is {getattr(protocol, field.name)!r}, not {getattr(known, field.name)!r}"
        for field in fields(Protocol)
        if field.name not in ("summary", "metrics")
        and getattr(protocol, field.name) != getattr(known, field.name)
    ]
    if differing:
        raise InputError(
            f"A protocol of your own is called {protocol.name!r}, as one of gazemap's, but "
            f"{'; '.join(differing)}. Give it a name of its own: dataclasses.replace(protocol, name=...)."
        )
    return protocol


def choices(protocol: Protocol) -> dict[str, str]:
    """What a protocol chooses, in words: choice -> value; the same choices for every protocol."""
    size = "the image's own size" if protocol.frame is None else f"{protocol.frame[1]} x {protocol.frame[0]}"
    takes = {"raw": "the map as it is", "floor": "cut at 0, 1 % uniform", "shift": "raised to 0, no IG"}
    bits = {"no": "no", "wrap": "wrapped", "clip": "clipped"}
    own_blur = "the data set's" if protocol.cycles is None else f"{protocol.cycles:g} cycles per image"
    others = "all" if protocol.others is None else f"{protocol.others}, drawn by a seed"
    return {
        "metrics": ", ".join(protocol.metrics),
        "scored at": size,
        "predictions resized": "bicubic, 8 bits" if protocol.eight_bit != "no" else protocol.interpolation,
        "8-bit step": bits[protocol.eight_bit] + (f", blur {protocol.blur:g} px" if protocol.blur else ""),
        "SIM, KLD, IG of a saliency map": takes[protocol.from_saliency],
        "a log density": "the best map for each metric" if protocol.derives else "one map for all",
        "repeated fixations": "count" if protocol.repeats else "count once",
        "ground truth's blur": own_blur if protocol.sigma is None else f"{protocol.sigma:g} px",
        "other images": others if protocol.others_at_own else f"{others}; not on own pixels",
        "step of AUC-Borji, shuffled AUC": f"{protocol.step:g}",
        "jitter of AUC-Judd": f"{protocol.jitter:g}",
        "ddof of NSS": str(protocol.ddof),
        "SIM, IG scaled to [0, 1] first": "yes" if protocol.min_max else "no",
        "eps": f"{protocol.eps:.5g}",
    }
