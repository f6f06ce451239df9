"""What an arm has and plain Keras lacks, as small classes to paste before the model.

They do what `ingredients/` and `engine/` do, on Keras with TensorFlow. Numbers and names are put in
by `literal` alone.
"""

from typing import Any

from regpipe.candidates.arm import Arm
from regpipe.language import Training
from regpipe.language.vocabulary import BATCH_SUM, TEMPORAL
from regpipe.report.keras_calls import optimizer_class
from regpipe.report.python_text import literal, statement

BATCH_SUM_CLASS = '''\
@keras.saving.register_keras_serializable()
class BatchSum(keras.regularizers.Regularizer):
    """Sums an activity penalty over the batch; Keras divides by the number of rows."""

    def __init__(self, regularizer):
        self.regularizer = keras.regularizers.get(regularizer)

    def __call__(self, x):
        n_rows = keras.ops.cast(keras.ops.shape(x)[0], x.dtype)
        return n_rows * self.regularizer(x)

    def get_config(self):
        return {"regularizer": keras.regularizers.serialize(self.regularizer)}'''

TEMPORAL_CLASS = '''\
@keras.saving.register_keras_serializable()
class TemporalActivity(keras.regularizers.Regularizer):
    """Keeps a sequence's outputs small, and their changes from step to step."""

    def __init__(self, ar=2.0, tar=1.0):
        self.ar, self.tar = ar, tar

    def __call__(self, x):  # of shape (rows, steps, units)
        changes = x[:, 1:] - x[:, :-1]
        size, change = keras.ops.mean(x**2), keras.ops.mean(changes**2)
        n_rows = keras.ops.cast(keras.ops.shape(x)[0], x.dtype)  # Keras divides by it
        return n_rows * (self.ar * size + self.tar * change)

    def get_config(self):
        return {"ar": self.ar, "tar": self.tar}'''

MODEL_CLASS = '''\
class NoisySequential(keras.Sequential):
    """A model with noise in each training step; for Keras on TensorFlow."""

    def train_step(self, data):
        {data} = data'''

RATE_LINES = """
        # Some labels become a class drawn at random, which may be the right one.
        y, shape = keras.ops.cast(y, "float32"), keras.ops.shape(y)
        other = keras.ops.floor({classes} * keras.random.uniform(shape))
        y = keras.ops.where(keras.random.uniform(shape) < {rate}, other, y)"""

STDDEV_LINES = """
        y = keras.ops.cast(y, "float32")
        y = y + keras.random.normal(keras.ops.shape(y), stddev={stddev})"""

MIXUP_LINES = """
        # Each row is mixed with another one of its batch (Zhang et al. 2018).
        order = keras.random.shuffle(keras.ops.arange(keras.ops.shape(x)[0]))
        share = keras.random.beta((), {alpha}, {alpha})
        share = keras.ops.maximum(share, 1 - share)
        x = share * x + (1 - share) * keras.ops.take(x, order, axis=0)
        self.pairs = share, order"""

MIXED_LOSS = """

    def compute_loss(
        self, x=None, y=None, y_pred=None, sample_weight=None, training=True
    ):
        loss = super().compute_loss(x, y, y_pred, sample_weight, training)
        if not training:
            return loss
        share, order = self.pairs
        other = keras.ops.take(y, order, axis=0){weights}
        other = super().compute_loss(x, other, y_pred, sample_weight, training)
        return share * loss + (1 - share) * other"""

PARTNERS_WEIGHTS = """
        sample_weight = keras.ops.take(sample_weight, order, axis=0)"""

AVERAGE_CLASS = '''\
class AverageWeights(keras.callbacks.Callback):
    """Keeps the mean of the weights after each of the last epochs (Izmailov et al. 2018)."""

    def on_train_begin(self, logs=None):
        self.n = 0

    def on_epoch_end(self, epoch, logs=None):
        if epoch >= {after}:
            self.n += 1
            weights = self.model.get_weights()
            means = weights if self.n == 1 else self.means
            self.means = [m + (w - m) / self.n for m, w in zip(means, weights)]

    def on_train_end(self, logs=None):
        if self.n:
            self.model.set_weights(self.means)'''

SNAPSHOT_CLASS = '''\
class SnapshotEnsemble(keras.callbacks.Callback):
    """Lets the learning rate fall in each cycle, and keeps the weights at its end (Huang 2017)."""

    cycles, epochs = {cycles}, {epochs}

    def on_train_begin(self, logs=None):
        self.rate, self.snapshots = float(self.model.optimizer.learning_rate), []

    def on_epoch_begin(self, epoch, logs=None):
        over = (epoch * self.cycles) % self.epochs / self.epochs
        rate = self.rate / 2 * (np.cos(np.pi * over) + 1)
        self.model.optimizer.learning_rate = rate

    def on_epoch_end(self, epoch, logs=None):
        cycle = epoch * self.cycles // self.epochs
        if (epoch + 1) * self.cycles // self.epochs > cycle:
            self.snapshots.append(self.model.get_weights())

    def mean_model(self):
        """Return a model that says the mean of what the networks of all cycles say."""
        networks = [keras.models.clone_model(self.model) for _ in self.snapshots]
        for place, weights in enumerate(self.snapshots):
            networks[place].set_weights(weights)
            networks[place].name = f"snapshot{{place + 1}}"
        rows = keras.Input(self.model.input_shape[1:])
        return keras.Model(rows, keras.layers.average([n(rows) for n in networks]))'''

