"""What Kedro asks of a project: datasets, hooks, a runner, tracking."""
