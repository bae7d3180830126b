"""Debian's OpenSSL signs and verifies CMS: an implementation that is not ours."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from gateway.virtual.authority import Issued


@dataclass(frozen=True)
class OpenSSL:
    folder: Path

    def sign(self, issued: Issued, content: bytes, *options: str) -> bytes:
        """Detached, unless `options` say otherwise."""
        key = issued.private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        (self.folder / "key.pem").write_bytes(key)
        (self.folder / "certificate.pem").write_bytes(issued.certificate.public_bytes(Encoding.PEM))
        (self.folder / "content").write_bytes(content)
        self._run(
            *("-sign", "-binary", "-in", "content", "-outform", "DER", "-out", "signed"),
            *("-signer", "certificate.pem", "-inkey", "key.pem", *options),
        )
        return (self.folder / "signed").read_bytes()

    def verifies(self, document: bytes, content: bytes | None = None) -> bool:
        """Whether the signatures fit. Whose they are is not asked."""
        (self.folder / "document").write_bytes(document)
        beside: tuple[str, ...] = ()
        if content is not None:
            (self.folder / "beside").write_bytes(content)
            beside = ("-content", "beside")
        arguments = ("-verify", "-binary", "-noverify", "-inform", "DER", "-in", "document")
        try:
            self._run(*arguments, *beside, "-out", "nothing")
        except subprocess.CalledProcessError:
            return False
        return True

    def _run(self, *arguments: str) -> None:
        command = ["openssl", "cms", *arguments]
        subprocess.run(  # noqa: S603 - of this test's own words
            command, cwd=self.folder, check=True, capture_output=True, timeout=60
        )
