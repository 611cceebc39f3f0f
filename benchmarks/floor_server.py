"""The bare receiver beside which deliveries are measured: parse, insert one row, commit, answer.

``python -m benchmarks.floor_server PORT`` keeps rows in ``FLOOR_DATABASE``: a file, or the URL of a
PostgreSQL database. One process, one connection, HTTP/1.1 with the connection kept.
"""

import json
import os
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any


def connect(where: str) -> tuple[Any, str]:
    """Return a connection as careful as ours, and its placeholder."""
    if where.startswith("postgres"):
        import psycopg2  # type: ignore[import-untyped]

        return psycopg2.connect(where), "%s"
    import sqlite3

    connection = sqlite3.connect(where, timeout=20)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    return connection, "?"


def main() -> None:
    connection, mark = connect(os.environ["FLOOR_DATABASE"])
    connection.cursor().execute("CREATE TABLE IF NOT EXISTS taken (uid TEXT UNIQUE, body TEXT)")
    connection.commit()
    insert = f"INSERT INTO taken VALUES ({mark}, {mark})"  # noqa: S608

    class Receiver(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            text = self.rfile.read(int(self.headers["Content-Length"]))
            uid = json.loads(text)["uid"]
            connection.cursor().execute(insert, (uid, text.decode()))
            connection.commit()
            answer = json.dumps({"uid": uid}).encode()
            self.send_response(201)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *args: Any) -> None:
            """Say nothing: the floor writes no log."""

    HTTPServer(("127.0.0.1", int(sys.argv[1])), Receiver).serve_forever()


if __name__ == "__main__":
    main()
