"""The chat page: one module a tab, building kept apart from serving.

Gradio reads its environment while it is imported, so the variables that keep it offline are set
here, before any module of this package can import it.
"""

from __future__ import annotations

import os


def _keep_offline() -> None:
    """Turn off every feature of Gradio and its libraries that would leave the machine."""
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ["GRADIO_RUN_HISTORY"] = "False"
    os.environ["HF_HUB_OFFLINE"] = "1"
    # A proxy of the surroundings must not see what is said to this computer itself.
    for variable in ("NO_PROXY", "no_proxy"):
        hosts = [host for host in os.environ.get(variable, "").split(",") if host]
        local = [host for host in ("127.0.0.1", "localhost", "::1") if host not in hosts]
        os.environ[variable] = ",".join(hosts + local)


_keep_offline()
