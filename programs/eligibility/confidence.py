"""Who sees facts marked ``restricted`` (health): whoever handles a case of the person.

Apps that keep cases say who does. What an officer wrote down himself he may see again.
"""

from collections.abc import Callable

from programs.models import StatedFact
from programs.terms.fields import fields
from puskesmas.actors import Actor
from registry.identities import identities_of
from registry.models import Resident

Handles = Callable[[Actor, Resident], bool]
_handles: list[Handles] = []


def register(handles: Handles) -> None:
    """Let an app say whether an officer handles a matter of somebody."""
    _handles.append(handles)


def withheld_from(actor: Actor, resident: Resident) -> frozenset[str]:
    """Return the codes of the facts of a person that this officer is not shown."""
    if actor.is_system or any(handles(actor, resident) for handles in _handles):
        return frozenset()
    restricted = {code for code, one in fields().items() if one.restricted}
    said = StatedFact.objects.filter(resident__in=identities_of(resident), field__in=restricted)
    newest = dict(said.order_by("on", "pk").values_list("field", "recorded_by"))
    own = {code for code, user in newest.items() if actor.user and user == actor.user.pk}
    return frozenset(restricted - own)
