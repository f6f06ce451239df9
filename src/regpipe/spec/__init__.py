"""What a user may write in YAML: frozen types that refuse a key they don't know.

Layers, regularizers and optimizers are mappings in Keras' own words; `vocabulary` checks those.
"""

from regpipe.spec.blocks import GridPublished, Problem, Published, Split, Technique
from regpipe.spec.rules import (
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
from regpipe.spec.settings import (
    Engine,
    FixedProtocol,
    FreshProtocol,
    Protocol,
    Settings,
    Statistics,
    StoppingRules,
)
from regpipe.spec.training import GradientNoise, LabelNoise, Training, WeightNoise

__all__ = [
    "AbsoluteChange",
    "AverageChange",
    "Below",
    "Checkpoint",
    "EarlyStopping",
    "Engine",
    "FixedProtocol",
    "FreshProtocol",
    "GeneralizationLoss",
    "GradientNoise",
    "GridPublished",
    "LabelNoise",
    "Monitored",
    "Problem",
    "ProgressQuotient",
    "Protocol",
    "Published",
    "Refit",
    "Settings",
    "Split",
    "Statistics",
    "StoppingRules",
    "SuccessiveIncreases",
    "Technique",
    "Training",
    "WeightNoise",
]
