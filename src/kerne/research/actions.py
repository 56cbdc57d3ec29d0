"""What people do in research: issue a permit, ask, take an output out, ask as the public."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from kerne.alleles.allele import Allele
from kerne.alleles.interval import Interval, Intervals
from kerne.alleles.normalise import trim
from kerne.errors import ResearchError
from kerne.gate.door import Gate
from kerne.gate.grant import Grant
from kerne.gate.permits import PermitFacts
from kerne.genomes.frequencies import Frequencies
from kerne.genomes.keeping.store import GenomeStore
from kerne.genomes.reader import reader
from kerne.people.asking import Action, Ask, Identity, Purpose, Refusal
from kerne.research.airlock import Count, Verdict, review
from kerne.research.events import (
    CutIssued,
    OutputHeld,
    OutputReleased,
    PermitIssued,
    QuestionAnswered,
)
from kerne.research.ledger import PublicList, ResearchLedger
from kerne.research.permit import (
    Permit,
    check_cut,
    check_question,
    issue,
    next_cut,
    next_question,
    revoke,
)
from kerne.research.public import (
    BYTES_A_DRAW,
    WORDS_ELSEWHERE,
    PublicAnswer,
    PublicTier,
    cost_of_a_person,
    listed,
    newcomers,
    words_before_the_first,
    words_of,
)

PUBLIC = Identity("public", frozenset())
"""Anyone: no name is asked for, and none is needed."""


CLOSE_LOOK: Final = Action.FIND_CARRIERS
"""The action whose population are those who allow questions about single subjects."""


@dataclass(frozen=True, slots=True)
class CutNow:
    """A cut, and how many of its genomes can still be asked about."""

    cut: CutIssued
    genomes: int


@dataclass(frozen=True, slots=True)
class PublicReply:
    """What the public is told, with the reason when it is told nothing."""

    answer: PublicAnswer
    words: str


class RowOwners(Protocol):
    """What research asks of the register of people (`people.ledger.PeopleLedger`)."""

    def persons_of_rows(self, rows: BitMap) -> dict[int, str]:
        """Return the person of each row in `rows`, retired ones included."""
        ...


class PermitFile:
    """Permits as the gate sees them (`gate.permits.PermitRegister`)."""

    def __init__(self, ledger: ResearchLedger) -> None:
        self._ledger = ledger

    def facts(self, project: str) -> PermitFacts | None:
        """Return what the rules need to know of the permit of `project`, `None` without one."""
        permit = self._ledger.permit(project)
        terms = permit.issued
        if terms is None or permit.revoked:
            return None
        return PermitFacts(
            project=project,
            purpose=Purpose.RESEARCH,
            ethics_approved=bool(terms.ethics_reference),
            active_from=terms.first_day,
            expires=terms.last_day + timedelta(days=1),
            users=frozenset(terms.users),
            level=terms.level,
        )


class Research:
    """The actions of research, over the parts that the centre joins."""

    def __init__(  # noqa: PLR0913  the parts are many, and each is named
        self,
        *,
        ledger: ResearchLedger,
        gate: Gate,
        genomes: GenomeStore,
        register: RowOwners,
        region_of_gene: Callable[[str], Interval],
        coding_places: Callable[[], Intervals],
        clock: Callable[[], datetime],
        tier: PublicTier = PublicTier(),  # noqa: B008  frozen
        randomness: Callable[[int], bytes] = secrets.token_bytes,
    ) -> None:
        self._register = register
        self._coding_places = coding_places
        self._randomness = randomness
        self._ledger = ledger
        self._gate = gate
        self._genomes = genomes
        self._region_of_gene = region_of_gene
        self._clock = clock
        self._tier = tier

    def region_of_gene(self, gene: str) -> Interval:
        """Say where a gene lies; raises `KnowledgeError` when it is unknown."""
        return self._region_of_gene(gene)

    def issue_permit(self, who: Identity, purpose: str, terms: PermitIssued) -> str | Refusal:
        """Issue a permit to the project that `terms` name; return its number."""
        terms = replace(terms, issued_by=who.identifier)
        permit = self._ledger.permit(terms.project)

        def work(grant: Grant) -> str:
            self._ledger.append(permit, issue(permit, terms), entry=grant.entry, at=self._clock())
            return terms.project

        about = f"permit of project {terms.project}"
        return self._gate.answer(Ask(who, purpose, Action.ISSUE_PERMIT, about=about), work)

    def revoke_permit(self, who: Identity, purpose: str, project: str) -> str | Refusal:
        """End the permit of `project` before its term; return its number."""
        permit = self._ledger.permit(project)

        def work(grant: Grant) -> str:
            event = revoke(permit, who.identifier)
            self._ledger.append(permit, event, entry=grant.entry, at=self._clock())
            return project

        about = f"end of the permit of project {project}"
        return self._gate.answer(Ask(who, purpose, Action.ISSUE_PERMIT, about=about), work)

    def issue_cut(self, who: Identity, purpose: str, project: str) -> CutIssued | Refusal:
        """Issue a cut to `project`: the genomes that allow questions about single subjects now.

        Raises
        ------
        StaleVersionError
            The project was changed meanwhile.
        """
        permit = self._ledger.permit(project)
        number = next_cut(permit)
        ask = Ask(who, purpose, CLOSE_LOOK, project=project, about=f"cut {number}")
        result = self._gate.answer(ask, lambda grant: (grant.entry, _counted(grant)))
        if isinstance(result, Refusal):
            return result
        entry, rows = result
        cut = CutIssued(
            project, number, who.identifier, len(rows), self._ledger.keep_population(rows)
        )
        self._ledger.append(permit, cut, entry=entry, at=self._clock())
        return cut

    def cuts(self, who: Identity, purpose: str, project: str) -> tuple[CutNow, ...] | Refusal:
        """List the cuts of `project`, each with what of it can still be asked."""

        def work(grant: Grant) -> tuple[CutNow, ...]:
            rows = _counted(grant)
            return tuple(
                CutNow(cut, len(rows & self._ledger.population(cut.population)))
                for cut in self._ledger.permit(project).cuts
            )

        ask = Ask(who, purpose, CLOSE_LOOK, project=project, about=f"cuts of project {project}")
        return self._gate.answer(ask, work)

    def count_alleles(
        self, who: Identity, purpose: str, project: str, gene: str, *, cut: str | None = None
    ) -> QuestionAnswered | Refusal:
        """Count the alternative alleles in a gene over the genomes that may be asked now.

        Over a cut, those of its genomes are counted that still may be asked about as single
        subjects: a withdrawal reaches the cut in the next answer. The number stays in the
        workspace until `request_output` lets it out.

        Raises
        ------
        ResearchError
            The gene is unknown, or the project has no such cut.
        """
        region = self._region_of_gene(gene)
        if cut is not None:
            check_cut(project, cut)
        permit = self._ledger.permit(project)

        def work(grant: Grant) -> tuple[int, BitMap, QuestionAnswered]:
            rows, counted = self._count(grant, gene, region, self._within(permit, cut))
            question = next_question(permit)
            named = replace(counted, project=project, question=question, asked_by=who.identifier)
            return grant.entry, rows, replace(named, cut=cut)

        about = f"allele count of gene {gene}" + ("" if cut is None else f" over cut {cut}")
        action = Action.ASK_QUESTION if cut is None else CLOSE_LOOK
        result = self._gate.answer(Ask(who, purpose, action, project=project, about=about), work)
        if isinstance(result, Refusal):
            return result
        entry, rows, answered = result
        answered = replace(answered, population=self._ledger.keep_population(rows))
        self._ledger.append(permit, answered, entry=entry, at=self._clock())
        return answered

    def _within(self, permit: Permit, cut: str | None) -> BitMap | None:
        return None if cut is None else self._ledger.population(permit.cut(cut).population)

    def _count(
        self, grant: Grant, gene: str, region: Interval, within: BitMap | None
    ) -> tuple[BitMap, QuestionAnswered]:
        rows = _counted(grant)
        # INVARIANT: a cut only narrows what may be asked now; nobody is counted for being in it.
        rows = rows if within is None else rows & within
        by_row = reader(grant, self._genomes).alleles_by_row(region)
        alleles = {row: number for row, number in by_row.items() if row in rows}
        carried = np.fromiter(alleles.values(), dtype=np.int64, count=len(alleles))
        return rows, QuestionAnswered(
            project="",
            question="",
            asked_by="",
            gene=gene,
            contig=region.contig,
            start=region.start,
            end=region.end,
            genomes=len(rows),
            carriers=len(alleles),
            alleles=int(carried.sum()),
            largest=int(carried.max(initial=0)),
            population="",
        )

    def request_output(
        self, who: Identity, purpose: str, project: str, question: str
    ) -> Verdict | Refusal:
        """Ask the airlock to let the answer to `question` out of the workspace.

        Raises
        ------
        ResearchError
            The project has no such question.
        StaleVersionError
            Another output left meanwhile, so that the checks would have to be made again.
        """
        check_question(project, question)

        def work(grant: Grant) -> Verdict:
            seen = self._ledger.history.last_number()
            permit = self._ledger.permit(project)
            answered = permit.question(question)
            output = Count(answered, self._ledger.population(answered.population))
            verdict = review(output, self._ledger.released())
            event = (
                OutputReleased(project, question)
                if verdict.passes
                else OutputHeld(project, question, tuple(verdict.failed))
            )
            self._ledger.append_alone(permit, event, seen, entry=grant.entry, at=self._clock())
            return verdict

        about = f"output of question {question}"
        ask = Ask(who, purpose, Action.RELEASE_OUTPUT, project=project, about=about)
        return self._gate.answer(ask, work)

    def open_public_epoch(self, who: Identity, purpose: str) -> int | Refusal:
        """Open a public epoch over those never counted before, if enough; return the newest.

        What the public is told is statistics, so it counts those who may be counted for that,
        and no other purpose will do.

        Raises
        ------
        KnowledgeError
            Nothing says which places are coding.
        StaleVersionError
            Another epoch was opened meanwhile.
        """
        last = self._ledger.public_epoch()

        def work(grant: Grant) -> PublicList | Refusal | None:
            now = _counted(grant)
            if grant.purpose is not Purpose.STATISTICS:
                return Refusal(("a public epoch is opened for the purpose `statistics` only",))
            counted = self._ledger.publicly_counted()
            rows = newcomers(now, counted, self._register.persons_of_rows(now | counted))
            if len(rows) < self._tier.smallest_population:
                return None
            return self._draw(grant, rows)

        ask = Ask(who, purpose, Action.COUNT_GENOMES, about="list of the next public epoch")
        result = self._gate.answer(ask, work)
        if isinstance(result, Refusal):
            return result
        if result is None:
            return last
        return self._ledger.open_public_epoch(result, self._clock(), after=last)

    def _draw(self, grant: Grant, rows: BitMap) -> PublicList | Refusal:
        """Draw the list over `rows`, unless it would tell too much of each."""
        places = self._coding_places()
        found = reader(grant, self._genomes).frequencies(rows)
        squared = found.ac + 2 * found.hom  # two copies count four times
        asked = _answerable(found, places)
        if cost_of_a_person(self._tier, found.ac[asked], squared[asked], len(rows)) > (
            self._tier.largest_cost
        ):
            return Refusal(("a list of so many common alleles would tell too much of each person",))
        randomness = self._randomness(BYTES_A_DRAW * len(asked))
        chosen = asked[listed(self._tier, found.ac[asked], len(rows), randomness)]
        return PublicList(rows, places, [str(found.allele(index)) for index in chosen.tolist()])

    def ask_public(self, purpose: str, allele: Allele) -> PublicReply | Refusal:
        """Tell anyone whether `allele` is common enough to be told of. Reads no genome."""
        named = Allele(allele.contig, *trim(allele.position, allele.reference, allele.alternative))

        def work(_grant: Grant) -> PublicReply:
            epoch = self._ledger.public_epoch()
            if epoch == 0:
                return PublicReply(PublicAnswer.NOT_GIVEN, words_before_the_first(self._tier))
            if not named.is_snv or not self._ledger.is_public_place(named.contig, named.position):
                return PublicReply(PublicAnswer.NOT_GIVEN, WORDS_ELSEWHERE)
            yes = self._ledger.is_public(str(named))
            words = f"public epoch {epoch}; {words_of(self._tier)}"
            return PublicReply(PublicAnswer.YES if yes else PublicAnswer.NO, words)

        ask = Ask(PUBLIC, purpose, Action.ASK_PUBLIC_QUESTION, about="whether an allele is common")
        return self._gate.answer(ask, work)


def _answerable(found: Frequencies, places: Intervals) -> NDArray[np.intp]:
    """Return which alleles the public may be told of: exchanges of one base in `places`."""
    inside = np.zeros(len(found), dtype=np.bool_)
    for contig in places.contigs:
        on = np.flatnonzero(found.contig == contig)
        inside[on] = places.contains(contig, found.position.astype(np.int64)[on])
    single = [
        len(reference) == len(alternative) == 1
        for reference, alternative in zip(found.reference, found.alternative, strict=True)
    ]
    return np.flatnonzero(inside & np.array(single, dtype=np.bool_))


def _counted(grant: Grant) -> BitMap:
    """Return the rows that a collective grant opens."""
    if grant.population is None:
        raise ResearchError("this is asked of a population, and the grant names none")
    return grant.population.rows
