"""The report as one page of HTML for people: no script, nothing loaded, readable by anyone.

It is written in English and in Danish (`wording`), a page each that names the other. A page stands
alone (style and drawings inside it), says its warnings first and what was not examined before the
fine print, never carries meaning by colour only, and prints.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from kerne.cases.answers.report import CAUSES, NOT_EXCLUDED, PAGES, Conclusion, Report, explaining
from kerne.cases.answers.wording import Wording
from kerne.cases.events import Bearing
from kerne.interpretation.candidate import (
    Candidate,
    CandidateVariant,
    Classification,
    Evidence,
    Genotype,
    Met,
    Tier,
    by_tier,
    in_percent,
)
from kerne.policy.words import Language

DETAILED: Final = 5
"""Candidates of a tier that are laid out with all their evidence."""

LISTED: Final = 30
"""Candidates of a tier that the overview names; the record holds all of them."""

_BAR_PX: Final = 60
_FULL_BAR_LOG10: Final = 6.0
_TIERS: Final = {
    Tier.PANEL: "On the panel",
    Tier.OUTSIDE: "Outside the panel",
    Tier.NO_PANEL: "All genes",
}

_SMALL_SUM: Final = "ACMG/AMP evidence: {points} points in all"
_COPIES_SUM: Final = "ACMG/ClinGen score of a loss or gain of copies: {points} in all"

ZYGOSITY: Final = {
    Genotype.HET: "heterozygous",
    Genotype.HOM: "homozygous",
    Genotype.HEMI: "hemizygous",
}


@dataclass(frozen=True, slots=True)
class Shelf:
    """The candidates of one tier: those laid out, those only listed, and how many more."""

    heading: str
    detailed: tuple[Candidate, ...]
    listed: tuple[Candidate, ...]
    unlisted: int


def render_page(report: Report, language: Language = Language.ENGLISH) -> bytes:
    """Return the report as an HTML page, UTF-8."""
    wording = Wording(language)
    (other,) = (each for each in PAGES if each is not language)
    page = _ENVIRONMENT.get_template("report.html.j2").render(
        report=report,
        found=report.interpretation,
        shelves=arrange_shelves(report.interpretation.candidates),
        not_excluded=NOT_EXCLUDED,
        language=language,
        other_language=other,
        other_page=PAGES[other],
        say=wording.say,
        told=wording.tell_marked,
        told_evidence=wording.mark_evidence,
        criterion=wording.criterion,
        code=Markup("<code>{}</code>").format,
        time_of=_time_of,
    )
    return page.encode()


def arrange_shelves(candidates: Sequence[Candidate]) -> tuple[Shelf, ...]:
    """Sort candidates into their tiers, best first; a panel on which there is none is shown too."""
    shelves = []
    for tier, inside in by_tier(candidates).items():
        listed = inside[:LISTED]
        more = len(inside) - len(listed)
        shelves.append(Shelf(_TIERS[tier], inside[:DETAILED], listed, more))
    return tuple(shelves)


def headline(conclusion: Conclusion) -> str:
    """Return the answer in a sentence or two, never surer than the geneticist was."""
    bearings = [finding.bearing for finding in conclusion.findings]
    causes = len(explaining(conclusion.findings))
    halves = sum(bearing in CAUSES for bearing in bearings) - causes
    candidates = bearings.count(Bearing.CANDIDATE)
    if halves and not causes:
        return _half(conclusion)
    if causes:
        found = _counted(causes, "was found that explains", "were found that explain")
        first = f"{found} the patient's condition, wholly or in part."
    elif candidates:
        first = "No certain cause was found."
    else:
        return "No variant was found that explains the patient's condition."
    more = "further variant" if causes else "variant"
    may = _counted(candidates, "may", "may", more)
    second = f" {may} have to do with it: too little is known to say." if candidates else ""
    return first + second


def _half(conclusion: Conclusion) -> str:
    found = {one.gene: None for one in conclusion.findings if one.bearing in CAUSES}
    return (
        f"No certain cause was found. One copy of {' and of '.join(found)} carries a "
        "disease-causing variant; whether the other copy does is not certain, and the disease "
        "needs both."
    )


def _counted(count: int, one: str, many: str, noun: str = "variant") -> str:
    return f"One {noun} {one}" if count == 1 else f"{count} {noun}s {many}"


def signed_number(value: float) -> str:
    r"""Return a number with its sign and two decimals, with a true minus.

    Examples
    --------
    >>> signed_number(1.239), ascii(signed_number(-0.4)), signed_number(-0.001)
    ('+1.24', "'\\u22120.40'", '0.00')
    """
    text = f"{value:+.2f}"
    if text in {"+0.00", "-0.00"}:
        return "0.00"
    return text.replace("-", "\N{MINUS SIGN}")


def signed_points(value: int) -> str:
    r"""Return whole points with their sign.

    Examples
    --------
    >>> signed_points(8), signed_points(0), ascii(signed_points(-4))
    ('+8', '0', "'\\u22124'")
    """
    return f"{value:+d}".replace("-", "\N{MINUS SIGN}") if value else "0"


def points_of(judged: CandidateVariant | Evidence) -> str:
    """Return the points of a criterion, or of all of a variant, on the scale that is theirs."""
    if judged.copy_points is not None:
        return signed_number(judged.copy_points)
    return signed_points(judged.points)


def points_caption(variant: CandidateVariant) -> str:
    """Return the sentence of the page that tells the sum of the points."""
    return _SMALL_SUM if variant.copy_points is None else _COPIES_SUM


def percent(fraction: float) -> str:
    """Return a fraction in percent, never rounded up to the whole.

    Examples
    --------
    >>> percent(0.9731), percent(0.99999), percent(1.0)
    ('97.3 %', '99.9 %', '100 %')
    """
    if fraction == 1:
        return "100 %"
    return f"{min(fraction * 100, 99.9):.1f} %"


def bar_px(value: float) -> float:
    """Return the length of the bar for a log10 value, without its sign.

    Examples
    --------
    >>> bar_px(4.0), bar_px(-80.0)
    (40.0, 60.0)
    """
    return round(min(abs(value) / _FULL_BAR_LOG10, 1.0) * _BAR_PX, 1)


def moment(iso: str) -> str:
    """Return a moment as people write it, with its distance from UTC.

    Examples
    --------
    >>> moment("2026-03-12T10:30+01:00"), moment("2026-03-12T09:30+00:00")
    ('2026-03-12 10:30 (UTC+01:00)', '2026-03-12 09:30 (UTC)')
    """
    at = datetime.fromisoformat(iso)
    return f"{at:%Y-%m-%d %H:%M} ({at.tzinfo})"


def breakable(name: object) -> Markup:
    """Return a variant's name as HTML that breaks after its transcript or contig only.

    Examples
    --------
    >>> breakable("NM_000518.5:c.20A>T")
    Markup('NM_000518.5:<wbr>c.20A&gt;T')
    """
    # The name is escaped before the one tag is put in.
    return Markup(str(escape(name)).replace(":", ":<wbr>"))  # noqa: S704


def _time_of(iso: str) -> Markup:
    return Markup('<time datetime="{}">{}</time>').format(iso, moment(iso))


def _class_name(classification: Classification) -> str:
    return f"class-{classification.name.lower().replace('_', '-')}"


def _met_name(met: Met) -> str:
    return f"met-{met.name.lower().replace('_', '-')}"


_ENVIRONMENT: Final = Environment(
    loader=PackageLoader("kerne.cases.answers"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_ENVIRONMENT.filters |= {
    "signed_number": signed_number,
    "points_of": points_of,
    "points_caption": points_caption,
    "percent": percent,
    "in_percent": in_percent,
    "share": "{:.0%}".format,
    "bar_px": bar_px,
    "headline": headline,
    "breakable": breakable,
    "moment": moment,
    "zygosity": ZYGOSITY.__getitem__,
    "class_name": _class_name,
    "met_name": _met_name,
}
