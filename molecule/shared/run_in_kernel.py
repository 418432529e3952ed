"""Run code in a kernel of a Jupyter server; to be called on the server's host, as its user, with the Python of its environment.

Arguments: the server's address, its token, the user, a kernel (the name of a specification to start one of, or the id of one that runs),
the code. Prints the kernel's id, then what the code printed.
"""

import json
import ssl
import sys
import urllib.request

from jupyter_client import BlockingKernelClient


def ask(url: str, token: str, body: dict[str, str] | None = None) -> dict[str, str]:
    """Return the server's answer to a GET, or to a POST of this body."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Authorization": f"token {token}"})
    with urllib.request.urlopen(request, context=ssl._create_unverified_context()) as answer:
        return json.load(answer)


def main(url: str, token: str, user: str, kernel: str, code: str) -> None:
    """Run the code."""
    try:
        found = ask(f"{url}/api/kernels/{kernel}", token)
    except urllib.error.HTTPError:
        found = ask(f"{url}/api/kernels", token, {"name": kernel})
    print(found["id"], flush=True)
    client = BlockingKernelClient(connection_file=f"/run/jupyter-{user}/kernel-{found['id']}.json")
    client.load_connection_file()
    client.start_channels(hb=False)  # on a busy machine a late heartbeat is taken for a dead kernel
    client.wait_for_ready(timeout=60)
    client.execute_interactive(code, timeout=30, output_hook=show)


def show(message: dict[str, dict[str, object]]) -> None:
    """Print what the code prints, and the end of a traceback."""
    content = message["content"]
    print(content.get("text") or "\n".join(map(str, content.get("traceback", [])[-1:])), end="", flush=True)


main(*sys.argv[1:])
