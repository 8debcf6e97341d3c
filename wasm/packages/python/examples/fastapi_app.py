"""A FastAPI server that takes drafts: accepted ones go on, the others get 422 and the report.

`KAKEKOMI_DESK=https://desk.example.jp uvicorn fastapi_app:app`, then
`curl -H 'Content-Type: application/json' --data-binary @draft.json http://127.0.0.1:8000/drafts`
"""

import os
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from kakekomi_check import KakekomiError, Report, connect

BODY_MAX = 256 * 1024

desk = connect(os.environ["KAKEKOMI_DESK"], pin=os.environ.get("KAKEKOMI_PIN"))
app = FastAPI()


class Refused(Exception):
    """A draft with issues; its report names each by path and code."""

    def __init__(self, report: Report) -> None:
        self.report = report


async def accepted_draft(request: Request) -> bytes:
    """The dependency of every route that takes a draft: the body's very bytes, once the rules accept them."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > BODY_MAX:
            raise HTTPException(413)
    # In a thread: a check takes a millisecond, but once a minute it asks the desk first.
    report = await run_in_threadpool(desk.check, body)
    if not report["accepted"]:
        raise Refused(report)
    return bytes(body)


@app.post("/drafts")
async def take(draft: Annotated[bytes, Depends(accepted_draft)]) -> dict[str, str | int]:
    # Store the bytes, or send them on to the desk's POST /v1/submissions with this header.
    return {"Kakekomi-Module": desk.digest, "bytes": len(draft)}


@app.exception_handler(Refused)
async def refused(_: Request, refusal: Refused) -> JSONResponse:
    return JSONResponse(refusal.report, 422)


@app.exception_handler(KakekomiError)
async def failed(_: Request, error: KakekomiError) -> JSONResponse:
    return JSONResponse({"code": error.code}, 503)
