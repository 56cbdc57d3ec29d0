"""The SQL of validations: a history for each institution."""

from typing import Final

from sqlalchemy import Engine, MetaData

from kerne.cases.answers.report import Validation
from kerne.cases.validation import VALIDATION_EVENTS, ValidationEvent, standing
from kerne.database.history import History, Recorded, Sealer, history_table

metadata: Final = MetaData()
_EVENTS: Final = history_table("validation", metadata)


class ValidationLedger:
    """The histories of validations, one for each institution."""

    def __init__(self, engine: Engine, sealer: Sealer) -> None:
        metadata.create_all(engine)
        self.history: History[ValidationEvent] = History(engine, _EVENTS, VALIDATION_EVENTS, sealer)

    def read(self, institution: str) -> list[Recorded[ValidationEvent]]:
        """Return what happened, oldest first."""
        return self.history.read(institution)

    def standing(self, institution: str | None, version: str) -> Validation | None:
        """Return the institution's validation of a version; `None` while there is none."""
        if institution is None:
            return None
        return standing([each.event for each in self.read(institution)]).get(version)
