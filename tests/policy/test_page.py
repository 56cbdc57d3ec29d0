from pathlib import Path

from kerne.policy.page import rule_page
from kerne.policy.rulebook import RuleBook

DOCS = Path(__file__).parents[2] / "docs" / "reference"


def test_page__in_the_documentation_is_made_of_the_rules(book: RuleBook) -> None:
    kept = (DOCS / f"rules-{book.country}.md").read_text(encoding="utf-8")
    assert kept == rule_page(book)


def test_page__has_every_rule_with_its_law_and_both_languages(book: RuleBook) -> None:
    page = rule_page(book)
    for rule in book.rules.values():
        start = page.index(f"### {rule.identifier}\n")
        section = page[start : page.find("\n### ", start + 1)]
        for part in (rule.en, rule.da, rule.law, rule.source, rule.verified):
            assert part in section
        assert section.count("```") == 2
