"""Run an S3 server as a process of its own: moto's, which checks every signature, or one that S3_TEST_URL names.

To run the tests against another service, set S3_TEST_URL=s3://BUCKET and the usual AWS_… variables.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import boto3

from tests.support.programs import clean_environ, free_port
from tests.support.waiting import wait_for

UNCHECKED = "3"  # the calls that make the first key
NAMES = ("AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION")


@dataclass(frozen=True)
class S3Server:
    """Hold a server's address, a key that it knows, and a bucket."""

    environ: dict[str, str]
    bucket: str

    def settings(self, **changes: str) -> dict[str, str]:
        """Return the settings of a product that keeps its files here, under a prefix of its own."""
        return {**self.environ, "ARCHIVE_URL": f"s3://{self.bucket}/{uuid.uuid4().hex}", **changes}


@contextlib.contextmanager
def s3_server() -> Iterator[S3Server]:
    """Yield a server, and stop it where it is ours."""
    given = os.environ.get("S3_TEST_URL")
    if given:
        yield S3Server({name: os.environ[name] for name in NAMES if name in os.environ}, given.removeprefix("s3://"))
        return
    port = free_port()
    argv = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    environ = clean_environ(INITIAL_NO_AUTH_ACTION_COUNT=UNCHECKED)
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(argv, env=environ, stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=Path.home())
        try:
            wait_for(lambda: _answers(port), timeout_s=30, what="the S3 server to answer")
            yield _with_bucket(f"http://127.0.0.1:{port}")
        finally:
            process.kill()
            process.wait()


def keys(environ: Mapping[str, str]) -> list[str]:
    """Return the keys of all objects of a product with these settings, without its prefix."""
    bucket, _, prefix = environ["ARCHIVE_URL"].removeprefix("s3://").partition("/")
    client = boto3.client(
        "s3",
        endpoint_url=environ.get("AWS_ENDPOINT_URL"),
        aws_access_key_id=environ["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=environ["AWS_SECRET_ACCESS_KEY"],
        region_name=environ["AWS_REGION"],
    )
    found = client.list_objects_v2(Bucket=bucket, Prefix=f"{prefix}/").get("Contents", [])
    return sorted(about["Key"].removeprefix(f"{prefix}/") for about in found)


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _with_bucket(url: str) -> S3Server:
    """Make a user, a key and a bucket; from then on every signature is checked."""
    nobody = {"endpoint_url": url, "region_name": "us-east-1"}
    iam = boto3.client("iam", aws_access_key_id="nobody", aws_secret_access_key="nobody", **nobody)
    iam.create_user(UserName="reels")
    key = iam.create_access_key(UserName="reels")["AccessKey"]
    rights = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
    iam.put_user_policy(UserName="reels", PolicyName="s3", PolicyDocument=json.dumps(rights))
    known = {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}
    boto3.client("s3", **known, **nobody).create_bucket(Bucket="reels-test")
    environ = dict(zip(NAMES, (url, key["AccessKeyId"], key["SecretAccessKey"], "us-east-1"), strict=True))
    return S3Server(environ, "reels-test")
