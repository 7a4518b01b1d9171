"""Loss functions of machine learning, with their derivatives, true to the last digits."""

__version__ = "0.1.0"
