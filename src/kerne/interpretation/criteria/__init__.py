"""The criteria of ACMG/AMP, by subject; each judgement has its data in words and its source."""
