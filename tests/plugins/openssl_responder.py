"""Debian's `openssl ocsp` as a real responder, on a port of its own choosing."""

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from shutil import which

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from gateway.virtual.keys import PrivateKey

_PORT = re.compile(r"^ACCEPT .*:(\d+) PID=\d+$")


class OpensslResponder:
    def __init__(
        self,
        folder: Path,
        issuer: x509.Certificate,
        signer: x509.Certificate,
        key: PrivateKey,
        *options: str,
    ) -> None:
        self._index = folder / "index.txt"
        self._index.touch()
        files = {"-CA": issuer, "-rsigner": signer}
        for option, certificate in files.items():
            (folder / f"{option}.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
        (folder / "-rkey.pem").write_bytes(
            key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        )
        named = [
            part for option in (*files, "-rkey") for part in (option, f"{folder}/{option}.pem")
        ]
        program = which("openssl")
        assert program is not None
        self._command = [
            program,
            "ocsp",
            "-index",
            str(self._index),
            *named,
            "-port",
            "0",
            *options,
        ]
        self._process: subprocess.Popen[str] | None = None
        self.url = ""

    def enter(self, certificate: x509.Certificate, revoked: datetime | None = None) -> None:
        """It knows this certificate from its start on, as valid or as revoked for keyCompromise."""
        state = "V" if revoked is None else "R"
        revocation = "" if revoked is None else f"{revoked:%y%m%d%H%M%SZ},keyCompromise"
        serial = f"{certificate.serial_number:X}"
        serial = serial if len(serial) % 2 == 0 else f"0{serial}"
        with self._index.open("a") as index:
            index.write(f"{state}\t401231000000Z\t{revocation}\t{serial}\tunknown\t/CN=card\n")

    def start(self) -> None:
        self._process = subprocess.Popen(  # noqa: S603
            self._command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        assert self._process.stdout is not None
        told = _PORT.match(self._process.stdout.readline())
        assert told is not None, "openssl ocsp did not start"
        self.url = f"http://127.0.0.1:{told[1]}/"

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()


@contextmanager
def running(responder: OpensslResponder) -> Iterator[OpensslResponder]:
    responder.start()
    try:
        yield responder
    finally:
        responder.kill()
