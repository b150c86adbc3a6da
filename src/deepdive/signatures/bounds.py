"""Numbers with bounds, for the signatures of what is `checked`: sizes, probabilities, small positive numbers."""

from typing import Annotated

from msgspec import Meta

PositiveInt = Annotated[int, Meta(ge=1, le=2**31 - 1)]
"""A size: of a layer, a kernel, a vocabulary."""
NonNegativeInt = Annotated[int, Meta(ge=0, le=2**31 - 1)]
"""A size that may be missing."""
PositiveFloat = Annotated[float, Meta(gt=0)]
"""A factor or a base."""
NonNegativeFloat = Annotated[float, Meta(ge=0)]
"""What keeps a denominator from 0."""
Probability = Annotated[float, Meta(ge=0, le=1)]
"""Of dropping an element; a rate."""
