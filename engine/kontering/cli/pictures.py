"""Reports as pictures, SVG or PNG: recurring revenue, the waterfall of deferred revenue, the age of what is owed.

Drawn with matplotlib, an extra; the same rows give the same file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kontering.errors import Misuse

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Row = Mapping[str, Any]

INK, FAINT, GRID = "#1f2933", "#697586", "#e3e8ef"
BLUE, GREEN, TEAL, AMBER, RED = "#2563a8", "#3a8f5c", "#7fb8a4", "#e0a030", "#c0483e"
AGES = ("not due", "1-30", "31-60", "61-90", "over 90")
AGE_COLOURS = (GREEN, TEAL, AMBER, "#d9782d", RED)
SUFFIXES = (".svg", ".png")


def write(name: str, rows: Sequence[Row], path: Path, of: str) -> None:
    """A report's picture, in the form that the file's ending says; `of` says whose books, and of which days."""
    if name not in PICTURES:
        raise Misuse(f"There is no picture of {name}; there are some of {', '.join(PICTURES)}.")
    if path.suffix.lower() not in SUFFIXES:
        raise Misuse(f"{path.name} ends neither in {' nor in '.join(SUFFIXES)}.")
    if not rows:
        raise Misuse("There is nothing to draw.")
    try:
        import matplotlib as mpl  # an extra, and half a second at start
    except ImportError as missing:
        raise Misuse("Pictures need an extra: pip install 'kontering[pictures]'") from missing
    with mpl.rc_context(STYLE):
        drawn = PICTURES[name](rows, f"{TITLES[name]}, {of}")
        drawn.savefig(path, dpi=160, metadata={"Date": None} if path.suffix.lower() == ".svg" else None)


STYLE: dict[Any, Any] = {
    "svg.hashsalt": "kontering",
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 9.5,
    "text.color": INK,
    "axes.labelcolor": FAINT,
    "axes.edgecolor": GRID,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.axisbelow": True,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "grid.color": GRID,
    "grid.linewidth": 0.8,
    "xtick.color": FAINT,
    "ytick.color": FAINT,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "legend.frameon": False,
    "legend.fontsize": 8.5,
    "figure.facecolor": "white",
}


def _mrr(rows: Sequence[Row], title: str) -> Figure:
    """Recurring revenue above, and what moved it below."""
    figure, (upper, lower) = _figure(2, (1.5, 1.0), 6.0)
    at = range(len(rows))
    mrr = _numbers(rows, "mrr")
    upper.fill_between(at, mrr, color=BLUE, alpha=0.12, linewidth=0)
    upper.plot(at, mrr, color=BLUE, linewidth=2.2, marker="o", markersize=4)
    upper.set_ylim(0, max(mrr, default=0.0) * 1.18 or 1)
    _label(upper, len(rows) - 1, mrr[-1], BLUE)
    _head(upper, title, "Recurring revenue a month")
    gains = (("new", GREEN), ("reactivation", TEAL), ("expansion", BLUE))
    _stacked(lower, rows, gains, sign=1)
    _stacked(lower, rows, (("contraction", AMBER), ("churn", RED)), sign=-1)
    lower.axhline(0, color=FAINT, linewidth=0.8)
    _subtitle(lower, "What moved it")
    _legend(lower, 5)
    _months(lower, rows)
    _money(upper, lower)
    return figure


def _waterfall(rows: Sequence[Row], title: str) -> Figure:
    """Deferred revenue at each month's end above, what came and went below."""
    figure, (upper, lower) = _figure(2, (1.0, 1.5), 6.0)
    at = range(len(rows))
    closing = _numbers(rows, "closing")
    upper.fill_between(at, closing, color=BLUE, alpha=0.12, linewidth=0)
    upper.plot(at, closing, color=BLUE, linewidth=2.2, marker="o", markersize=4)
    upper.set_ylim(min(0.0, *closing), max(0.0, *closing) * 1.25 or 1)
    _label(upper, len(rows) - 1, closing[-1], BLUE)
    _head(upper, title, "Deferred at the month's end")
    _stacked(lower, rows, (("added", BLUE),), sign=1)
    _stacked(lower, rows, (("recognised", GREEN), ("credited", AMBER)), sign=-1)
    _stacked(lower, rows, (("other", FAINT),), sign=1)
    lower.axhline(0, color=FAINT, linewidth=0.8)
    _subtitle(lower, "What came and went")
    _legend(lower, 4)
    _months(lower, rows)
    _money(upper, lower)
    return figure


