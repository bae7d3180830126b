"""Apache in front of the gateway, as README describes a proxy: TLS, address, client certificate."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gateway.demo.processes import Part, Running, stop, wait_until_ready
from tests.support.throwaway_ca import Party

READY_SECONDS = 20
CERTIFICATE_HEADER = "Client-Cert"
"""In which a client's certificate is handed on (RFC 9440): Apache has it as PEM only."""
MODULES = ("mpm_event", "authz_core", "ssl", "socache_shmcb", "proxy", "proxy_http", "headers")
_CONFIGURATION = """
ServerRoot {folder}
ServerName localhost
DefaultRuntimeDir {folder}
PidFile {folder}/apache.pid
ErrorLog /dev/stderr

Listen 127.0.0.1:{port}
{modules}
{body}
"""
_PROXY = r"""
SSLEngine on
SSLCertificateFile {certificate}
SSLCertificateKeyFile {key}
SSLVerifyClient optional
SSLCACertificateFile {ca}
ProxyPreserveHost on
ProxyPass / http://127.0.0.1:{gateway}/
RequestHeader set {header} "%{{SSL_CLIENT_CERT}}s"
RequestHeader edit* {header} "-----[A-Z ]+-----|\s" ""
RequestHeader edit {header} "^(.*)$" ":$1:"
RequestHeader unset {header} "expr=%{{SSL_CLIENT_VERIFY}} != 'SUCCESS'"
"""


@contextmanager
def front_door(
    folder: Path, port: int, gateway: int, party: Party, ca_file: Path
) -> Iterator[None]:
    """`ca_file`: whose certificates of clients are handed on."""
    body = _PROXY.format(
        certificate=party.certificate_file,
        key=party.key_file,
        ca=ca_file,
        gateway=gateway,
        header=CERTIFICATE_HEADER,
    )
    with apache(folder, port, body):
        yield


@contextmanager
def apache(
    folder: Path, port: int, body: str, modules: tuple[str, ...] = MODULES
) -> Iterator[None]:
    """Apache of this test's own, with this configuration, until the block ends."""
    folder.mkdir()
    file = folder / "apache.conf"
    loaded = (
        f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so" for name in modules
    )
    file.write_text(
        _CONFIGURATION.format(folder=folder, port=port, modules="\n".join(loaded), body=body)
    )
    log = folder / "start.log"
    with log.open("wb") as said:
        process = subprocess.Popen(  # noqa: S603
            ["/usr/sbin/apache2", "-f", str(file), "-D", "FOREGROUND"],
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            process_group=0,
        )
    running = Running(Part("Apache", (), f"http://127.0.0.1:{port}/", log), process)
    try:
        wait_until_ready(running.part, [running], time.monotonic() + READY_SECONDS)
        yield
    finally:
        stop([running])
