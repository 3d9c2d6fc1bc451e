#!/usr/bin/env python3
"""estimators.py > testdata/figures/estimators.json

What the limits of `trail report` are by scipy and statsmodels, for the test that holds our own arithmetic against them.
Needs both (`pip install scipy statsmodels`). Rows of "wilson": count, total, low, high. Rows of "corrected": flagged, tested, AI
commits flagged, AI commits, people's commits not flagged, people's commits, share by Rogan and Gladen (-1 where it is below
zero), and the limits of Lang and Reiczigel.
"""
import json, math, sys

import scipy
import statsmodels
from scipy.stats import norm
from statsmodels.stats.proportion import proportion_confint


def lang_reiczigel(flagged, tested, found, positives, left, negatives):
    z = norm.ppf(0.975)
    n = tested + z ** 2
    p = (flagged + z ** 2 / 2) / n
    n_se, n_sp = positives + 2, negatives + 2
    se, sp = (found + 1) / n_se, (left + 1) / n_sp
    value = (p + sp - 1) / (se + sp - 1)
    shift = 2 * z ** 2 * (value * se * (1 - se) / n_se - (1 - value) * sp * (1 - sp) / n_sp)
    error = math.sqrt(p * (1 - p) / n + value ** 2 * se * (1 - se) / n_se + (1 - value) ** 2 * sp * (1 - sp) / n_sp)
    half = z * error / (se + sp - 1)
    return [min(1, max(0, value + shift + side * half)) for side in (-1, 1)]


def main():
    wilson, corrected = [], []
    for total in (1, 2, 7, 30, 100, 320, 1000, 100000):
        for of in sorted({0, 1, total // 10, total // 3, total // 2, total}):
            if of <= total:
                wilson.append([of, total, *map(float, proportion_confint(of, total, method='wilson'))])
    for errors in ((1730, 2221, 2353, 2398), (1730, 2221, 1059, 1072), (40, 50, 58, 60)):
        found, positives, left, negatives = errors
        for tested in (20, 150, 320, 5000):
            for flagged in sorted({0, 1, tested // 20, tested // 5, tested // 2, tested}):
                value = (flagged / tested + left / negatives - 1) / (found / positives + left / negatives - 1)
                limits = lang_reiczigel(flagged, tested, *errors)
                corrected.append([flagged, tested, *errors, min(1, value) if value >= 0 else -1, *limits])
    rows = lambda rows: '[\n' + ',\n'.join('    ' + json.dumps(row) for row in rows) + '\n  ]'
    made_by = f'scipy {scipy.__version__}, statsmodels {statsmodels.__version__}'
    sys.stdout.write(f'{{\n  "made_by": "{made_by}",\n  "wilson": {rows(wilson)},\n  "corrected": {rows(corrected)}\n}}\n')


if __name__ == '__main__':
    main()