def _ageing(rows: Sequence[Row], title: str) -> Figure:
    """What customers owe by age, with how many documents."""
    figure, (only,) = _figure(1, (1.0,), 3.4)
    sums = {age: sum((float(row["base"]) for row in rows if row["age"] == age), 0.0) for age in AGES}
    counts = {age: sum(1 for row in rows if row["age"] == age) for age in AGES}
    only.barh(range(len(AGES)), list(sums.values()), color=AGE_COLOURS, height=0.62)
    only.set_yticks(range(len(AGES)), ["not due" if age == "not due" else f"{age} days" for age in AGES])
    only.invert_yaxis()
    only.grid(visible=False, axis="y")
    only.grid(visible=True, axis="x")
    only.set_xlim(min(0.0, *sums.values()) * 1.3, max(0.0, *sums.values()) * 1.3 or 1)
    for at, age in enumerate(AGES):
        text = f"  {sums[age]:,.2f}   {counts[age]} open" if counts[age] else "  nothing"
        only.text(max(sums[age], 0.0), at, text, va="center", color=INK if counts[age] else FAINT, fontsize=8.5)
    only.axvline(0, color=FAINT, linewidth=0.8)
    _head(only, title, f"Owed in all: {sum(sums.values()):,.2f}")
    only.xaxis.set_major_formatter(_thousands())
    return figure


PICTURES: Mapping[str, Callable[[Sequence[Row], str], Figure]] = {
    "metrics": _mrr,
    "recognition": _waterfall,
    "open-items": _ageing,
}
TITLES = {"metrics": "Recurring revenue", "recognition": "Deferred revenue", "open-items": "What customers owe"}


# --- the parts of a picture


def _figure(number: int, heights: Sequence[float], height: float) -> tuple[Figure, Sequence[Axes]]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8.4, height), layout="constrained")
    figure.get_layout_engine().set(hspace=0.06, h_pad=0.12, w_pad=0.12)  # type: ignore[union-attr, call-arg]
    axes = figure.subplots(number, 1, sharex=number > 1, height_ratios=heights, squeeze=False)
    return figure, [row[0] for row in axes]


def _numbers(rows: Iterable[Row], name: str) -> list[float]:
    """Only for the eye: amounts stay decimals everywhere else."""
    return [float(row[name] or Decimal(0)) for row in rows]


def _stacked(axes: Axes, rows: Sequence[Row], parts: Sequence[tuple[str, str]], *, sign: int) -> None:
    under = [0.0 for _ in rows]
    for name, colour in (part for part in parts if any(row[part[0]] for row in rows)):
        heights = [sign * one for one in _numbers(rows, name)]
        axes.bar(range(len(rows)), heights, bottom=under, color=colour, width=0.62, label=name.capitalize())
        under = [low + one for low, one in zip(under, heights, strict=True)]


def _head(axes: Axes, title: str, under: str) -> None:
    axes.set_title(title, loc="left", fontsize=13, fontweight="bold", pad=22)
    axes.text(0, 1.035, under, transform=axes.transAxes, color=FAINT, fontsize=9.5)


def _subtitle(axes: Axes, text: str) -> None:
    axes.set_title(text, loc="left", fontsize=9.5, color=FAINT, pad=8)


def _legend(axes: Axes, columns: int) -> None:
    axes.margins(y=0.12)
    axes.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=columns, handlelength=0.9, columnspacing=1.2)


def _label(axes: Axes, at: int, value: float, colour: str) -> None:
    axes.annotate(
        f"{value:,.0f}",
        (at, value),
        xytext=(0, 8),
        textcoords="offset points",
        ha="center",
        color=colour,
        fontweight="bold",
    )


def _months(axes: Axes, rows: Sequence[Row]) -> None:
    """All months where they are few, else every third, each year named once."""
    step = 1 if len(rows) <= 14 else 3
    shown = range(0, len(rows), step)
    names = [_month(str(rows[at]["month"]), first=at == 0) for at in shown]
    axes.set_xticks(list(shown), names)
    axes.set_xlim(-0.6, len(rows) - 0.4)


def _month(text: str, *, first: bool) -> str:
    year, _, month = text.partition("-")
    name = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")[int(month) - 1]
    return f"{name}\n{year}" if first or month == "01" else name


def _money(*all_axes: Axes) -> None:
    for axes in all_axes:
        axes.yaxis.set_major_formatter(_thousands())


def _thousands() -> Any:
    from matplotlib.ticker import FuncFormatter

    return FuncFormatter(lambda value, _: f"{value:,.0f}".replace("-", "\u2212"))
