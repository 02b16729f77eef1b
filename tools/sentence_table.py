"""Prints how well the labelled sentences of tests/sentences are understood, as a table.

sentence_table.py            both halves of every class
sentence_table.py CLASS...   the sentences of these classes' odd lines that are not understood
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.sentence_scores import share, table


def main() -> int:
    """Print the table, or what is missed on the lines that may be tuned on."""
    labels = sys.argv[1:]
    for label in labels:
        found = share(label, odd=True)
        print(f"== {label}: {found.right} of {found.of}", *found.missed, sep="\n")
    if not labels:
        print(table(), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
