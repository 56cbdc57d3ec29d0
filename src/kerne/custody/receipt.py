"""What an erasure destroyed, what stays and why; and what leaving research undoes. In words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from kerne.consent.receipt import Receipt
from kerne.custody.events import ErasureProposed, Inventory
from kerne.custody.proposal import Proposal
from kerne.errors import CustodyError

FORGOTTEN = (
    (
        "name, civil registration number, birth, kin, guardians, representatives and treatment "
        "relations in the register"
    ),
    (
        "the key that everything about the person was sealed under, and the master key that it was "
        "wrapped by: an older backup opens nothing of the person with the keys of today"
    ),
)

STAYS = (
    "the bare person number and sample numbers, so that none is ever given to somebody else",
    (
        "the audit's entries with who asked, when, why and how it ended: whom they were about is "
        "destroyed, and the tree still proves that no entry was changed"
    ),
    "this proposal, with its ground and its document, as proof of why the data are gone",
    "what was counted or published before this moment: it names nobody",
    "what a relative's own case holds of a shared finding: it is the relative's record",
)

BEYOND_REACH = (
    (
        "copies of the keys made before this moment, with a backup made before it, still open the "
        "person's documents and genome: destroy them and copy the keys anew"
    ),
    "blocks that a solid-state disk has set aside: only an encrypted or destroyed disk is empty",
)


@dataclass(frozen=True, slots=True)
class ErasureReceipt:
    """What is handed to the person, or kept in their place.

    Parameters
    ----------
    proposal, person
        Their numbers.
    destroyed, stays, beyond_reach
        In words.
    entry
        The audit entry under which it was carried out.
    at
        UTC; when the last step was done.
    """

    proposal: str
    person: str
    destroyed: tuple[str, ...]
    stays: tuple[str, ...]
    beyond_reach: tuple[str, ...]
    entry: int
    at: datetime


@dataclass(frozen=True, slots=True)
class RemovalReceipt:
    """What leaving research does: the receipt of the choice, and the projects that it reaches.

    Parameters
    ----------
    choice
        What holds from now on and what cannot be recalled.
    running
        Projects whose permit is in force: the person is out of their cut from this moment.
    counted
        Projects that have counted the person inside their workspace before.
    released
        Projects from which a number that the person was counted in has been released.
    """

    choice: Receipt
    running: tuple[str, ...]
    counted: tuple[str, ...]
    released: tuple[str, ...]


def receipt_of_erasure(proposal: Proposal) -> ErasureReceipt:
    """Say what a finished erasure did.

    Raises
    ------
    CustodyError
        It is not finished.
    """
    asked, found, at = proposal.asked, proposal.found, proposal.ended_at
    if (
        not isinstance(asked, ErasureProposed)
        or found is None
        or at is None
        or proposal.next_step is not None
    ):
        raise CustodyError(f"the erasure of proposal `{proposal.number}` is not finished")
    return ErasureReceipt(
        proposal=proposal.number,
        person=asked.person,
        destroyed=(*_numbers(found), *_segments(proposal.rewritten), *FORGOTTEN),
        stays=(*_answers(found.answers), *STAYS),
        beyond_reach=BEYOND_REACH,
        entry=proposal.entry,
        at=at,
    )


def _numbers(found: Inventory) -> tuple[str, ...]:
    counted = (
        (found.genomes, "genome", "in the National Genome Database"),
        (found.orders, "order", "with the clinical question"),
        (found.cases, "case", "with phenotype, candidates and judgements"),
        (found.choices, "choice", "in the history of consent"),
        (found.accesses, "entry", "of the audit: whom it was about, and the asker's own words"),
    )
    return tuple(f"{_many(number, what)} {where}" for number, what, where in counted if number)


def _segments(rewritten: Sequence[str]) -> tuple[str, ...]:
    """Say which segments of the genome database are no more; none when it held no genome."""
    if not rewritten:
        return ()
    names = ", ".join(f"`{name}`" for name in rewritten)
    return (
        (
            f"the genome database's segments {names}: written anew without the person, and the "
            "keys of these and all older ones destroyed"
        ),
    )


def _many(number: int, what: str) -> str:
    if number == 1:
        return f"1 {what}"
    return f"{number} {what.removesuffix('y')}ies" if what.endswith("y") else f"{number} {what}s"


def _answers(cases: Sequence[str]) -> tuple[str, ...]:
    return tuple(
        f"the signed answer of case `{case}`, in `answers/{case}`: it is part of the medical record"
        for case in cases
    )
