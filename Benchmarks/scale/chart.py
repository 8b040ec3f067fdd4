"""Line charts on logarithmic axes, as SVG."""

import dataclasses
import html
import math

COLOURS = ("#1668a8", "#c8561e", "#2c8c57", "#8a4fa3")
WIDTH, HEIGHT = 720, 400
LEFT, RIGHT, TOP, BOTTOM = 62, 170, 46, 52
INK, FAINT = "#333", "#ddd"
STYLE = f"font-family='Helvetica, Arial, sans-serif' font-size='13' fill='{INK}'"


@dataclasses.dataclass
class Line:
    """`points` are (x, y, whether the point can be trusted): the others are hollow. `model`, of (x, y), is dashed."""

    name: str
    points: list
    model: list = dataclasses.field(default_factory=list)
    joined: bool = True


class Axis:
    """Logarithmic; from `low` to `high` in the data, from `start` to `end` on the page."""

    def __init__(self, values, start, end):
        values = [value for value in values if value > 0] or [1]
        self.low, self.high = widened(min(values), max(values))
        self.start, self.end = start, end

    def place(self, value):
        share = math.log(max(value, self.low) / self.low) / math.log(self.high / self.low)
        return self.start + share * (self.end - self.start)

    def ticks(self):
        """1, 2 and 5 of each decade; only the 1 if there are many."""
        decades = range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1)
        for steps in ((1, 2, 5), (1, 3), (1,)):
            found = [step * 10.0**decade for decade in decades for step in steps]
            found = [value for value in found if self.low * 0.999 <= value <= self.high * 1.001]
            if len(found) <= 9:
                break
        return found


def widened(low, high):
    """Some room on both sides, and never less than a factor of 4."""
    if high / low < 4:
        middle = math.sqrt(low * high)
        low, high = middle / 2, middle * 2
    room = (high / low) ** 0.06
    return low / room, high * room


def svg(title, x_label, y_label, lines, x_names=None):
    """The chart. `x_names` replaces the ticks: text by value."""
    every = [point[:2] for line in lines for point in (*line.points, *line.model)]
    across = Axis([x for x, _ in every], LEFT, WIDTH - RIGHT)
    up = Axis([y for _, y in every], HEIGHT - BOTTOM, TOP)
    parts = [f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {WIDTH} {HEIGHT}' width='{WIDTH}' height='{HEIGHT}' {STYLE}>",
             f"<rect width='{WIDTH}' height='{HEIGHT}' fill='white'/>", text(LEFT, 24, title, "font-size='15' font-weight='bold'")]
    parts += grid(across, up, x_names)
    parts += [text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 12, x_label, "text-anchor='middle'"), text(LEFT - 50, TOP - 6, y_label, "font-size='12'")]
    for line, colour in zip(lines, COLOURS):
        parts += drawn(line, colour, across, up)
    parts += labels(lines, across, up)
    return "\n".join([*parts, "</svg>"]) + "\n"


def grid(across, up, x_names):
    for value in up.ticks():
        y = up.place(value)
        yield f"<line x1='{LEFT}' x2='{WIDTH - RIGHT}' y1='{y:.1f}' y2='{y:.1f}' stroke='{FAINT}'/>"
        yield text(LEFT - 8, y + 4, number(value), "text-anchor='end'")
    for value in x_names or across.ticks():
        x = across.place(value)
        yield f"<line x1='{x:.1f}' x2='{x:.1f}' y1='{HEIGHT - BOTTOM}' y2='{HEIGHT - BOTTOM + 5}' stroke='{INK}'/>"
        yield text(x, HEIGHT - BOTTOM + 20, x_names[value] if x_names else number(value), "text-anchor='middle'")
    yield f"<line x1='{LEFT}' x2='{WIDTH - RIGHT}' y1='{HEIGHT - BOTTOM}' y2='{HEIGHT - BOTTOM}' stroke='{INK}'/>"


def drawn(line, colour, across, up):
    def path(points):
        return " ".join(f"{across.place(x):.1f},{up.place(y):.1f}" for x, y in points)

    if line.model:
        yield f"<polyline points='{path(line.model)}' fill='none' stroke='{colour}' stroke-width='1.5' stroke-dasharray='3 4'/>"
    if line.joined:
        yield f"<polyline points='{path(point[:2] for point in line.points)}' fill='none' stroke='{colour}' stroke-width='2'/>"
    for x, y, trusted in line.points:
        fill = colour if trusted else "white"
        yield f"<circle cx='{across.place(x):.1f}' cy='{up.place(y):.1f}' r='4' fill='{fill}' stroke='{colour}' stroke-width='2'/>"


def labels(lines, across, up):
    """The name of each line at its right end, pushed apart where they would lie on each other."""
    ends = [(up.place(max(line.points)[1]), line.name, colour) for line, colour in zip(lines, COLOURS) if line.points]
    y = 0
    for wanted, name, colour in sorted(ends):
        y = max(wanted, y + 16)
        yield text(WIDTH - RIGHT + 12, y + 4, name, f"style='fill:{colour}'")


def text(x, y, words, attributes=""):
    return f"<text x='{x:.1f}' y='{y:.1f}' {attributes}>{html.escape(words)}</text>"


def number(value):
    return f"{value:,.0f}" if value >= 1 and value == round(value) else f"{value:g}"
