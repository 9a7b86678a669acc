"""The author's facts: what a diagram says about each node, read once."""

from engine.core.model.read import read_models

__all__ = ["read_models"]
