"""Side-by-side measurements: both sides in one run, medians of several, ratios against a stated target."""
