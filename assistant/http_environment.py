"""How the environment says that servers are reached: proxies and certificate authorities."""

from __future__ import annotations

import ssl
from urllib.request import getproxies, proxy_bypass

import httpx

from assistant.server_address import ServerAddress


def proxy_for(address: ServerAddress) -> str | None:
    """The proxy of the environment for `address`; none for this computer."""
    if address.is_local or proxy_bypass(address.host):
        return None
    proxy = getproxies().get(address.base.partition(":")[0])
    return f"http://{proxy}" if proxy and "://" not in proxy else proxy


def certificates() -> ssl.SSLContext:
    """The certificate authorities of the system and of `certifi`."""
    context = httpx.create_ssl_context()
    context.load_default_certs()
    return context
