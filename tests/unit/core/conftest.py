"""Lets the tests of this folder share their drawings and their way of playing them."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
