"""The chat page.

Gradio reads environment variables when it is imported. Those that keep it offline are set here,
before any module of this package imports it.
"""

from __future__ import annotations

import os


def _keep_offline() -> None:
    """Disable all features of Gradio and its libraries that use the network."""
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ["GRADIO_RUN_HISTORY"] = "False"
    os.environ["HF_HUB_OFFLINE"] = "1"
    # Requests to this computer must not go through a proxy.
    for variable in ("NO_PROXY", "no_proxy"):
        hosts = [host for host in os.environ.get(variable, "").split(",") if host]
        local = [host for host in ("127.0.0.1", "localhost", "::1") if host not in hosts]
        os.environ[variable] = ",".join(hosts + local)


_keep_offline()
