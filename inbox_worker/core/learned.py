"""A learned model as data: what core/acts.py counts with, and the lexicon carries."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Model:
    """Weights of a learned model. Two models are one where their `name` is."""

    name: str = ""
    labels: tuple[str, ...] = ()
    bias: tuple[float, ...] = field(default=(), compare=False)
    # a feature -> (its inverse document frequency, its weight for each label)
    weights: Mapping[str, tuple[float, ...]] = field(default_factory=dict, compare=False)

    def __hash__(self) -> int:
        return hash(self.name)
