"""A text/plain body -> blocks: quote marks, columns, list marks, blank lines. Physical lines stay what they are."""

import re

from inbox_worker.core.block import MAX_LINE, MAX_LINES, Block, collapse, is_rule, split_bullet, split_cells

_QUOTE = re.compile(r"(?:[ \t]{0,3}>)+")
_BEFORE_MARK = 4  # characters in which a line's first ">" stands
# What mail programs make of bold type when they write the text part: *Name:* Jo
_EMPHASIS = re.compile(
    r"(?<![\w*])(\*{1,2})(?=\S)([^*\n]{1,300}(?:\n[> ]*[^*\n]{1,300})?)(?<=\S)\1(?![\w*])",
)
_LINK_TARGET = re.compile(r"(?<=\S)[ \t]?<(?:https?://|mailto:|tel:)[^<>\s]{1,2000}>", re.IGNORECASE)
_LINKS = ("<http", "<ma", "<tel")  # of the two; written short, since some letters have cases beyond these
_BARE_MAILTO = re.compile(r"<mailto:([^<>\s]{1,320})>", re.IGNORECASE)
# A clear-signed text (RFC 9580 s.7) is read without its armour
_ARMOUR = re.compile(
    r"-----BEGIN PGP SIGNED MESSAGE-----\n(?:Hash:[^\n]{0,100}\n|Charset:[^\n]{0,100}\n)*|"
    r"-----BEGIN PGP SIGNATURE-----.*?-----END PGP SIGNATURE-----|(?m:^- (?=-))",
    re.DOTALL,
)
_IMAGE = re.compile(r"\[(?:cid:|image:|inline image|image removed by sender)[^\]\n]{0,200}\]", re.IGNORECASE)


def read(text: str) -> list[Block]:
    """Return the lines of `text` (cleaned); blank lines and drawn lines show as `gap` and `rule`."""
    blocks: list[Block] = []
    gap = False
    depth = 0
    for line in _plain(text).split("\n")[:MAX_LINES]:
        marks = _QUOTE.match(line) if ">" in line[:_BEFORE_MARK] else None
        level = marks[0].count(">") if marks else 0
        content = line[marks.end() :] if marks else line
        if not content.strip():
            gap = True
            continue
        for piece in _pieces(content):
            blocks.append(_block(piece, level, gap or level != depth))
            gap = blocks[-1].rule
        depth = level
    return blocks


def _plain(text: str) -> str:
    """Return `text` without what only stands for mark-up: emphasis, link targets behind their text, image names."""
    if "*" in text:
        text = _EMPHASIS.sub(r"\2", text)
    if "<" in text and _has_link(text.lower()):
        text = _BARE_MAILTO.sub(r"<\1>", _LINK_TARGET.sub(_drop_target, text))
    if "-----BEGIN PGP SIGN" in text:
        text = _ARMOUR.sub("", text)
    return _IMAGE.sub("", text) if "[" in text else text


def _has_link(lowered: str) -> bool:
    return any(begin in lowered for begin in _LINKS)


def _drop_target(found: re.Match[str]) -> str:
    """Drop a link's target where its text stands before it; keep it behind a label or a bracket."""
    before = found.string[found.start() - 1]
    return found[0] if before in ":(<[=" else ""


def _pieces(content: str) -> list[str]:
    if len(content) <= MAX_LINE:
        return [content]
    return [content[at : at + MAX_LINE] for at in range(0, len(content), MAX_LINE)]


def _block(content: str, depth: int, gap: bool) -> Block:
    text = collapse(content)
    if is_rule(text):
        return Block("", depth, gap=True, rule=True)
    bullet, rest = split_bullet(text)
    cells = split_cells(content)
    if cells and bullet:
        first = split_bullet(cells[0])[1] if cells[0] != bullet else ""
        cells = (first, *cells[1:]) if first else cells[1:] if len(cells) > 2 else ()
    return Block(" | ".join(cells) if cells else rest, depth, cells, gap, bullet)
