"""HTTP to the demo's own processes: they are on this machine, whatever proxy the network has."""

import httpx2


def local_client() -> httpx2.Client:
    return httpx2.Client(timeout=10, trust_env=False)
