"""From a judged case to the files that are handed over: made, signed, kept, and written.

What is signed is the record, and the list of the SHA-256 of every file, so that each file can be
checked alone with the centre's public key and common tools.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path

from kerne import __version__
from kerne.cases.answers.answer import (
    PUBLIC_KEY,
    SIGNATURE,
    SUMS,
    SUMS_SIGNATURE,
    Circumstances,
    Subject,
    answer_report,
    circumstances_of,
    kept_files,
)
from kerne.cases.answers.document import canonical_json, digest_of
from kerne.cases.answers.naming import VrsNames
from kerne.cases.answers.report import PAGE, PROGRAM, RECORD, write_files
from kerne.cases.answers.signature import AnswerKey, is_signed
from kerne.cases.case import Case, Stage, issue_answer, sign_answer
from kerne.cases.events import AnswerSigned
from kerne.cases.freestanding import report_files
from kerne.cases.gathering import SEX_OF
from kerne.cases.ledger import CaseLedger
from kerne.cases.parts import OrderBook, Register
from kerne.cases.statement import SharedClassification, side_of
from kerne.errors import CaseError, StaleVersionError
from kerne.interpretation.at_hand import Knowledge
from kerne.interpretation.candidate import Interpretation
from kerne.interpretation.secondary import Disclosure
from kerne.people.asking import Identity


@dataclass(frozen=True, slots=True)
class Answer:
    """A signed answer as it was issued.

    Parameters
    ----------
    verified
        Whether the signature holds.
    others
        What other hospitals say otherwise of the same variants, told to the signer; not kept.
    """

    case: str
    page: bytes
    record: bytes
    directory: Path
    verified: bool
    others: tuple[SharedClassification, ...] = ()


@dataclass(frozen=True, slots=True)
class Issuer:
    """Makes, keeps and hands over signed answers; see `actions.Cases` for what the parts are."""

    ledger: CaseLedger
    orders: OrderBook
    register: Register
    key: AnswerKey
    answers: Path
    clock: Callable[[], datetime]
    zone: tzinfo

    def circumstances(self, who: Identity, case: Case, disclosure: Disclosure) -> Circumstances:
        """Note in what circumstances `who` signs now."""
        person = self.register.person(case.person)
        at = self.clock().astimezone(self.zone)
        return circumstances_of(
            self.orders.released(case.order),
            Subject(
                person.number, person.sex.value, person.age_years(at.date()), SEX_OF[person.sex]
            ),
            who,
            at,
            disclosure,
            program=PROGRAM,
            validation=self.ledger.validations.standing(who.organisation, __version__),
        )

    def contents(
        self, case: Case, found: Interpretation, around: Circumstances, knowledge: Knowledge
    ) -> dict[str, bytes]:
        """Make the files of the answer, by name; the same from the same, byte for byte."""
        names = VrsNames(knowledge.assembly, knowledge.reference)
        report = answer_report(case, found, around, names)
        files = report_files(report, around.subject.sex_code, knowledge.ontology)
        files[SIGNATURE] = self.key.sign(files[RECORD])
        files[PUBLIC_KEY] = self.key.public_pem()
        files[SUMS] = sums_of(files)
        files[SUMS_SIGNATURE] = self.key.sign(files[SUMS])
        return files

    def keep(
        self, case: Case, contents: Mapping[str, bytes], around: Circumstances, who: Identity
    ) -> AnswerSigned:
        """Keep the files of an answer, and return the event by which `who` signs them."""
        digests = {name: digest_of(content) for name, content in contents.items()}
        event = sign_answer(
            case,
            who.identifier,
            digests[RECORD],
            kept_files(digests),
            around=self.ledger.keep_document(case, canonical_json(around)),
        )
        for content in contents.values():
            self.ledger.keep_document(case, content)
        return event

    def issue(self, number: str, entry: int) -> None:
        """Write the files of a signed answer, and note that they were handed over."""
        state = self.ledger.case(number)
        try:
            if state.stage is not Stage.ISSUED:
                self.write(state)
                self.ledger.append(state, issue_answer(state), entry=entry, at=self.clock())
        except StaleVersionError:  # another process hands it over as well
            if self.ledger.case(number).stage is not Stage.ISSUED:
                raise

    def write(self, state: Case) -> None:
        """Write the files of a signed answer where answers stand."""
        write_files(self.signed_files(state), self.answers / state.number)

    def signed_files(self, state: Case) -> dict[str, bytes]:
        """Return the files of a signed answer as they are kept.

        Raises
        ------
        CaseError
            There is no signed answer.
        """
        if state.signed is None:
            raise CaseError(f"case `{state.number}` has no signed answer yet: it is {state.stage}")
        kept = state.signed.files
        return {file.name: self.ledger.document(state.number, file.digest) for file in kept}

    def answer(self, state: Case) -> Answer:
        """Return the signed answer of a case."""
        files = self.signed_files(state)
        return Answer(
            case=state.number,
            page=files[PAGE],
            record=files[RECORD],
            directory=self.answers / state.number,
            verified=is_signed(files[RECORD], files[SIGNATURE], self.key.public_pem()),
        )


def check_others(case: Case, others: Iterable[SharedClassification]) -> None:
    """Check that no other hospital says something else that matters to a patient.

    Raises
    ------
    CaseError
        One does, and the signer has not said that it is known.
    """
    mine = {(each.said.allele, each.said.gene): each.said for each in case.judgements}
    for each in others:
        judged = mine[str(each.allele), each.gene].classification
        if each.side is not side_of(judged):
            raise CaseError(
                f"{each.organisation} classified a variant of case `{case.number}` as "
                f"`{each.classification}` on {each.day}, here it is `{judged}`: see `kerne "
                "classifications list --allele`, and sign with `--despite-others` if it stands"
            )


def sums_of(files: Mapping[str, bytes]) -> bytes:
    """Return the SHA-256 of each file as `sha256sum` writes it, in the order of names."""
    lines = (f"{digest_of(content)}  {name}\n" for name, content in sorted(files.items()))
    return "".join(lines).encode()
