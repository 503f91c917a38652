"""Global sensitivity in SALib's manner: a sample matrix in, a vector of outputs back.

SALib is not in Debian; a random design and squared rank correlations replace its `sample` and `analyze`. With it
installed, replace the two marked lines by `SALib.sample.sobol.sample(problem, 64)` and `SALib.analyze.sobol.analyze(problem, y)`.
"""
import numpy as np

import quadrille

problem = {"names": ["tension.decay", "institution.target", "blocs.cost"], "bounds": [[0.05, 0.2], [0.1, 0.9], [0.0, 0.05]]}
x = np.random.default_rng(1).uniform(*np.array(problem["bounds"]).T, size=(64, 3))  # sample
experiment = quadrille.Experiment({"orders": ["multipolar"], "parameters": {"order.states": 12, "order.periods": 40}})
y = experiment.simulate(dict(zip(problem["names"], x.T)), worlds=20, outcomes=["tension_mean"])["tension_mean"].mean(("order", "world")).values
ranks = lambda v: np.argsort(np.argsort(v, axis=0), axis=0)
found = np.corrcoef(np.column_stack([ranks(x), ranks(y)]).T)[-1, :-1] ** 2  # analyze
print(dict(zip(problem["names"], found.round(3))))
