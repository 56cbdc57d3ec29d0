"""A rule book as a page: every rule in plain English and Danish beside its text."""

from collections.abc import Iterator

from kerne.policy.rulebook import Effect, Rule, RuleBook

_HEAD = """# The rules of {country}

Made from the rule book by `kerne rules {folder}`; a test fails when page and rules differ.
A forbid outweighs any permit, and silence refuses. A permit says whom it lets through, a forbid
what stands in the way: these are the words in which refusals are given.
"""


def rule_page(book: RuleBook) -> str:
    """Return the rule book as Markdown: its terms, then its rules by subject."""
    lines = [_HEAD.format(country=book.terms.country, folder=book.country), *_terms(book)]
    subjects = dict.fromkeys(rule.subject for rule in book.rules.values())
    for subject in subjects:
        lines.append(f"## {subject.replace('_', ' ').capitalize()}\n")
        for rule in book.rules.values():
            if rule.subject == subject:
                lines.extend(_rule(rule))
    return "\n".join(lines)


def _terms(book: RuleBook) -> Iterator[str]:
    terms, opt_out = book.terms, book.terms.ehds_opt_out
    touched = {
        "running permits": opt_out.touches_running_permits,
        "cuts that were issued": opt_out.touches_cuts,
        "finished analyses": opt_out.touches_finished_analyses,
    }
    yield "## Terms\n"
    yield "| term | is |"
    yield "|---|---|"
    yield f"| own choices from | {terms.own_choices_from_years} years |"
    yield f"| of age from | {terms.of_age_years} years |"
    yield f"| records are kept | {terms.retention.years} years: {terms.retention.law} |"
    yield f"| appeal | {terms.retention.appeal_en} |"
    yield f"| klage | {terms.retention.appeal_da} |"
    yield f"| which right prevails | {opt_out.prevails_en} ({opt_out.law}) |"
    yield f"| hvilken ret går forud | {opt_out.prevails_da} |"
    for what, is_touched in touched.items():
        yield f"| an opt-out touches {what} | {'yes' if is_touched else 'no'} |"
    yield ""


def _rule(rule: Rule) -> Iterator[str]:
    permits = rule.effect is Effect.PERMIT
    yield f"### {rule.identifier}\n"
    yield f"- **{'Lets through' if permits else 'Stands in the way'}:** {rule.en}"
    yield f"- **{'Lukker igennem' if permits else 'Står i vejen'}:** {rule.da}"
    yield f"- **Law:** {rule.law}"
    yield f"- **Source:** {rule.source}"
    yield f"- **Verified:** {rule.verified}"
    if rule.tells is not None:
        yield f"- **Tells:** {rule.tells}, each time"
    yield f"\n```text\n{_without_annotations(rule.text)}\n```\n"


def _without_annotations(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if not line.startswith("@"))
