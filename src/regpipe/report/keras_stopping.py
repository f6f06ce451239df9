"""The rules to stop by that plain Keras lacks, as a callback to paste before the model."""

from regpipe.language import (
    AbsoluteChange,
    AverageChange,
    Below,
    GeneralizationLoss,
    ProgressQuotient,
    SuccessiveIncreases,
)
from regpipe.report.python_text import literal

Rule = (
    GeneralizationLoss
    | ProgressQuotient
    | SuccessiveIncreases
    | AverageChange
    | AbsoluteChange
    | Below
)

CALLBACK = '''\
class StopWhen(keras.callbacks.Callback):
    """{told}"""

    def on_train_begin(self, logs=None):
        self.seen = []{losses}
        self.best, self.best_epoch, self.best_weights = None, 0, None

    def on_epoch_end(self, epoch, logs=None):
        if {monitor} not in logs:
            return
        current = np.float64(logs[{monitor}])
        self.seen.append(current){record}
        if self.best is None or current {better} self.best:
            self.best, self.best_epoch = current, epoch
            self.best_weights = self.model.get_weights()
{condition}
            self.model.stop_training = True'''

KEEP = """

    def on_train_end(self, logs=None):
        if self.best_weights is not None:
            self.model.set_weights(self.best_weights)"""

# Of the rule that looks at the loss on the rows trained on, too.
LOSSES = "\n        self.losses = []"
RECORD = '\n        self.losses.append(logs["loss"])'

GL = """\
        if 100 * (current / self.best - 1) > {alpha}:"""

PQ = """\
        strip = self.losses[-{strip}:]
        progress = 1000 * (np.mean(strip) / np.min(strip) - 1)
        quotient = 100 * (current / self.best - 1) / max(progress, 1e-12)
        if len(self.seen) % {strip} == 0 and quotient > {alpha}:"""

UP = """\
        ends = self.seen[{strip_less}::{strip}]
        rises = np.diff(ends[-{strips_more}:]) > 0
        if len(self.seen) % {strip} == 0 and len(rises) == {strips} and rises.all():"""

AVERAGE = """\
        changes = np.abs(np.diff(self.seen[-{epochs_more}:]))
        if len(changes) == {epochs} and changes.mean() < {threshold}:"""

ABSOLUTE = """\
        last = self.seen[-{epochs_more}:]
        if len(last) > {epochs} and abs(last[-1] - last[0]) < {threshold}:"""

STOP_BELOW_CLASS = '''\
class StopBelow(keras.callbacks.Callback):
    """Stops once the loss on the held-out rows is down to a limit."""

    def __init__(self, limit):
        super().__init__()
        self.limit = limit

    def on_epoch_end(self, epoch, logs=None):
        if logs.get("val_loss", np.inf) <= self.limit:
            self.model.stop_training = True'''

BELOW = """\
        if current <= {value}:"""

# For each rule, what it is and how it is asked.
RULES = {
    GeneralizationLoss: ("Stops by generalization loss (GL, Prechelt 1998).", GL),
    ProgressQuotient: ("Stops by progress quotient (PQ, Prechelt 1998).", PQ),
    SuccessiveIncreases: ("Stops after rises in a row (UP, Prechelt 1998).", UP),
    AverageChange: ("Stops once little changes on average.", AVERAGE),
    AbsoluteChange: ("Stops once little has changed.", ABSOLUTE),
    Below: ("Stops once the loss is low enough.", BELOW),
}


def stop_when_class(rule: Rule) -> str:
    """Return the callback of a rule; all but `below` put the best weights back."""
    told, condition = RULES[type(rule)]
    numbers = {}
    for key, value in rule.model_dump().items():
        numbers[key] = literal(value)
        if isinstance(value, int):
            numbers |= {f"{key}_less": str(value - 1), f"{key}_more": str(value + 1)}
    keeps = not isinstance(rule, Below)
    text = CALLBACK.format(
        told=f"{told[:-1]}, and keeps the best weights." if keeps else told,
        monitor=literal(rule.monitor),
        better=">" if rule.upwards else "<",
        losses=LOSSES if condition is PQ else "",
        record=RECORD if condition is PQ else "",
        condition=condition.format(**numbers),
    )
    return text + KEEP if keeps else text
