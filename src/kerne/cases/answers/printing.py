"""The report as PDF, for a record that keeps paper: the answer, its limits, and its grounds.

It holds what the doctor who treats the patient reads: the variants that were judged with their
evidence, on a page of its own what was not examined, and how much of each gene could be seen. All
candidates stand in the page and the record beside it. The bytes depend on the report alone: no
clock and no random identifier goes into them.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache
from io import BytesIO
from typing import Any, Final

from markupsafe import escape
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import (
    Flowable,
    PageBreak,
    Paragraph,
    SimpleDocTemplate,
    Table,
    TableStyle,
)

from kerne.cases.answers.page import ZYGOSITY, headline, moment, percent, points_caption, points_of
from kerne.cases.answers.report import NOT_EXCLUDED, Finding, Report
from kerne.cases.answers.wording import Wording
from kerne.interpretation.candidate import Evidence, Met
from kerne.policy.words import Language

Canvas = Any  # Any: reportlab has no types
Style = Any  # Any: as above

_FONT: Final = "Vera"
_BOLD: Final = "VeraBd"
_MARGIN_MM: Final = 16
_GREY: Final = "#555555"
_LISTED: Final = 10


def render_pdf(report: Report, language: Language = Language.ENGLISH) -> bytes:
    """Return the report as PDF, A4."""
    _register_fonts()
    printer = _Printer(report, Wording(language))
    target = BytesIO()
    margin = _MARGIN_MM * mm
    document = SimpleDocTemplate(
        target,
        pagesize=A4,
        leftMargin=margin,
        rightMargin=margin,
        topMargin=margin,
        bottomMargin=margin + 4 * mm,
        title=f"{printer.tell(report.title)}: {report.subject}",
        author=report.made_by,
        lang=language.value,
        invariant=1,  # no date and no random identifier
    )
    document.build(printer.story(), onFirstPage=printer.foot, onLaterPages=printer.foot)
    return target.getvalue()


class _Printer:
    """Lays one report out in one language."""

    def __init__(self, report: Report, wording: Wording) -> None:
        self._report = report
        self._wording = wording
        self._styles = _styles()

    def tell(self, text: str) -> str:
        return self._wording.tell(text)

    def story(self) -> list[Flowable]:
        return [
            *self._head(),
            *self._answer(),
            PageBreak(),
            *self._limits(),
            *self._coverage(),
            *self._grounds(),
            *self._knowledge(),
        ]

    def foot(self, canvas: Canvas, document: Any) -> None:  # Any: reportlab has no types
        canvas.saveState()
        canvas.setFont(_FONT, 7)
        left = f"{self._report.subject}   {moment(self._report.made_at)}"
        if self._report.validation is None:
            left = f"{self._wording.say('Not for diagnosis')}   {left}"
        canvas.drawString(_MARGIN_MM * mm, 10 * mm, writable(left))
        number = str(self._wording.say("page {number}", number=document.page))
        canvas.drawRightString(document.pagesize[0] - _MARGIN_MM * mm, 10 * mm, number)
        canvas.restoreState()

    def _head(self) -> Iterable[Flowable]:
        report = self._report
        for warning in report.warnings:
            yield self._paragraph(self.tell(warning), "warning")
        yield self._paragraph(self.tell(report.title), "title")
        found = report.interpretation
        facts = [
            (self._say("Patient"), report.subject),
            *((self.tell(fact.label), self.tell(fact.value)) for fact in report.facts),
            (self._say("Sample"), found.sample),
            (self._say("Assembly"), found.assembly),
            (self._say("Report made"), moment(report.made_at)),
        ]
        yield self._table(facts, (45, None))

    def _answer(self) -> Iterable[Flowable]:
        conclusion = self._report.conclusion
        yield self._heading("Answer")
        if conclusion is None:
            yield self._said("No geneticist has judged this genome.")
            yield self._said(
                "The candidates below were ranked by a program. They are a place to begin, not an "
                "answer."
            )
            yield from self._ranked()
            return
        yield self._paragraph(self.tell(headline(conclusion)), "strong")
        if conclusion.no_finding:
            yield self._paragraph(conclusion.no_finding)
        for finding in conclusion.findings:
            yield self._table(self._finding(finding), (45, None))
        yield self._said(
            "Signed by {who}, {organisation}, on {moment}. The signature lies beside this page, "
            "over {record}: it proves that the answer is whole and who made it, and is not a "
            "clinician's legal signature.",
            who=conclusion.signed_by,
            organisation=conclusion.organisation,
            moment=moment(self._report.made_at),
            record="report.json",
        )
        yield self._paragraph(self.tell(NOT_EXCLUDED))

    def _finding(self, one: Finding) -> list[tuple[str, str]]:
        variant = one.variant
        names = (variant.coding_name, variant.protein_name, str(variant.allele))
        rows = [
            (self._say("Gene"), one.gene),
            (self._say("Variant"), ", ".join(name for name in names if name)),
            (self._say("Genotype"), self.tell(ZYGOSITY[variant.genotype])),
            (self._say("Class"), self.tell(one.classification)),
            (self._say("For this patient"), self.tell(one.bearing)),
            (self._say("Disease"), self._disease(one.disease, one.disease_name)),
            (self._say("Inheritance"), self.tell(one.mode)),
        ]
        if one.vrs is not None:
            rows.insert(2, ("VRS", one.vrs.identifier))
        return rows

    def _ranked(self) -> Iterable[Flowable]:
        head = tuple(self._say(word) for word in ("Rank", "Gene", "Disease", "Class"))
        rows = [
            (
                str(one.rank),
                one.gene,
                self._disease(one.disease, one.disease_name),
                ", ".join(self.tell(variant.classification) for variant in one.variants),
            )
            for one in self._report.interpretation.candidates[:_LISTED]
        ]
        if rows:
            yield self._table([head, *rows], (18, 25, None, 40), has_head=True)

    def _limits(self) -> Iterable[Flowable]:
        yield self._heading("What was not examined")
        for limit in self._report.interpretation.not_examined:
            yield self._paragraph(self.tell(limit), "item")
        yield self._paragraph(self.tell(NOT_EXCLUDED))

    def _coverage(self) -> Iterable[Flowable]:
        yield self._heading("How much could be seen")
        genes = self._report.interpretation.coverage
        if not genes:
            yield self._said(
                "No gene was measured: nothing is said here of where the genome could be read."
            )
            return
        yield self._said("Coding bases that were callable, in genes that fit the phenotype")
        head = tuple(self._say(word) for word in ("Gene", "Callable", "Gaps"))
        rows = [
            (
                each.gene,
                self._say("not stated")
                if each.callable_fraction is None
                else percent(each.callable_fraction),
                ", ".join(each.gaps) or "-",
            )
            for each in genes
        ]
        yield self._table([head, *rows], (30, 25, None), has_head=True)

    def _grounds(self) -> Iterable[Flowable]:
        conclusion = self._report.conclusion
        for one in () if conclusion is None else conclusion.findings:
            name = one.variant.coding_name or str(one.variant.allele)
            yield self._paragraph(
                str(self._wording.say("Evidence on {variant}", variant=name)), "heading"
            )
            head = tuple(self._say(word) for word in ("Criterion", "Judged", "Points", "On what"))
            rows = [self._evidence(each) for each in one.variant.evidence]
            if rows:
                yield self._said(points_caption(one.variant), points=points_of(one.variant))
                yield self._table([head, *rows], (42, 32, 14, None), has_head=True)
            else:
                yield self._said("No criterion was judged.")

    def _evidence(self, each: Evidence) -> tuple[str, ...]:
        judged = self.tell(each.met)
        if each.met is Met.MET:
            judged += f", {self.tell(each.strength)}"
        about = self._wording.criterion(each.criterion)
        return (
            f"{each.criterion}: {about}" if about else each.criterion,
            judged,
            points_of(each),
            f"{self._wording.tell_evidence(each)} ({self.tell(each.source)})",
        )

    def _knowledge(self) -> Iterable[Flowable]:
        found = self._report.interpretation
        yield self._heading("Knowledge used, and knowledge absent")
        for word, lines in (("Used", found.releases), ("Absent", found.absent)):
            yield self._paragraph(self._say(word), "strong")
            for line in lines or (self._say("None."),):
                yield self._paragraph(self.tell(line), "item")
        yield self._said(
            "Made by {program}. Positions count from 1. The same content for machines: {files} "
            "beside this page.",
            program=self._report.made_by,
            files="report.json, phenopacket.json, fhir.json",
        )

    def _disease(self, disease: str, name: str) -> str:
        if not disease:
            return self._say("no disease of this gene is known to the releases used")
        return f"{name} ({disease})"

    def _say(self, text: str) -> str:
        return str(self._wording.say(text))

    def _said(self, text: str, **values: str) -> Flowable:
        # `say` has escaped the values: what it returns is markup already.
        return self._flow(str(self._wording.say(text, **values)), "body")

    def _heading(self, text: str) -> Flowable:
        return self._flow(self._say(text), "heading")

    def _paragraph(self, text: str, style: str = "body") -> Flowable:
        return self._flow(str(escape(text)), style)

    def _flow(self, markup: str, style: str) -> Flowable:
        bullet = "-" if style == "item" else None
        return Paragraph(writable(markup), self._styles[style], bulletText=bullet)

    def _table(
        self,
        rows: Sequence[Sequence[str]],
        widths_mm: Sequence[int | None],
        *,
        has_head: bool = False,
    ) -> Flowable:
        body_mm = 210 - 2 * _MARGIN_MM
        rest_mm = body_mm - sum(width or 0 for width in widths_mm)
        table = Table(
            [
                [
                    self._paragraph(cell, "strong" if self._is_head(at, row, has_head) else "cell")
                    for at, cell in enumerate(cells)
                ]
                for row, cells in enumerate(rows)
            ],
            colWidths=[(width or rest_mm) * mm for width in widths_mm],
            repeatRows=1 if has_head else 0,
            spaceAfter=3 * mm,
        )
        line = ("LINEBELOW", (0, 0), (-1, -1), 0.3, _GREY)
        table.setStyle(TableStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), line]))
        return table

    @staticmethod
    def _is_head(column: int, row: int, has_head: bool) -> bool:  # noqa: FBT001
        return row == 0 if has_head else column == 0


def writable(text: str) -> str:
    """Return the text with the names of what the font has no shape for.

    Examples
    --------
    >>> writable("β-thalassæmi, p.(Arg222Ter)")
    'beta-thalassæmi, p.(Arg222Ter)'
    """
    shapes = _shapes()
    return "".join(char if ord(char) in shapes or char == "\n" else _named(char) for char in text)


def _named(char: str) -> str:
    plain = unicodedata.normalize("NFKD", char).encode("ascii", "ignore").decode()
    return plain or unicodedata.name(char, "?").rsplit(" ", 1)[-1].lower()


@cache
def _shapes() -> frozenset[int]:
    return frozenset(TTFont(_FONT, f"{_FONT}.ttf").face.charToGlyph)


@cache
def _register_fonts() -> None:
    for name in (_FONT, _BOLD):
        pdfmetrics.registerFont(TTFont(name, f"{name}.ttf"))


@cache
def _styles() -> dict[str, Style]:
    body = ParagraphStyle("body", fontName=_FONT, fontSize=9, leading=12.5, spaceAfter=5)
    cell = ParagraphStyle("cell", body, fontSize=8, leading=10.5, spaceAfter=0, splitLongWords=1)
    return {
        "body": body,
        "cell": cell,
        "strong": ParagraphStyle("strong", cell, fontName=_BOLD),
        "item": ParagraphStyle("item", body, leftIndent=12, bulletIndent=2, spaceAfter=2),
        "title": ParagraphStyle("title", body, fontName=_BOLD, fontSize=15, leading=20),
        "heading": ParagraphStyle(
            "heading", body, fontName=_BOLD, fontSize=11, leading=15, spaceBefore=8
        ),
        "warning": ParagraphStyle(
            "warning", body, borderWidth=0.6, borderColor="#8a5a00", borderPadding=4, spaceAfter=9
        ),
    }
