"""The program that indexes one large list: `python -m plugins.crl.build_process FILE FOLDER BYTES`.

The CAs' certificates (PEM) come on its standard input; its answer is one line of JSON.
"""

import json
import os
import sys
from pathlib import Path

from cryptography import x509

from plugins.crl.build import build_here
from plugins.crl.errors import UnusableError


def main(file: str, folder: str, max_bytes: str) -> None:
    os.nice(10)  # requests come first
    issuers = x509.load_pem_x509_certificates(sys.stdin.buffer.read())
    try:
        answer = {"digest": build_here(Path(file), Path(folder), issuers, int(max_bytes))}
    except UnusableError as error:
        answer = {"unusable": str(error)}
    except OSError as error:
        answer = {"unusable": f"its index cannot be written: {error.strerror}"}
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main(*sys.argv[1:])
