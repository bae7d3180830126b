"""Whom the gateway trusts to be the platform operator, and how it proves itself (mTLS)."""

import ssl


def tls_context(ca_file: str, certificate_file: str, key_file: str) -> ssl.SSLContext:
    """`ca_file` empty: what the system trusts. `certificate_file` empty: no client certificate.
    Raises ValueError with the key's name."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # checks chain and host name
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if ca_file:
        _trust(context, ca_file)
    else:
        context.load_default_certs()
    if certificate_file:
        _present(context, certificate_file, key_file)
    return context


def _trust(context: ssl.SSLContext, ca_file: str) -> None:
    try:
        context.load_verify_locations(ca_file)
    except OSError as error:  # ssl.SSLError among them
        raise ValueError(f"ca_file: no CA certificates can be read ({_why(error)})") from error


def _present(context: ssl.SSLContext, certificate_file: str, key_file: str) -> None:
    try:
        # A key under a password would be asked for at a terminal nobody sits at.
        context.load_cert_chain(certificate_file, key_file, password=lambda: b"")
    except OSError as error:
        raise ValueError(
            "client_certificate_file: it and client_key_file cannot be read, or do not belong"
            f" together ({_why(error)})"
        ) from error


def _why(error: OSError) -> str:
    if isinstance(error, ssl.SSLError):
        return error.reason or "no PEM"
    return error.strerror or type(error).__name__
