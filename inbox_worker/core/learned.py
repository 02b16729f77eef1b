"""A learned model as data: what core/acts.py counts with, and the lexicon carries; how it is kept in a file.

Its weights stay packed until one is asked for: as numbers of Python they took a fifth of a second of each start to
make, and 20 MB in each process.
"""

import gzip
import json
import struct
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Model:
    """Weights of a learned model. Two models are one where their `name` is."""

    name: str = ""
    labels: tuple[str, ...] = ()
    bias: tuple[float, ...] = field(default=(), compare=False)
    # a feature -> the number of its row, counted up
    places: Mapping[str, int] = field(default_factory=dict, compare=False)
    rows: bytes = field(default=b"", compare=False)  # one after the other

    def __hash__(self) -> int:
        return hash(self.name)

    def row(self, feature: str) -> tuple[int, ...]:
        """Return (inverse document frequency, weight for each label) of a feature, in hundredths. Raises KeyError."""
        layout = _layout(self.labels)
        return layout.unpack_from(self.rows, self.places[feature] * layout.size)

    def all_rows(self) -> Iterator[tuple[str, tuple[int, ...]]]:
        """Yield every feature with its `row`."""
        return zip(self.places, _layout(self.labels).iter_unpack(self.rows), strict=True)


def packed(name: str, labels: Sequence[str], bias: Sequence[float], rows: Mapping[str, Sequence[int]]) -> Model:
    """Return a model. rows: what `Model.row` gives of each feature; each number has 16 bits."""
    layout = _layout(labels)
    places = {feature: place for place, feature in enumerate(rows)}
    return Model(name, tuple(labels), tuple(bias), places, b"".join(layout.pack(*row) for row in rows.values()))


def to_file(model: Model) -> bytes:
    """Return what a file holds of a model; the same for the same model."""
    content = {
        "name": model.name,
        "labels": model.labels,
        "bias": model.bias,
        "features": sorted(model.places, key=model.places.__getitem__),
        "rows": b64encode(model.rows).decode("ascii"),
    }
    return gzip.compress(json.dumps(content, separators=(",", ":")).encode(), mtime=0)


def from_file(content: bytes) -> Model:
    """Return the model of a file."""
    data: dict[str, Any] = json.loads(gzip.decompress(content))
    places = {feature: place for place, feature in enumerate(data["features"])}
    return Model(data["name"], tuple(data["labels"]), tuple(data["bias"]), places, b64decode(data["rows"]))


def _layout(labels: Sequence[str]) -> struct.Struct:
    """A row: whole numbers of 16 bits with a sign, the lower octet first."""
    return struct.Struct(f"<{len(labels) + 1}h")
