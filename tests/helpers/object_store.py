"""An object store on loopback: moto's server for S3, and a way to it that stops in the middle of an upload."""

import socket
import threading
from contextlib import contextmanager, suppress

import boto3
import requests
from moto.server import ThreadedMotoServer

BUCKET = "bucket"
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "someone",
    "AWS_SECRET_ACCESS_KEY": "secret",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
}


@contextmanager
def object_store():
    """Give the port of a server that has an empty bucket."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    _, port = server.get_host_and_port()
    try:
        # Servers of one process share their objects.
        requests.post(f"http://127.0.0.1:{port}/moto-api/reset", timeout=60)
        client(port).create_bucket(Bucket=BUCKET)
        yield port
    finally:
        server.stop()


def environment(port):
    """Return the variables by which programs find a server."""
    return ENVIRONMENT | {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}"}


def client(port):
    """Return Amazon's own client."""
    return boto3.client(
        "s3",
        endpoint_url=f"http://127.0.0.1:{port}",
        region_name="us-east-1",
        aws_access_key_id="someone",
        aws_secret_access_key="secret",
    )


def keys(port):
    """Return the names of all objects."""
    return [one["Key"] for one in client(port).list_objects_v2(Bucket=BUCKET).get("Contents", [])]


@contextmanager
def stalled_uploads(port, name):
    """Give a port that leads to a server, and an event: set when an upload of `name` came, which goes no further."""
    arrived, opened = threading.Event(), []

    def forward(source, target, watched):
        with suppress(OSError):
            while data := source.recv(1 << 16):
                if watched and name.encode() in data and b"partNumber=" in data:
                    arrived.set()
                    return
                target.sendall(data)

    def serve():
        with suppress(OSError):
            while True:
                near, _ = listener.accept()
                far = socket.create_connection(("127.0.0.1", port))
                opened.extend((near, far))
                for arguments in ((near, far, True), (far, near, False)):
                    threading.Thread(target=forward, args=arguments, daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve, daemon=True).start()
        try:
            yield listener.getsockname()[1], arrived
        finally:
            for one in opened:
                one.close()
