"""Keras' optimizers as pure functions: `stateless_apply` on TensorFlow.

Keras has it for every backend but this one, whose own methods serve `tf.distribute`. The generic
ones in their place give the same numbers: all optimizers but LossScaleOptimizer, with clipping,
moving averages and accumulated gradients.
"""

from functools import cache
from typing import Any

from regpipe.backend import keras, tf


def functional(optimizer: keras.optimizers.Optimizer) -> keras.optimizers.Optimizer:
    """Return the same optimizer with a `stateless_apply` that works; it isn't built yet."""
    kind: Any = type(optimizer)
    return _functional(kind).from_config(optimizer.get_config())


@cache
def _functional(kind: Any) -> Any:
    from keras.src.backend.tensorflow.optimizer import TFOptimizer
    from keras.src.optimizers.base_optimizer import BaseOptimizer

    class Generic(TFOptimizer):
        """Keras' generic optimizer in place of TensorFlow's."""

        stateless_apply = BaseOptimizer.stateless_apply
        add_variable_from_reference = BaseOptimizer.add_variable_from_reference
        assign = BaseOptimizer.assign
        assign_add = BaseOptimizer.assign_add
        assign_sub = BaseOptimizer.assign_sub
        _var_key = BaseOptimizer._var_key
        _apply_weight_decay = BaseOptimizer._apply_weight_decay
        _backend_update_step = BaseOptimizer._backend_update_step

        def _backend_apply_gradients(self, grads: Any, variables: Any) -> None:
            """Choose what only some steps do by `where`, not by `cond`, as Keras does on JAX."""
            before = [v.value for v in (*variables, *self.variables)]
            if every := self.gradient_accumulation_steps:
                sums = [self._accumulated_gradients[self._get_variable_index(v)] for v in variables]
                totals = [g + s for g, s in zip(grads, sums, strict=True)]
                grads = [total / every for total in totals]
            self._apply_weight_decay(variables)
            self._backend_update_step(self._clip_gradients(grads), variables, self.learning_rate)
            if every:
                due = (self._iterations + 1) % every == 0
                for v, old in zip((*variables, *self.variables), before, strict=True):
                    v.assign(tf.where(due, v.value, old))
                for s, total in zip(sums, totals, strict=True):
                    s.assign(tf.where(due, tf.zeros_like(total), total))
            if self.use_ema:
                self._update_model_variables_moving_average(self._trainable_variables)
                if every := self.ema_overwrite_frequency:
                    due = (self.iterations + 1) % every == 0
                    averages = self._model_variables_moving_average
                    for v, average in zip(self._trainable_variables, averages, strict=True):
                        v.assign(tf.where(due, average.value, v.value))

    return type(kind.__name__, (kind, Generic), {})
