"""Imports a part of moto without the whole of EC2, which costs more than a second of CPU.

The engine takes the names of a Batch job's states from `moto.batch.utils`; the package around it imports moto's own
Batch and, with it, EC2. The twin has neither.
"""

import importlib
import sys
from importlib.util import find_spec, module_from_spec

_PACKAGE = "moto.batch"


def import_states_of_jobs() -> None:
    """Import `moto.batch.utils` alone; its package is imported as usual when somebody else asks for it."""
    if _PACKAGE in sys.modules:
        return
    spec = find_spec(_PACKAGE)
    if spec is None:
        raise ImportError(f"{_PACKAGE} is not there: install moto as requirements/dev.txt pins it")
    sys.modules[_PACKAGE] = module_from_spec(spec)
    try:
        importlib.import_module(f"{_PACKAGE}.utils")
    finally:
        del sys.modules[_PACKAGE]
