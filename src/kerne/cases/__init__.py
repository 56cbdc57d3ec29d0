"""From a released sample to a signed answer: cases, candidates, classifications and the report."""
