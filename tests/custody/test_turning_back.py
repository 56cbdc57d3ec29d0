"""A project pseudonym is turned back by two custodians, and the person sees both in their log."""

import pytest

from kerne.centre import Centre
from kerne.custody.actions import TurnedBack
from kerne.custody.events import TurnBackGround
from kerne.errors import PersonError
from kerne.people.asking import Action, Refusal
from kerne.people.pseudonym import ProjectPseudonyms
from tests.custody.conftest import FIRST, SECOND, WHOM, Site, citizen, done

PROJECT = "PRJ-0001"


def pseudonyms(centre: Centre) -> ProjectPseudonyms:
    found = centre.custody.pseudonyms()
    assert isinstance(found, ProjectPseudonyms)
    return found


def test_pseudonym__is_turned_back_by_two_and_seen_by_the_person(site: Site) -> None:
    with site.open() as centre:
        pseudonym = pseudonyms(centre).pseudonym(PROJECT, WHOM)
        proposal = done(
            centre.custody.propose_turn_back(
                *(FIRST, "custody", PROJECT, pseudonym),
                ground=TurnBackGround.SIGNIFICANT_FINDING,
                document="DEC-7",
                reason="a finding that can be treated",
            )
        )
        own = centre.custody.turn_back(FIRST, "custody", proposal.number)
        assert isinstance(own, Refusal)
        told = done(centre.custody.turn_back(SECOND, "custody", proposal.number))
        assert told == TurnedBack(proposal.number, PROJECT, pseudonym, WHOM, told.entry)
        seen = [
            (access.action, access.who, access.project, access.reason)
            for access in done(centre.audit.log_of(citizen(WHOM), "own-access", WHOM)).accesses
        ]
    assert (Action.PROPOSE_TURN_BACK, FIRST.identifier, PROJECT) in [each[:3] for each in seen]
    assert (Action.TURN_BACK_PSEUDONYM, SECOND.identifier, PROJECT) in [each[:3] for each in seen]
    assert "a finding that can be treated" in [each[3] for each in seen]


def test_pseudonym__of_another_project_is_none(site: Site) -> None:
    with site.open() as centre:
        pseudonym = pseudonyms(centre).pseudonym("PRJ-0002", WHOM)
        with pytest.raises(PersonError, match="is no pseudonym of project"):
            centre.custody.propose_turn_back(
                *(FIRST, "custody", PROJECT, pseudonym),
                ground=TurnBackGround.DATA_ERROR,
                document="DEC-7",
            )
