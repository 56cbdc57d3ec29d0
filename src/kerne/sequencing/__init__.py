"""From a doctor's order to a released sample: tubes, quality, runs, the working-day clock."""
