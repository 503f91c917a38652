"""Monte Carlo of coalition formation in randomized world orders.

`Experiment` runs experiments and plays batches of worlds in memory; `open` reads result files. `parameters`, `outcomes` and
`doctrines` list the registry, to which `load_plugin` adds parameters and outcomes of one's own.
"""

from ._library import InputError, QuadrilleError, StoppedError, doctrines, library_version, load_plugin, outcomes, parameters
from .experiment import Experiment
from .result import Result, open

__version__ = "0.2.0"
__all__ = ["Experiment", "InputError", "QuadrilleError", "Result", "StoppedError", "doctrines", "library_version", "load_plugin", "open",
           "outcomes", "parameters"]
