"""Policies against scenarios in EMA Workbench's manner: a model function of keyword arguments, called for every combination.

The EMA Workbench is not in Debian; one batch replaces its `perform_experiments`. With it installed, wrap `model` in
`ema_workbench.Model` and give `tension.decay` as a RealParameter and `doctrine` as a CategoricalParameter.
"""
import numpy as np

import quadrille

experiment = quadrille.Experiment({"orders": ["bipolar"], "parameters": {"order.states": 12, "order.periods": 40}})


def model(scenarios, policies):
    points = [{"tension.decay": decay, "doctrine": doctrine} for decay in scenarios for doctrine in policies]
    return experiment.simulate(points, worlds=20, outcomes=["survival", "resolved"]).mean(("order", "world"))


outcomes = model(np.linspace(0.05, 0.2, 10), ["clinton", "rumsfeld", "obama"])
found = [float(outcomes["survival"][outcomes["doctrine"] == doctrine].min()) for doctrine in ("clinton", "rumsfeld", "obama")]
print("worst case of survival over the scenarios:", found)
