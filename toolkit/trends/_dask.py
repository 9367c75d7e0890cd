"""A Dask cluster reached by its address, or a plain sentence why not."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any
from urllib.parse import urlsplit

from toolkit.schema import ChoiceError, InputError
from toolkit.trends._parts import MISSING


def opened(cluster: Any) -> AbstractContextManager[Any]:
    """The client of a cluster, to be entered."""
    try:
        from distributed import Client
    except ImportError as error:
        raise ChoiceError(f'engine="dask" {MISSING}') from error
    if not isinstance(cluster, str | Client):
        raise ChoiceError(
            'engine="dask" 要用 cluster 给出 Dask 调度器的地址，例如 "tcp://192.168.1.10:8786"，'
            f"或一个 distributed.Client，收到的是 {cluster!r}。"
        )
    return _connected(cluster)


@contextmanager
def _connected(cluster: Any) -> Iterator[Any]:
    """The client of a cluster; one made here is closed."""
    from distributed import Client, KilledWorker

    try:
        _knock(cluster)
        client = Client(cluster, set_as_default=False) if isinstance(cluster, str) else cluster
    except (OSError, ValueError) as error:
        raise InputError(
            f"连不上 Dask 集群 {cluster}（{error}）。请检查地址，以及调度器是否开着。"
        ) from error
    try:
        if not client.scheduler_info()["workers"]:
            raise InputError("Dask 集群里没有工作进程。请先启动 dask worker，再运行一次。")
        yield client
    except KilledWorker as error:
        raise InputError(
            "集群的工作进程反复被终止，多半是内存不够。请把文件分小一些，或给每个工作进程更多内存，再运行一次。"
        ) from error
    finally:
        if client is not cluster:
            client.close()


def _knock(cluster: Any) -> None:
    """Raise OSError or ValueError where nobody listens: a Client would only say so half a minute later."""
    if not isinstance(cluster, str):
        return
    address = urlsplit(cluster if "://" in cluster else f"tcp://{cluster}")
    if address.scheme in ("tcp", "tls"):
        if not address.hostname or address.port is None:
            raise ValueError("地址里要有主机和端口")
        socket.create_connection((address.hostname, address.port), timeout=10).close()
