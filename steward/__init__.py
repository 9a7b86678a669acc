"""The program: settings, the clock, the wiring, the worker and the command line."""

from importlib.metadata import version

__version__ = version("steward")
