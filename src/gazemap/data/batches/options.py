"""What a recipe says about training images: whether they are mirrored, and how they are changed at random."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

Mirror = Literal["none", "copies", "half"]
Area = Annotated[float, Field(ge=0.01, le=4)]
Ratio = Annotated[float, Field(ge=0.25, le=4)]


class Augmentation(BaseModel):
    """How training images are changed at random; with its default, none of these changes an image.

    Attributes:
        scale: (low, high) area of the part of an image that is cropped and enlarged to the whole frame, as a
            share of the frame's area. Above 1 the image becomes smaller, with gray around it.
        aspect: (low, high) aspect ratio of that part, width over height, relative to the frame's. Its sides
            are limited to the frame's, or to those that a scale above 1 gives.
        brightness: colors are multiplied by a factor between 1 - brightness and 1 + brightness.
        contrast: the same for differences from the mean gray.
        saturation: the same for differences from each pixel's own gray.
        hue: hues are shifted by up to this, in turns of the color circle.
        blur: largest sigma of a Gaussian blur, in pixels of the frame.
        probability: with which an image is cropped; likewise recolored and blurred, each drawn on its own.
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
    def _lower_bound_first(cls, ends: tuple[float, float]) -> tuple[float, float]:
        if ends[0] > ends[1]:
            raise ValueError("the lower bound must come first")
        return ends

    @property
    def crops(self) -> bool:
        """Whether it crops or scales images."""
        return (self.scale, self.aspect) != ((1.0, 1.0), (1.0, 1.0))

    @property
    def recolors(self) -> bool:
        """Whether it changes colors."""
        return max(self.brightness, self.contrast, self.saturation, self.hue) > 0
