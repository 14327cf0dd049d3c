"""A time-stamping authority (RFC 3161) on this machine: OpenSSL answers, over real HTTP."""

import http.server
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_CONFIG = """\
[tsa]
default_tsa = own
[own]
serial = ./serial
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha384, sha512
ess_cert_id_alg = sha256
[usage]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
"""
_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")


@contextmanager
def time_stamping(folder: Path) -> Iterator[str]:
    """Serve one, with its files in a folder; gives its address."""
    (folder / "tsa.cnf").write_text(_CONFIG)
    (folder / "serial").write_text("01\n")
    _openssl(folder, "req", "-x509", *_KEY, "-keyout", "root-key.pem", "-out", "root.pem", "-subj", "/CN=Root")
    _openssl(folder, "req", "-new", *_KEY, "-keyout", "tsa-key.pem", "-out", "tsa.csr", "-subj", "/O=Clock/CN=Clock")
    signed = ("x509", "-req", "-in", "tsa.csr", "-CA", "root.pem", "-CAkey", "root-key.pem", "-out", "tsa.pem")
    _openssl(folder, *signed, "-extfile", "tsa.cnf", "-extensions", "usage")

    class Authority(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            (folder / "query").write_bytes(self.rfile.read(int(self.headers["Content-Length"])))
            signer = ("-signer", "tsa.pem", "-inkey", "tsa-key.pem", "-chain", "root.pem")
            data = _openssl(folder, "ts", "-reply", "-config", "tsa.cnf", "-queryfile", "query", *signer)
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            """Stay silent."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Authority) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()


def _openssl(folder: Path, *arguments: str) -> bytes:
    return subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True).stdout
