"""How fast the roads are: ratios beside floors that are measured in the same run, never absolute promises.

`python -m tests.bench` measures everything, `python -m tests.bench V1 V5` some of it. Each figure is the median of
slices that take turns with its floor; PORTAL_BENCH_SECONDS is the length of a slice. Time never fails anything; a wrong
result (a STOP that did not opt out, a text after it) and a figure that could not be measured do.
"""
