"""Textbook NumPy of losses that are more than the formula of one number of a row: lists, vectors, several slopes.

Lists come stacked, (lists, members) or (lists, members, components); rows of vectors as (n, K), classes one-hot.
By name and number of inputs, each loss has a function for its value and one for its gradient, which take the loss,
and so its parameters, in front; None is its formula.
"""

from byhand.boxes import BOXES
from byhand.embeddings import EMBEDDINGS
from byhand.ensembles import ENSEMBLES
from byhand.forecasts import FORECASTS
from byhand.lists import LISTS
from byhand.rows import ROWS
from byhand.sequences import SEQUENCES

BY_HAND = {**LISTS, **ROWS, **EMBEDDINGS, **ENSEMBLES, **SEQUENCES, **FORECASTS, **BOXES}
