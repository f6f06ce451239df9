"""What a user may write in YAML: frozen types that refuse a key they don't know.

Layers, regularizers and optimizers are mappings in Keras' own words; `vocabulary` checks those.
"""

from regpipe.language.blocks import (
    Autoencoder,
    GridPublished,
    Problem,
    Published,
    Split,
    TableRows,
    Technique,
)
from regpipe.language.recipes import Recipe
from regpipe.language.rules import (
    AbsoluteChange,
    AverageChange,
    Below,
    Checkpoint,
    EarlyStopping,
    GeneralizationLoss,
    Monitored,
    ProgressQuotient,
    Refit,
    SuccessiveIncreases,
)
from regpipe.language.settings import (
    Cocktail,
    Engine,
    Export,
    FixedProtocol,
    FreshProtocol,
    Protocol,
    Screen,
    Settings,
    Statistics,
    StoppingRules,
)
from regpipe.language.training import (
    GradientNoise,
    LabelNoise,
    MixUp,
    SnapshotEnsemble,
    Training,
    WeightAverage,
    WeightNoise,
)

__all__ = [
    "AbsoluteChange",
    "Autoencoder",
    "AverageChange",
    "Below",
    "Checkpoint",
    "Cocktail",
    "EarlyStopping",
    "Engine",
    "Export",
    "FixedProtocol",
    "FreshProtocol",
    "GeneralizationLoss",
    "GradientNoise",
    "GridPublished",
    "LabelNoise",
    "MixUp",
    "Monitored",
    "Problem",
    "ProgressQuotient",
    "Protocol",
    "Published",
    "Recipe",
    "Refit",
    "Screen",
    "Settings",
    "SnapshotEnsemble",
    "Split",
    "Statistics",
    "StoppingRules",
    "SuccessiveIncreases",
    "TableRows",
    "Technique",
    "Training",
    "WeightAverage",
    "WeightNoise",
]
