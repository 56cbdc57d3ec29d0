"""What a withdrawal reaches is found once, sealed, told by the country's law, and told again."""

from collections.abc import Callable

import pytest
from sqlalchemy import text

from kerne.consent.actions import Consent
from kerne.consent.events import (
    AnalysisConsented,
    AnalysisConsentWithdrawn,
    ConsentEvent,
    LimitedToOwnTreatment,
    ReaderBlocked,
    ResearchLevel,
    ResearchUseRefused,
    SecondaryChoice,
)
from kerne.consent.reach import WITHDRAWALS, Reached, Touches, reached_by
from kerne.consent.receipt import Receipt, receipt_of
from kerne.errors import ConsentError
from kerne.people.asking import Action, Identity, Refusal

from .conftest import AT, ZONE, Nation, OpenDoor

P = "P-000001"
LEVELS = list(ResearchLevel)
FOUND = Reached(
    orders=("K-2026-000001",),
    cases=("C-2026-000001",),
    answers=("C-2026-000002", "C-2026-000003"),
    projects=("PRJ-0001",),
    cuts=("PRJ-0001/C-1",),
    outputs=("PRJ-0001/Q-1",),
)
OUTWARD = Reached(projects=FOUND.projects, cuts=FOUND.cuts, outputs=FOUND.outputs)


@pytest.mark.parametrize(
    ("event", "touched"),
    [
        (AnalysisConsentWithdrawn(P, P), FOUND),
        (LimitedToOwnTreatment(P, P), OUTWARD),
        (ResearchUseRefused(P, LEVELS[0], P), OUTWARD),
        (ResearchUseRefused(P, LEVELS[1], P), Reached(cuts=FOUND.cuts)),
        (ResearchUseRefused(P, LEVELS[2], P), Reached()),
    ],
)
def test_withdrawal__touches_as_much_as_it_takes_out(event: ConsentEvent, touched: Reached) -> None:
    assert isinstance(event, WITHDRAWALS)
    assert reached_by(event, FOUND) == touched


def words(touches: Touches) -> str:
    receipt = receipt_of(
        AnalysisConsentWithdrawn(P, P), entry=7, at=AT, reached=FOUND, touches=touches
    )
    return "\n".join((*receipt.from_now_on, "--", *receipt.cannot_be_recalled))


def test_receipt__names_what_was_undone_and_what_stands() -> None:
    undone, standing = words(Touches()).split("--")
    for number in (*FOUND.orders, *FOUND.cases, *FOUND.projects, *FOUND.cuts):
        assert f"`{number}`" in undone
    assert "cancelled: order `K-2026-000001`\n" in undone
    assert "left out of every further answer: cut `PRJ-0001/C-1`" in undone
    assert "medical record: cases `C-2026-000002`, `C-2026-000003`" in standing
    assert "left a workspace before: output `PRJ-0001/Q-1`" in standing


def test_receipt__that_reached_nothing_says_what_holds_for_everyone() -> None:
    event = AnalysisConsentWithdrawn(P, P)
    assert receipt_of(event, entry=7, at=AT, reached=Reached()) == receipt_of(event, entry=7, at=AT)


@pytest.mark.parametrize(
    ("touches", "said"),
    [
        (Touches(running_permits=False), "do not ask for it: project `PRJ-0001`"),
        (Touches(cuts=False), "do not ask for it: cut `PRJ-0001/C-1`"),
        (Touches(finished_analyses=True), "whoever has them does not use them further"),
    ],
)
def test_receipt__follows_what_the_country_lets_a_withdrawal_touch(
    touches: Touches, said: str
) -> None:
    assert said in words(touches)
    assert said not in words(Touches())


def acting(nation: Nation, door: OpenDoor, react: Callable[[], None]) -> Consent:
    return Consent(
        *(door, nation.consent, nation.people, lambda: AT),
        age_of_consent_years=15,
        zone=ZONE,
        react=react,
    )


def test_receipt__is_the_same_when_it_is_seen_again(
    nation: Nation, door: OpenDoor, citizen: Identity
) -> None:
    found = [FOUND, Reached()]

    def react() -> None:
        for withdrawal in nation.consent.restrictions("reach"):
            nation.consent.reaches.keep(withdrawal, found.pop, AT)

    consent = acting(nation, door, react)
    consented = AnalysisConsented(P, "form", "1", "doctor-1", SecondaryChoice.NONE, False)
    nation.consent.append(0, consented, entry=1, at=AT)
    given = [
        consent.withdraw_analysis(citizen, "own-access", P),
        consent.block_reader(citizen, "own-access", P, "doctor-1"),
        consent.limit_to_own_treatment(citizen, "own-access", P),
    ]
    assert isinstance(given[0], Receipt)
    seen = consent.receipts_of(citizen, "own-access", P)
    assert not isinstance(seen, Refusal)
    assert list(seen[1:]) == given
    assert "`PRJ-0001`" in "".join(seen[3].from_now_on)
    assert "consent to comprehensive genetic analysis was given" in seen[0].change
    assert (door.asks[-1].action, door.asks[-1].persons) == (Action.READ_CHOICES, (P,))


def test_receipts__of_who_chose_nothing_are_none_and_are_read_through_the_gate(
    nation: Nation, door: OpenDoor, citizen: Identity
) -> None:
    consent = acting(nation, door, lambda: None)
    assert consent.receipts_of(citizen, "own-access", P) == ()
    assert isinstance(consent.receipts_of(citizen, "insurance", P), Refusal)
    with pytest.raises(ConsentError, match="not registered"):
        consent.receipts_of(citizen, "own-access", "P-999999")


def test_reach__is_found_for_withdrawals_once_and_sealed(nation: Nation) -> None:
    level = ResearchLevel.ALLELE_FREQUENCY
    for event in (
        ResearchUseRefused(P, level, P),
        ReaderBlocked(P, "doctor-1", P),
        LimitedToOwnTreatment(P, P),
    ):
        version = nation.consent.choices(P).version
        nation.consent.append(version, event, entry=9, at=AT)
    unhandled = list(nation.consent.restrictions("reach"))
    assert [type(each.event) for each in unhandled] == [ResearchUseRefused, LimitedToOwnTreatment]
    reaches = nation.consent.reaches
    reaches.keep(unhandled[0], lambda: FOUND, AT)
    reaches.keep(unhandled[0], Reached, AT)
    assert reaches.reached(P) == {unhandled[0].number: FOUND}
    with nation.consent.engine.begin() as connection:
        rows = connection.execute(text("SELECT body FROM consent_reach_event")).scalars().all()
    assert len(rows) == 1
    assert "PRJ" not in rows[0]


def test_reach__that_another_process_found_first_stands(nation: Nation) -> None:
    nation.consent.append(0, LimitedToOwnTreatment(P, P), entry=9, at=AT)
    (withdrawal,) = nation.consent.restrictions("reach")

    def meanwhile() -> Reached:
        nation.consent.reaches.keep(withdrawal, lambda: FOUND, AT)
        return Reached()

    nation.consent.reaches.keep(withdrawal, meanwhile, AT)
    assert nation.consent.reaches.reached(P) == {withdrawal.number: FOUND}
