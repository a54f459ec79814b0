"""Whether a page is in scope: a cheap verdict between the prefilter of archives and the redactor.

In: PageText, raw, in memory. Out: a probability and its reasons; nothing of the page is kept. What "in scope" means, the
features, their weights and what they get wrong: docs/relevance.md.
"""

from vigie.relevance.classifiers import CLASSIFIERS, load
from vigie.relevance.linear import Linear, Reason
from vigie.relevance.page import Classifier, PageText

__all__ = ["CLASSIFIERS", "Classifier", "Linear", "PageText", "Reason", "load"]
