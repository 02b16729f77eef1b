"""The picture of docs/performance.md: where the processor time of a mail goes."""

from xml.sax.saxutils import escape

from bench.parts import PLAIN, WORKER
from bench.report import Results, clocked


def picture(results: Results) -> str:
    """Return an SVG: the stages of the plain loop and of inbox_worker, processor time a mail, as stacked bars."""
    bars = [(name, clocked(results.throughput, name) or {}) for name in (PLAIN, WORKER)]
    whole = sum(processor for _, processor in bars[0][1].values()) or 1.0
    longest = max(sum(pair[1] for pair in stages.values()) for _, stages in bars) / whole or 1.0
    shapes, legend, names = [], [], list(dict.fromkeys(stage for _, stages in bars for stage in stages))
    for row, (name, stages) in enumerate(bars):
        x, y = 120.0, 20 + 50 * row
        shapes.append(f'<text x="10" y="{y + 20}">{escape(name)}</text>')
        for stage, (_, processor) in stages.items():
            width = 620 * processor / whole / longest
            fill = _COLOURS[names.index(stage) % len(_COLOURS)]
            title = f"<title>{escape(stage)}: {processor / whole:.2f}</title>"
            shapes.append(f'<rect x="{x:.1f}" y="{y}" width="{width:.1f}" height="32" fill="{fill}">{title}</rect>')
            x += width
        shapes.append(
            f'<text x="{x + 6:.1f}" y="{y + 20}">{sum(pair[1] for pair in stages.values()) / whole:.2f}</text>'
        )
    for number, stage in enumerate(names):
        x, y = 120 + 340 * (number % 2), 130 + 20 * (number // 2)
        legend.append(f'<rect x="{x}" y="{y}" width="12" height="12" fill="{_COLOURS[number % len(_COLOURS)]}"/>')
        legend.append(f'<text x="{x + 18}" y="{y + 11}">{escape(stage)}</text>')
    height = 150 + 20 * (len(names) // 2 + 1)
    label = "Processor time a mail by stage; 1.00 is the plain loop"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 820 {height}" role="img" aria-label="{label}" '
        'font-family="sans-serif" font-size="13"><rect width="100%" height="100%" fill="white"/>'
        f'{"".join(shapes)}{"".join(legend)}<text x="120" y="{height - 8}">{label}</text></svg>\n'
    )


_COLOURS = (
    "#4477aa", "#ee6677", "#228833", "#ccbb44", "#66ccee", "#aa3377", "#bbbbbb", "#0b3954", "#f4a261", "#7a5195",
    "#2a9d8f", "#8d6e63",
)  # fmt: skip
