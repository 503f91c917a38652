"""Exact landscapes against rational arithmetic: weights spread over many orders of magnitude, ties among them."""

import itertools
import json
import os
import random
import subprocess
import sys
import tempfile
from fractions import Fraction

program, source = sys.argv[1:3]
if not os.access(program, os.X_OK):
    print("skipped: the program was not built")
    sys.exit(77)
scratch = tempfile.TemporaryDirectory()


def run(rule, size, pair):
    """size: texts; pair[i][j]: texts."""
    path = os.path.join(scratch.name, "landscape.yaml")
    with open(path, "w") as file:
        names = ", ".join(f"a{i}: {s}" for i, s in enumerate(size))
        rows = ", ".join("[" + ", ".join(row) + "]" for row in pair)
        file.write(f"rule: {rule}\nactors: {{{names}}}\npropensity: [{rows}]\n")
    done = subprocess.run([program, "landscape", "--json", path], capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr


def canonical(group):
    number = {}
    return tuple(number.setdefault(g, len(number)) for g in group)


def moves(group, most):
    """Every configuration that one move of one actor leads to, in the order in which ties are broken."""
    for i in range(len(group)):
        groups = max(group) + 1
        for k in range(min(groups + 1, most)):
            if k != group[i]:
                moved = canonical(group[:i] + (k,) + group[i + 1:])
                if moved != group:
                    yield moved


def landscape(rule, w):
    """Energy (disagreements, rational) by configuration, and its minima: {configuration: (strict, basin)}."""
    n = len(w)
    most = 2 if rule == "two-camps" else n
    every = {canonical(g) for g in itertools.product(range(most), repeat=n)}

    def disagreements(group):
        return sum(abs(w[i][j]) for i in range(n) for j in range(i) if (group[i] == group[j]) == (w[i][j] < 0))

    energy = {group: disagreements(group) for group in every}
    lower = {}
    for group in every:
        best = group
        for moved in moves(group, most):
            if energy[moved] < energy[best]:
                best = moved
        lower[group] = best
    minima = {}
    for group in every:
        if lower[group] == group:
            strict = all(energy[moved] > energy[group] for moved in moves(group, most))
            minima[group] = [strict, 0]
    for group in every:
        end = group
        while lower[end] != end:
            end = lower[end]
        minima[end][1] += 1
    return energy, minima


def numbers(rng, kind, n):
    if kind == "spread":  # all seventeen digits, forty powers of ten
        size = [repr(10 ** rng.uniform(-20, 20)) for _ in range(n)]
        draw = lambda: repr(rng.choice([-1, 1]) * 10 ** rng.uniform(-6, 6))
    elif kind == "ties":  # few different numbers of very different size: many exact ties
        size = [rng.choice(["1", "3", "2.1e13", "1e-9", "1e20"]) for _ in range(n)]
        draw = lambda: rng.choice(["-1", "0", "1", "0.5"])
    elif kind == "tenths":  # sums that are equal as decimals and not as doubles
        size = [rng.choice(["0.1", "0.2", "0.3", "1e12", "0.123456789012345"]) for _ in range(n)]
        draw = lambda: rng.choice(["-0.1", "0.1", "0.2", "-0.3"])
    else:  # ordinary numbers of many digits
        size = [repr(rng.uniform(0.5, 2)) for _ in range(n)]
        draw = lambda: repr(rng.gauss(0, 1))
    pair = [["0"] * n for _ in range(n)]
    for i in range(n):
        for j in range(i):
            pair[i][j] = pair[j][i] = draw()
    return size, pair


def weights(size, pair):
    n = len(size)
    return [[Fraction(size[i]) * Fraction(size[j]) * Fraction(pair[i][j]) if i != j else Fraction(0)
             for j in range(n)] for i in range(n)]


def close(found, exact):
    return abs(Fraction(found) - exact) <= abs(exact) * Fraction(1, 10**14)


def group_of(answer, n):
    group = [0] * n
    for k, names in enumerate(answer["groups"]):
        for name in names:
            group[int(name[1:])] = k
    return canonical(group)


def check(rule, size, pair):
    n, w = len(size), weights(size, pair)
    status, out, err = run(rule, size, pair)
    assert status == 0, (size, pair, err)
    answer = json.loads(out)
    energy, minima = landscape(rule, w)
    hostile = sum(max(-w[i][j], 0) for i in range(n) for j in range(i))
    assert answer["exact"] is True
    found = {group_of(minimum, n): minimum for minimum in answer["minima"]}
    assert set(found) == set(minima), (rule, size, pair)
    order = [energy[group_of(minimum, n)] for minimum in answer["minima"]]
    assert order == sorted(order), (rule, size, pair)
    for group, minimum in found.items():
        strict, basin = minima[group]
        assert minimum["strict"] == strict and minimum["basin"] == basin, (rule, size, pair, group)
        assert close(minimum["disagreements" if rule == "blocs" else "energy"],
                     energy[group] if rule == "blocs" else 2 * (energy[group] - hostile)), (rule, size, pair)
    least = min(energy.values())
    assert close(answer["best"]["disagreements"], least), (rule, size, pair)
    assert answer["best"]["optima"] == sum(e == least for e in energy.values()), (rule, size, pair)


def best_of_subsets(w):
    """Most that blocs can hold and in how many ways, by dynamic programming in whole numbers."""
    n = len(w)
    scale = 1
    for row in w:
        for x in row:
            scale = scale * x.denominator // __import__("math").gcd(scale, x.denominator)
    whole = [[int(x * scale) for x in row] for row in w]
    value, best, ways = [0] * 2**n, [0] * 2**n, [1] * 2**n
    for s in range(1, 2**n):
        low = (s & -s).bit_length() - 1
        rest = s & (s - 1)
        value[s] = value[rest] + sum(whole[low][j] for j in range(n) if rest >> j & 1)
        most, count, others = value[s], 1, rest
        while others:
            held = value[s ^ others] + best[others]
            if held > most:
                most, count = held, ways[others]
            elif held == most:
                count += ways[others]
            others = (others - 1) & rest
        best[s], ways[s] = most, count
    positive = sum(max(whole[i][j], 0) for i in range(n) for j in range(i))
    return Fraction(positive - best[-1], scale), ways[-1]


rng = random.Random(12)
for kind in ("spread", "ties", "tenths", "ordinary"):
    for _ in range(25):
        check("two-camps", *numbers(rng, kind, rng.randint(2, 8)))
        check("blocs", *numbers(rng, kind, rng.randint(2, 6)))

# Fourteen actors: blocs by subsets.
for kind in ("spread", "ties", "tenths"):
    size, pair = numbers(rng, kind, 14)
    status, out, err = run("blocs", size, pair)
    assert status == 0, err
    answer = json.loads(out)
    least, ways = best_of_subsets(weights(size, pair))
    assert answer["exact"] is True and close(answer["best"]["disagreements"], least)
    assert answer["best"]["optima"] == ways, (kind, answer["best"]["optima"], ways)

# The sides of an actor of size 1 beside sizes of 10^13.
check("two-camps", ["2.1e13", "1.8e13", "1"], [["0", "-1", "1"], ["-1", "0", "-1"], ["1", "-1", "0"]])

# Landscapes beyond exact comparison are refused, at exit status 2.
status, out, err = run("two-camps", ["1e-120", "1e-20", "1.5e120"], [["0", "1", "1"], ["1", "0", "1"], ["1", "1", "0"]])
assert status == 2 and out == "" and "decimal digits" in err, (status, out, err)
