"""Textbook NumPy of losses that are more than the formula of one row of numbers: lists, vectors and sequences.

Lists come stacked, (lists, members) or (lists, members, components); rows of vectors as (n, K), classes one-hot.
By name and number of inputs, each loss has a function for its value and one for its gradient, which take the loss,
and so its parameters, in front.
"""

from byhand.embeddings import EMBEDDINGS
from byhand.ensembles import ENSEMBLES
from byhand.lists import LISTS
from byhand.rows import ROWS
from byhand.sequences import SEQUENCES

BY_HAND = {**LISTS, **ROWS, **EMBEDDINGS, **ENSEMBLES, **SEQUENCES}
