"""All figures there are. A new one is a line in the module of its subject."""

from puskesmas.actors import Actor
from reports.figures.catalogue import cases, inbox, letters, people, proposals, referrals
from reports.figures.definitions import Figure

FIGURES: tuple[Figure, ...] = (
    *cases.FIGURES,
    *referrals.FIGURES,
    *people.FIGURES,
    *proposals.FIGURES,
    *letters.FIGURES,
    *inbox.FIGURES,
)
_by_code = {figure.code: figure for figure in FIGURES}


def figures_for(actor: Actor) -> list[Figure]:
    """Return the figures the officer may see, in the order of the page."""
    return [one for one in FIGURES if may_see(one, actor)]


def figure(code: str) -> Figure | None:
    """Return the figure of that code, if there is one."""
    return _by_code.get(code)


def known(code: str) -> Figure:
    """Return the figure of that code. Raises KeyError."""
    return _by_code[code]


def may_see(figure: Figure, actor: Actor) -> bool:
    """Return whether the figure is one of the officer's tier and post."""
    return figure.village == actor.office.is_village and actor.has(*figure.roles)
