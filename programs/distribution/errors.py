"""Why something is not handed over: each "no" of the table in its own words."""

from puskesmas.errors import InvalidInput, WrongState


class AlreadyTaken(WrongState):
    """The share was handed over before; ``details`` say when and by whom."""

    code = "already_taken"


class NotOnTheCard(InvalidInput):
    """Only the recipient or somebody living on his family card today may take it."""

    code = "not_on_the_card"


class NotHandedOver(WrongState):
    """He moved, or died and what is given is money."""

    code = "not_handed_over"
