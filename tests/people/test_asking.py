import pytest

from kerne.people.asking import Purpose


@pytest.mark.parametrize("word", ["insurance", "pension", "employment", "Research", ""])
def test_purpose__has_no_word_outside_the_law(word: str) -> None:
    with pytest.raises(ValueError, match="is not a valid Purpose"):
        Purpose(word)
