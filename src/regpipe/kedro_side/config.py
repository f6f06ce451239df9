"""Where Kedro finds the blocks of YAML, and how an environment changes them."""

from typing import Any

from regpipe.kedro_side.blocks import read_parameter

LOADER_ARGS: dict[str, Any] = {
    "custom_resolvers": {"parameter": read_parameter},  # ${parameter:engine} in the catalog
    "base_env": "base",
    "default_run_env": "local",
    # Problems and techniques are parameters, so that `params:` and `--params` see them; under
    # patterns of their own, the registry learns which is which.
    "config_patterns": {
        "parameters": [
            "parameters*",
            "parameters*/**",
            "problems*",
            "techniques*",
            "stopping_rules*",
            "recipes*",
        ],
        "problems": ["problems*"],
        "techniques": ["techniques*"],
        "stopping_rules": ["stopping_rules*"],
        "recipes": ["recipes*"],
    },
    # An environment changes single keys; Kedro's default would drop their siblings.
    "merge_strategy": {
        "parameters": "soft",
        "globals": "soft",
        "problems": "soft",
        "techniques": "soft",
        "stopping_rules": "soft",
        "recipes": "soft",
    },
}
