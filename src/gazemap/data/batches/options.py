"""What a recipe says about training images: whether they are mirrored, and how they are changed at random."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

Mirror = Literal["none", "copies", "half"]
Area = Annotated[float, Field(ge=0.01, le=4)]
Ratio = Annotated[float, Field(ge=0.25, le=4)]


class Augmentation(BaseModel):
    """How training images are changed; at its default, each of these leaves them as they are.

    Attributes:
        scale: (low, high) share of the frame's area that the part has which then fills the frame;
            above 1 the image becomes smaller, and gray lies beside it.
        aspect: (low, high) width of that part over its height, in sides of the frame. It makes no
            side longer than the frame's, or than that of the scale where this is above 1.
        brightness: factor within 1 +- this.
        contrast: likewise, around the mean gray.
        saturation: likewise, around each pixel's own gray.
        hue: shift within +- this, in turns of the color circle.
        blur: largest sigma of a Gaussian, in pixels of the frame.
        probability: that an image is cropped, recolored and blurred; drawn for each of the three.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    scale: tuple[Area, Area] = (1.0, 1.0)
    aspect: tuple[Ratio, Ratio] = (1.0, 1.0)
    brightness: float = Field(default=0.0, ge=0, le=1)
    contrast: float = Field(default=0.0, ge=0, le=1)
    saturation: float = Field(default=0.0, ge=0, le=1)
    hue: float = Field(default=0.0, ge=0, le=0.5)
    blur: float = Field(default=0.0, ge=0, le=16)
    probability: float = Field(default=1.0, gt=0, le=1)

    @field_validator("scale", "aspect")
    @classmethod
    def _low_end_first(cls, ends: tuple[float, float]) -> tuple[float, float]:
        if ends[0] > ends[1]:
            raise ValueError("the low end comes first")
        return ends

    @property
    def crops(self) -> bool:
        """Whether it moves anything."""
        return (self.scale, self.aspect) != ((1.0, 1.0), (1.0, 1.0))

    @property
    def recolors(self) -> bool:
        """Whether it changes colors."""
        return max(self.brightness, self.contrast, self.saturation, self.hue) > 0
