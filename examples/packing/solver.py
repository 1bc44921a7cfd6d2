"""The target: places 26 circles in the unit square so that the sum of their radii is large.

Circles grow while a penalty pushes overlapping ones apart (gradient steps, several starts); then the radii are made
exact. Change anything; print COUNT lines `x y r`.
"""
import math
import random

COUNT = 26
STARTS = 32             # hone: knob starts 2..80 log
STEPS = 900             # hone: knob steps 100..6000 log
COLUMNS = 7             # hone: knob columns 3..9
JITTER = 0.1            # hone: knob jitter 0.0..0.3
FIRST_RADIUS = 0.02     # hone: knob first_radius 0.005..0.15 log
GROWTH = 0.2            # hone: knob growth 0.02..5 log
FIRST_PENALTY = 40.0    # hone: knob first_penalty 1..200 log
LAST_PENALTY = 60.0     # hone: knob last_penalty 10..5000 log
FIRST_RATE = 0.002      # hone: knob first_rate 0.0002..0.05 log
LAST_RATE = 0.001       # hone: knob last_rate 0.00001..0.02 log
MOMENTUM = 0.0          # hone: knob momentum 0.0..0.98
MARGIN = 1e-12


def start(dice):
    """A grid of COLUMNS, shaken."""
    rows = -(-COUNT // COLUMNS)
    xs, ys = [], []
    for i in range(COUNT):
        xs.append((i % COLUMNS + 0.5) / COLUMNS + dice.uniform(-JITTER, JITTER))
        ys.append((i // COLUMNS + 0.5) / rows + dice.uniform(-JITTER, JITTER))
    return xs, ys, [FIRST_RADIUS] * COUNT


def push(xs, ys, rs, penalty):
    """The slope of: sum of radii * GROWTH - penalty * sum of squared overlaps / 2."""
    gx, gy, gr = [0.0] * COUNT, [0.0] * COUNT, [GROWTH] * COUNT
    for i in range(COUNT):
        x, y, r = xs[i], ys[i], rs[i]
        for over, axis, sign in ((r - x, gx, 1), (x + r - 1, gx, -1), (r - y, gy, 1), (y + r - 1, gy, -1)):
            if over > 0:
                axis[i] += sign * penalty * over
                gr[i] -= penalty * over
        for j in range(i):
            dx, reach = x - xs[j], r + rs[j]
            if dx > reach or dx < -reach:
                continue
            dy = y - ys[j]
            square = dx * dx + dy * dy
            if square < reach * reach:
                distance = math.sqrt(square) + 1e-12
                over = penalty * (reach - distance)
                gx[i] += over * dx / distance
                gy[i] += over * dy / distance
                gx[j] -= over * dx / distance
                gy[j] -= over * dy / distance
                gr[i] -= over
                gr[j] -= over
    return gx, gy, gr


def relax(xs, ys, rs):
    speeds = [0.0] * COUNT, [0.0] * COUNT, [0.0] * COUNT
    for n in range(STEPS):
        share = n / STEPS
        penalty = FIRST_PENALTY * (LAST_PENALTY / FIRST_PENALTY) ** share
        rate = FIRST_RATE * (LAST_RATE / FIRST_RATE) ** share
        for values, slopes, speed in zip((xs, ys, rs), push(xs, ys, rs, penalty), speeds):
            for i in range(COUNT):
                speed[i] = MOMENTUM * speed[i] + slopes[i]
                values[i] = min(max(values[i] + rate * speed[i], 0.001), 0.999)


def settle(xs, ys, rs):
    """Radii that fit: first shrunk in pairs, then each grown into the room that is left."""
    rs = [min(r, x, 1 - x, y, 1 - y) for x, y, r in zip(xs, ys, rs)]
    for i in range(COUNT):
        for j in range(i):
            distance = math.hypot(xs[i] - xs[j], ys[i] - ys[j])
            if rs[i] + rs[j] > distance:
                shrink = distance / (rs[i] + rs[j])
                rs[i] *= shrink
                rs[j] *= shrink
    for i in range(COUNT):
        room = min(xs[i], 1 - xs[i], ys[i], 1 - ys[i])
        for j in range(COUNT):
            if j != i:
                room = min(room, math.hypot(xs[i] - xs[j], ys[i] - ys[j]) - rs[j])
        rs[i] = max(0.0, room)
    return rs


def main():
    best, answer = -1.0, None
    for number in range(STARTS):
        xs, ys, rs = start(random.Random(number))
        relax(xs, ys, rs)
        rs = settle(xs, ys, rs)
        if sum(rs) > best:
            best, answer = sum(rs), (xs, ys, rs)
    for x, y, r in zip(*answer):
        print(f"{x:.15f} {y:.15f} {max(0.0, r - MARGIN):.15f}")


if __name__ == "__main__":
    main()
