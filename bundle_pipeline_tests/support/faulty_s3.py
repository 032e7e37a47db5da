"""A server that speaks just enough S3 to fail in every way over real HTTP."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal

Fault = Literal["none", "500", "503", "403", "404", "301", "hang", "cut", "drop", "drip"]

CONTENT = b"order_id,created_at\n" * 50
LISTING = (
    '<?xml version="1.0"?><ListBucketResult><Name>b</Name><Prefix></Prefix>'
    "<KeyCount>1</KeyCount><MaxKeys>1000</MaxKeys><IsTruncated>false</IsTruncated><Contents>"
    "<Key>corner/orders.csv</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified>"
    f'<ETag>"tag"</ETag><Size>{len(CONTENT)}</Size></Contents></ListBucketResult>'
).encode()
_CODES = {"403": "AccessDenied", "404": "NoSuchBucket", "301": "PermanentRedirect"}
# What is sent of a body that is cut or that drips.
_SENT = 100


@dataclass
class FaultyS3:
    """What the server does next, and how often it was asked."""

    endpoint: str = ""
    fault: Fault = "none"
    faulty_requests: int = 1_000_000
    """So many requests meet the fault; those after it are answered well."""
    request_count: int = 0
    ended: threading.Event = field(default_factory=threading.Event)

    def next_fault(self) -> Fault:
        """The fault of the request that has just come."""
        self.request_count += 1
        return self.fault if self.request_count <= self.faulty_requests else "none"


@contextmanager
def faulty_s3() -> Iterator[FaultyS3]:
    """A server; it ends with the block."""
    state = FaultyS3()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(state))
    server.daemon_threads = True
    state.endpoint = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield state
    finally:
        state.ended.set()
        server.shutdown()
        thread.join()
        server.server_close()


def _handler(state: FaultyS3) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body = LISTING if "list-type" in self.path else CONTENT
            fault = state.next_fault()
            if fault == "hang":
                state.ended.wait()
            elif fault == "drop":
                self.close_connection = True
            elif fault.isdecimal():
                self._refuse(int(fault))
            else:
                self._answer(body, fault)

        do_PUT = do_GET  # noqa: N815 the library's name

        def _refuse(self, status: int) -> None:
            code = _CODES.get(str(status), "InternalError")
            body = f"<Error><Code>{code}</Code></Error>".encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def _answer(self, body: bytes, fault: Fault) -> None:
            # What has come of a cut body isn't asked for again.
            start = int((self.headers["Range"] or "bytes=0-")[len("bytes=") :].split("-")[0])
            self.send_response(206 if start else 200)
            self.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
            body = body[start:]
            self.send_header("Content-Length", str(len(body)))
            self.send_header("ETag", '"tag"')
            self.send_header("Last-Modified", "Thu, 01 Jan 2026 00:00:00 GMT")
            self.end_headers()
            if fault == "none":
                self.wfile.write(body)
                return
            self.wfile.write(body[:_SENT])
            self.wfile.flush()
            if fault == "drip":
                state.ended.wait()
            self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 the library's name
            """Say nothing: failing is what it is for."""

    return Handler
