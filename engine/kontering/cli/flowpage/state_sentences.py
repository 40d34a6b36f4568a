"""What the page of a flow of states says, in English and Danish: customers, products, stock, what comes back."""

from __future__ import annotations

STATES: dict[str, tuple[str, str]] = {
    "title state": ("Flow {flow}: what {target} is told", "Flow {flow}: det {target} får at vide"),
    "a state": ("a state", "en tilstand"),
    "state intro": (
        "The latest word wins, and nothing is posted.",
        "Det seneste gælder, og intet bogføres.",
    ),
    "state send": ("sent on", "sendes videre"),
    "found": ("How it is found and kept up to date", "Hvordan den genfindes og holdes ajour"),
    "state match": (
        "It is recognised in {target} by {keys}, in this order; two that fit equally well wait for a person.",
        "Den genkendes i {target} på {keys}, i den rækkefølge; passer to lige godt, venter den på et menneske.",
    ),
    "state origin": (
        "It goes back to the record that the document was made of. What never came from {target} stays where it is.",
        "Den går tilbage til den post som bilaget blev lavet af. Det der aldrig kom fra {target}, bliver hvor det er.",
    ),
    "state missing create": ("What isn't found is made.", "Findes den ikke, oprettes den."),
    "state missing hold": (
        "What isn't found waits for a person.",
        "Findes den ikke, venter den på et menneske.",
    ),
    "state missing skip": ("What isn't found is skipped.", "Findes den ikke, springes den over."),
    "state all": (
        "All its fields follow the source; only what differs is written.",
        "Alle dens felter følger kilden; kun det der afviger, skrives.",
    ),
    "state some": (
        "These follow the source: {fields}; only what differs is written.",
        "Disse følger kilden: {fields}; kun det der afviger, skrives.",
    ),
    "state none": ("What is there is left as it is.", "Det der findes, ændres ikke."),
    "state demands": (
        "{target} takes nothing without {fields}: whoever lacks it waits.",
        "{target} tager intet uden {fields}: den der mangler det, venter.",
    ),
    "state group": (
        "Where the source names no group, it is {group}.",
        "Nævner kilden ingen gruppe, er den {group}.",
    ),
    "conflict hold": (
        "If both sides were changed, a person decides.",
        "Er begge sider ændret, afgør et menneske det.",
    ),
    "conflict books_win": ("If both sides were changed, the books win.", "Er begge sider ændret, gælder bogholderiet."),
    "conflict source_wins": (
        "If both sides were changed, what {target} has stays.",
        "Er begge sider ændret, beholder {target} sit.",
    ),
}