WEIGHT_LINES = """
        # The gradient is taken at noisy weights; the optimizer restores the clean ones.
        self.optimizer.clean = [keras.ops.copy(w) for w in self.trainable_variables]
        for w in self.trainable_variables:
            w.assign(w + keras.random.normal(w.shape, stddev={stddev}))"""

OPTIMIZER_CLASS = '''\
class Noisy{optimizer}(keras.optimizers.{optimizer}):
    """An optimizer for training with noise; for Keras on TensorFlow."""

    def apply(self, grads, trainable_variables=None):'''

CLEAN_LINES = """
        for w, clean in zip(trainable_variables, self.clean):
            w.assign(clean)"""

GRADIENT_LINES = """
        # Noise whose variance falls from step to step (Neelakantan et al. 2015).
        step = keras.ops.cast(self.iterations, "float32")
        stddev = keras.ops.sqrt({eta} / (1 + step) ** {gamma})
        grads = [g + stddev * keras.random.normal(g.shape) for g in grads]"""

RAMP_CLASS = '''\
class Ramp(keras.callbacks.Callback):
    """Gives a strength each of these values for an equal part of the epochs."""

{values}

    def on_epoch_begin(self, epoch, logs=None):
        value = self.values[epoch * len(self.values) // {epochs}]
        owner = self.model.get_layer({layer}){path}
        if owner.{strength} != value:
            owner.{strength} = value
            # Both were compiled with the value before.
            self.model.make_train_function(force=True)
            self.model.make_test_function(force=True)'''


def lacking(arm: Arm) -> list[str]:
    """Return the classes that an arm needs beside Keras' own, but for its rule to stop by."""
    training, used = arm.training, _activity_penalties(arm)
    classes = [
        (BATCH_SUM in used, BATCH_SUM_CLASS),
        (TEMPORAL in used, TEMPORAL_CLASS),
        (has_noisy_model(training), _model_class(arm)),
        (has_noisy_optimizer(training), _optimizer_class(training)),
        (training.ramp is not None, _ramp_class(training)),
        (training.weight_average is not None, _average_class(training)),
        (training.snapshot_ensemble is not None, _snapshot_class(training)),
    ]
    return [text for wanted, text in classes if wanted]


def has_noisy_model(training: Training) -> bool:
    """Whether the model is one of ours, `NoisySequential`."""
    return bool(training.label_noise or training.weight_noise or training.mixup)


def has_noisy_optimizer(training: Training) -> bool:
    """Whether the optimizer is one of ours, such as `NoisyAdam`."""
    return bool(training.gradient_noise or training.weight_noise)


def _activity_penalties(arm: Arm) -> set[str]:
    asked = [layer.arguments.get("activity_regularizer") for layer in arm.layers.values()]
    return {name for penalty in asked if isinstance(penalty, dict) for name in penalty}


def _model_class(arm: Arm) -> str:
    noise, weighted = arm.training.label_noise, arm.training.class_weight
    data = "x, y, sample_weight" if weighted else "x, y"
    text = MODEL_CLASS.format(data=data)
    if noise and noise.rate is not None:
        text += RATE_LINES.format(classes=_classes(arm), rate=literal(noise.rate))
    if noise and noise.stddev is not None:
        text += STDDEV_LINES.format(stddev=literal(noise.stddev))
    if weights := arm.training.weight_noise:
        text += WEIGHT_LINES.format(stddev=literal(weights.stddev))
    mixup = arm.training.mixup
    if mixup:
        text += MIXUP_LINES.format(alpha=literal(mixup.alpha))
    loss = MIXED_LOSS.format(weights=PARTNERS_WEIGHTS if weighted else "") if mixup else ""
    return f"{text}\n        return super().train_step(({data})){loss}"


def _classes(arm: Arm) -> Any:
    """Return how many classes there are: as many as outputs, of which a single one tells two."""
    return 2 if arm.task.name == "binary" else "self.output_shape[-1]"


def _optimizer_class(training: Training) -> str:
    text = OPTIMIZER_CLASS.format(optimizer=optimizer_class(training))
    if training.weight_noise:
        text += CLEAN_LINES
    if noise := training.gradient_noise:
        text += GRADIENT_LINES.format(eta=literal(noise.eta), gamma=literal(noise.gamma))
    return f"{text}\n        super().apply(grads, trainable_variables)"


def _average_class(training: Training) -> str:
    average = training.weight_average
    return AVERAGE_CLASS.format(after=int(average.start * training.epochs)) if average else ""


def _snapshot_class(training: Training) -> str:
    return SNAPSHOT_CLASS.format(cycles=training.cycles, epochs=training.epochs)


def _ramp_class(training: Training) -> str:
    if training.ramp is None:
        return ""
    layer, *path, strength = training.ramp.strength.split(".")
    if not all(name.isidentifier() for name in (*path, strength)):
        raise ValueError(f"Expected a path of names, received {training.ramp.strength!r}.")
    return RAMP_CLASS.format(
        values=statement("values = ", training.ramp.values, 4),
        epochs=training.epochs,
        layer=literal(layer),
        path="".join(f".{name}" for name in path),
        strength=strength,
    )
