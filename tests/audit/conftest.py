"""What the tests of the audit share: an audit in a directory, and intents to write in it."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pyroaring import BitMap

from kerne.audit.entry import Intent, Verdict
from kerne.audit.ledger import AuditLedger, Draft, metadata
from kerne.database.engine import open_database
from kerne.people.asking import Action, Epoch, Population, Role

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


def intent(
    action: Action = Action.READ_ANSWER,
    verdict: Verdict = Verdict.PERMITTED,
    purpose: str = "own-treatment",
) -> Intent:
    return Intent(
        who="doctor-1",
        organisation="hospital-east",
        roles=(Role.DOCTOR,),
        purpose=purpose,
        action=action,
        about="order K-2026-000001",
        project=None,
        verdict=verdict,
        rules=("treatment-reading",),
    )


def draft(
    person: str | None,
    verdict: Verdict = Verdict.PERMITTED,
    reason: str | None = None,
) -> Draft:
    return Draft(intent(verdict=verdict), person, said="own-treatment", reason=reason)


def counting_draft() -> Draft:
    return Draft(
        intent(Action.COUNT_GENOMES, purpose="treatment-of-another"), None, "treatment-of-another"
    )


def population(*rows: int) -> Population:
    return Population(BitMap(rows), Epoch(choices=3, rows=2, day="2026-03-01"))


@pytest.fixture
def audit_path(tmp_path: Path) -> Path:
    return tmp_path / "audit.sqlite"


@pytest.fixture
def open_audit(audit_path: Path) -> Callable[[], AuditLedger]:
    """Opens the same audit as another process would."""
    return lambda: AuditLedger(open_database(audit_path, metadata))


@pytest.fixture
def audit(open_audit: Callable[[], AuditLedger]) -> AuditLedger:
    return open_audit()
