"""Sends a file with tuspy.

    upload.py http://127.0.0.1:8080/v1/files FILE HEADERS METADATA CHUNK

HEADERS and METADATA are JSON objects, CHUNK is the number of bytes of a request.
"""

import json
import sys

from tusclient.client import TusClient

endpoint, file, headers, metadata, chunk = sys.argv[1:]
client = TusClient(endpoint, headers=json.loads(headers))
uploader = client.uploader(
    file, chunk_size=int(chunk), metadata=json.loads(metadata), retries=200, retry_delay=0.1
)
uploader.upload()
print(uploader.url)
