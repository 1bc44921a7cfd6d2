"""The target: places 26 circles in the unit square so that the sum of their radii is large.

Centres move by simulated annealing; for given centres the radii grow greedily. Change anything; print `x y r` lines.
"""
import math
import random

COUNT = 26
SEED = 1
SWEEPS = 500         # hone: knob sweeps 100..1500 log
START_STEP = 0.02    # hone: knob start_step 0.001..0.5 log
END_STEP = 0.01      # hone: knob end_step 0.00001..0.1 log
START_HEAT = 0.02    # hone: knob start_heat 0.00001..0.1 log
END_HEAT = 0.001     # hone: knob end_heat 0.0000001..0.01 log
COLUMNS = 6          # hone: knob columns 3..8
JITTER = 0.08        # hone: knob jitter 0.0..0.3
GROWTH = 0.5         # hone: knob growth 0.05..1.0
PASSES = 3           # hone: knob passes 1..8
MARGIN = 1e-12


def start(dice):
    """A grid of COLUMNS, shaken."""
    rows = -(-COUNT // COLUMNS)
    centres = []
    for i in range(COUNT):
        column, row = i % COLUMNS, i // COLUMNS
        x = (column + 0.5) / COLUMNS + dice.uniform(-JITTER, JITTER)
        y = (row + 0.5) / rows + dice.uniform(-JITTER, JITTER)
        centres.append((min(max(x, 0.01), 0.99), min(max(y, 0.01), 0.99)))
    return centres


def room(i, centres, radii):
    """How large circle i may be while the others stay as they are."""
    x, y = centres[i]
    limit = min(x, 1 - x, y, 1 - y)
    for j, (a, b) in enumerate(centres):
        if j != i:
            limit = min(limit, math.hypot(x - a, y - b) - radii[j])
    return limit


def grow(centres):
    """Radii for these centres: a few passes in which each circle takes a share of its room, then all of it."""
    radii = [0.0] * COUNT
    for _ in range(PASSES):
        for i in range(COUNT):
            radii[i] += GROWTH * max(0.0, room(i, centres, radii) - radii[i])
    for i in range(COUNT):
        radii[i] = max(0.0, room(i, centres, radii))
    return radii


def anneal():
    dice = random.Random(SEED)
    centres = start(dice)
    radii = grow(centres)
    value = best = sum(radii)
    answer = centres, radii
    steps = SWEEPS * COUNT // (PASSES + 1)
    for n in range(steps):
        share = n / steps
        step = START_STEP * (END_STEP / START_STEP) ** share
        heat = START_HEAT * (END_HEAT / START_HEAT) ** share
        i = dice.randrange(COUNT)
        x, y = centres[i]
        moved = list(centres)
        moved[i] = (min(max(x + dice.gauss(0, step), 0.001), 0.999), min(max(y + dice.gauss(0, step), 0.001), 0.999))
        grown = grow(moved)
        total = sum(grown)
        if total > value or dice.random() < math.exp((total - value) / heat):
            centres, radii, value = moved, grown, total
            if value > best:
                best, answer = value, (centres, radii)
    return answer


def main():
    centres, radii = anneal()
    for (x, y), r in zip(centres, radii):
        print(f"{x:.15f} {y:.15f} {max(0.0, r - MARGIN):.15f}")


if __name__ == "__main__":
    main()
