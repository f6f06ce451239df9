"""What Keras lacks: one file per idea, each citing its source."""
