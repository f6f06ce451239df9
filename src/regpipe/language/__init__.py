"""What a user may write in YAML: frozen types that refuse a key they don't know.

Layers, regularizers and optimizers are mappings in Keras' own words; `vocabulary` checks those.
"""

from regpipe.language.blocks import (
    Autoencoder,
    Class,
    GridPublished,
    Problem,
    Published,
    Recipe,
    Split,
    TableRows,
    Technique,
)
from regpipe.language.columns import Column
from regpipe.language.foundations import Foundation
from regpipe.language.mechanisms import Measure, Mechanism
from regpipe.language.references import Reference
from regpipe.language.settings import (
    PROTOCOLS,
    Answering,
    Cocktail,
    Engine,
    Export,
    FixedProtocol,
    FreshProtocol,
    Protocol,
    Random,
    Screen,
    Settings,
    Statistics,
    StoppingRules,
)
from regpipe.language.training import Training

__all__ = [
    "PROTOCOLS",
    "Answering",
    "Autoencoder",
    "Class",
    "Cocktail",
    "Column",
    "Engine",
    "Export",
    "FixedProtocol",
    "Foundation",
    "FreshProtocol",
    "GridPublished",
    "Measure",
    "Mechanism",
    "Problem",
    "Protocol",
    "Random",
    "Published",
    "Recipe",
    "Reference",
    "Screen",
    "Settings",
    "Split",
    "Statistics",
    "StoppingRules",
    "TableRows",
    "Technique",
    "Training",
]
