"""One look again at one case: what is ranked now, against what was shown then.

While gene models and reference are the same, the kept basis is enough and no genome is read. When
they changed, the genome is read again, by its own question at the gate.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Final

from kerne.alleles.assembly import Assembly
from kerne.cases.answers.document import read_allele
from kerne.cases.case import Case
from kerne.cases.events import VariantClassified
from kerne.cases.gathering import Gatherer
from kerne.cases.inputs import KeptBasis, KeptInputs
from kerne.cases.parts import KinUse, NationalGenomes, Register
from kerne.cases.profiles import ProfileMarks
from kerne.cases.reanalysis import ClassNow, Found, KeptNews, is_answered, is_unsolved
from kerne.cases.showing import Showing, shown_alleles
from kerne.interpretation.at_hand import Knowledge
from kerne.interpretation.basis import Basis
from kerne.interpretation.candidate import Interpretation
from kerne.interpretation.examination import Examination, look
from kerne.interpretation.interpretation import examine_again
from kerne.interpretation.listing import Listing
from kerne.interpretation.reanalysis.differences import LEAST_CHANGE, Differences
from kerne.interpretation.reanalysis.news import JudgedVariant, Look, News, class_now, find_news
from kerne.interpretation.secondary import Disclosure, FindingClass
from kerne.knowledge.panels import Panel
from kerne.knowledge.release import Kind
from kerne.people.asking import Action, Ask, Door, Identity, Purpose, Refusal

LISTED: Final = 8
"""So many candidates are put into words: news are among the first."""
_OF_CONSEQUENCES: Final = (Kind.GENES, Kind.REFERENCE)


@dataclass(frozen=True, slots=True)
class Looker:
    """Looks at cases again for one asker."""

    gate: Door
    showing: Showing
    register: Register
    kin: KinUse
    genomes: NationalGenomes
    assembly: Assembly
    marks: ProfileMarks
    knowledge: Knowledge
    who: Identity
    purpose: str

    def look(self, case: Case, kept: KeptBasis, told: Sequence[News]) -> Found | Refusal:
        """Find what is new in a case, or say why its genome may not be read again.

        News is looked for in what is unsolved. How variants are classed now is looked up where an
        answer was signed. What is closed now is in neither.
        """
        before = Look(self.showing.candidates(case), kept.basis)
        judged = _judged(case, before.shown)
        # What was judged belongs to the question, however its gene fits the phenotype now.
        asked = {each.gene for each in judged}
        seen = self._examined(case, kept, asked)
        if isinstance(seen, Refusal):
            return seen
        disclosure = self._disclosure(case, asked)
        now = Look(look(seen.primary, seen.secondary, disclosure), seen.basis)
        listed = self.showing.listed(case)
        listed |= {each.candidate.gene: dict(each.listed) for each in seen.secondary.candidates}
        news = find_news(before, now, told) if is_unsolved(case) else ()
        differences = Differences(kept.basis, seen.basis, LEAST_CHANGE)
        spoken_of = judged if is_answered(case) else ()
        return Found(
            tuple(KeptNews(each, listed.get(each.gene, {})) for each in news),
            tuple(self._class_now(now, each, differences, listed) for each in spoken_of),
        )

    def _examined(
        self, case: Case, kept: KeptBasis, asked: Collection[str]
    ) -> Examination | Refusal:
        inputs = self.showing.inputs(case)
        basis = self._basis_now(case, kept, inputs)
        if isinstance(basis, Refusal):
            return basis
        return examine_again(
            basis,
            inputs.phenotype,
            self.knowledge,
            panel=_panel(inputs),
            disclosure=self._disclosure(case, asked),
            without=self._left_out(case, kept) if basis is kept.basis else (),
            listing=Listing(most=LISTED, always=frozenset(asked)),
        )

    def _disclosure(self, case: Case, asked: Collection[str]) -> Disclosure:
        now = self.showing.disclosure(case)
        return replace(now, relabelled=now.relabelled | frozenset(asked))

    def _basis_now(self, case: Case, kept: KeptBasis, inputs: KeptInputs) -> Basis | Refusal:
        if self._has_same_models(kept.basis):
            return kept.basis
        gatherer = Gatherer(
            *(self.genomes, self.register, self.kin, self.assembly, self.marks),
            *(self.who, self.purpose),
        )
        gathered = gatherer.gather(case)
        if isinstance(gathered, Refusal):
            return gathered
        disclosure = self.showing.disclosure(case)
        return gathered.examine(self.knowledge, disclosure, _panel(inputs)).basis

    def _has_same_models(self, basis: Basis) -> bool:
        now = {self.knowledge.label_of(kind) for kind in _OF_CONSEQUENCES}
        return now <= set(basis.releases)

    def _left_out(self, case: Case, kept: KeptBasis) -> tuple[str, ...]:
        """Return the samples of relatives whose genomes may not be drawn on now."""
        return tuple(
            sample for sample, person in kept.persons.items() if not self._may_help(case, person)
        )

    def _may_help(self, case: Case, person: str) -> bool:
        if not self.kin.may_help(person):
            return False
        ask = Ask(
            self.who,
            Purpose.TREATMENT_OF_ANOTHER,
            Action.REANALYSE,
            (person,),
            about=f"case {case.number}",
            patient=case.person,
        )
        return not isinstance(self.gate.answer(ask, lambda grant: grant.entry), Refusal)

    def _class_now(
        self,
        now: Look,
        said: VariantClassified,
        differences: Differences,
        listed: dict[str, dict[str, FindingClass]],
    ) -> ClassNow:
        allele = read_allele(said.allele)
        (facts,) = self.knowledge.facts.look_up([allele])
        judged = JudgedVariant(said.gene, said.disease, allele)
        reasons = tuple(map(str, differences.of_allele(said.gene, allele)))
        return ClassNow(
            said=said,
            now=class_now(now.shown, judged, facts.frequency),
            clinvar=differences.other_class(allele),
            reasons=reasons or ("the evidence is weighed otherwise now",),
            listed=listed.get(said.gene, {}),
        )


def _panel(inputs: KeptInputs) -> Panel | None:
    return None if inputs.panel is None else inputs.panel.panel


def _judged(case: Case, shown: Interpretation) -> tuple[VariantClassified, ...]:
    """Return what was said of the variants that may be shown now."""
    alleles = shown_alleles(shown)
    said = (each.said for each in case.judgements)
    return tuple(each for each in said if each.allele in alleles.get(each.gene, ()))
