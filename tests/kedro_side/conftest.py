"""A server like S3, and folders in it."""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from regpipe.kedro_side.runner.lock import release
from regpipe.places.place import Place, place_of

BUCKET = "bucket"


class Server:
    """What is in the bucket, as others see it."""

    def __init__(self, client: Any) -> None:
        self.client = client

    def put(self, key: str, content: bytes) -> None:
        self.client.put_object(Bucket=BUCKET, Key=key, Body=content)

    def get(self, key: str) -> bytes:
        return self.client.get_object(Bucket=BUCKET, Key=key)["Body"].read()

    def delete(self, key: str) -> None:
        self.client.delete_object(Bucket=BUCKET, Key=key)

    def keys(self, prefix: str) -> dict[str, str]:
        """Return what is in a folder, by its name in it, and when it was written."""
        pages = self.client.get_paginator("list_objects_v2").paginate(
            Bucket=BUCKET, Prefix=f"{prefix}/"
        )
        found = (one for page in pages for one in page.get("Contents", []))
        return {one["Key"].removeprefix(f"{prefix}/"): one["LastModified"] for one in found}

    def contents(self, prefix: str) -> dict[str, bytes]:
        return {name: self.get(f"{prefix}/{name}") for name in self.keys(prefix)}


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    import boto3
    from moto.server import ThreadedMotoServer

    served = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    served.start()
    host, port = served.get_host_and_port()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(logging.getLogger("werkzeug"), "disabled", True)
        for name, value in {
            "AWS_ENDPOINT_URL": f"http://{host}:{port}",
            "AWS_ACCESS_KEY_ID": "a key",
            "AWS_SECRET_ACCESS_KEY": "a secret",
            "AWS_DEFAULT_REGION": "us-east-1",
        }.items():
            patch.setenv(name, value)
        client = boto3.client("s3")
        client.create_bucket(Bucket=BUCKET)
        yield Server(client)
        client.close()
    served.stop()


@pytest.fixture
def folder(server: Server, request: pytest.FixtureRequest) -> Iterator[Place]:
    """A folder of the bucket that is a test's own."""
    found = place_of(f"s3://{BUCKET}/{request.node.name}")
    yield found
    release(found)


@pytest.fixture
def made(server: Server, tiny_run: Path, folder: Place) -> str:
    """The name of a folder of the bucket that holds what a tiny run left here."""
    for file in tiny_run.rglob("*"):
        if file.is_file() and file.name != "lock":
            server.put(f"{folder.name}/{file.relative_to(tiny_run)}", file.read_bytes())
    return folder.name
