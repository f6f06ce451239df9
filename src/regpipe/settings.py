"""Kedro's settings: https://docs.kedro.org/en/stable/configure/settings/."""

from regpipe.kedro_side.answers import AnswerHooks
from regpipe.kedro_side.blocks import LOADER_ARGS, BlockLoader
from regpipe.kedro_side.catalog import Catalog
from regpipe.kedro_side.hooks import CheckHooks
from regpipe.kedro_side.progress import ProgressHooks
from regpipe.kedro_side.runner.hooks import LockHooks
from regpipe.kedro_side.tracking.hooks import TrackingHooks
from regpipe.kedro_side.viz import VizHooks

HOOKS = (LockHooks(), CheckHooks(), ProgressHooks(), AnswerHooks(), TrackingHooks(), VizHooks())

CONFIG_LOADER_CLASS = BlockLoader
CONFIG_LOADER_ARGS = LOADER_ARGS
DATA_CATALOG_CLASS = Catalog
