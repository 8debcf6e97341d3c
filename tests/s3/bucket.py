"""A bucket of an S3 server, by Amazon's own client: the tests of the storage compare with what it finds.

bucket.py ENDPOINT create-user          prints a key and its secret, for moto, which checks signatures from then on
bucket.py ENDPOINT KEY SECRET create    creates the bucket
bucket.py ENDPOINT KEY SECRET dump DIR  writes every object into a file of its key, with + for /
bucket.py ENDPOINT KEY SECRET put KEY   stores an object of a few bytes
"""

import json
import pathlib
import sys
import urllib.request

import boto3

BUCKET = "evidence"
ALL_OF_S3 = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}


def client(service, endpoint, key="any", secret="any"):
    return boto3.client(
        service,
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id=key,
        aws_secret_access_key=secret,
    )


def create_user(endpoint):
    iam = client("iam", endpoint)
    iam.create_user(UserName="desk")
    iam.put_user_policy(UserName="desk", PolicyName="s3", PolicyDocument=json.dumps(ALL_OF_S3))
    key = iam.create_access_key(UserName="desk")["AccessKey"]
    headers = {"Content-Type": "text/plain"}
    # From the next request on, moto checks signatures and rights.
    urllib.request.urlopen(urllib.request.Request(f"{endpoint}/moto-api/reset-auth", b"0", headers)).read()
    print(key["AccessKeyId"], key["SecretAccessKey"])


def dump(s3, folder):
    for page in s3.get_paginator("list_objects").paginate(Bucket=BUCKET):
        for found in page.get("Contents", []):
            body = s3.get_object(Bucket=BUCKET, Key=found["Key"])["Body"].read()
            (pathlib.Path(folder) / found["Key"].replace("/", "+")).write_bytes(body)


def main(endpoint, *rest):
    if rest == ("create-user",):
        return create_user(endpoint)
    key, secret, command, *arguments = rest
    s3 = client("s3", endpoint, key, secret)
    if command == "create":
        s3.create_bucket(Bucket=BUCKET)
    elif command == "dump":
        dump(s3, *arguments)
    elif command == "put":
        s3.put_object(Bucket=BUCKET, Key=arguments[0], Body=b"bytes")
    else:
        raise SystemExit(__doc__)


main(*sys.argv[1:])
