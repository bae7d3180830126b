"""Where each flaw of each signed object stands: one table for all of them."""

COLUMNS = ("request", "private", "secret", "bearer", "counter", "statement", "proof")
"""A request object, a client assertion by a key and by a secret, an assertion that buys, a
counter's signed request, a software statement, a DPoP proof."""

# x: refused. o: accepted, for the reason beside it. -: there is no such thing.
CELLS = """
                                      req pri sec bea cou sta pro
alg none                               x   x   x   x   x   x   x
alg none in other letters              x   x   x   x   x   x   x
no alg                                 x   x   x   x   x   x   x
alg as a list                          x   x   x   x   x   x   x
an alg that nobody knows               x   x   x   x   x   x   x
HS256 with the public key              x   x   x   x   x   x   x
HS256 with the public JWK              x   x   x   x   x   x   x
HS256 with an empty secret             x   x   x   x   x   x   x
HS256 with the client's secret         x   x   o   x   x   x   x  the way it is registered for
HS512 with the client's secret         x   x   x   x   x   x   x
another key                            x   x   x   x   x   x   x
another client's key                   x   x   x   x   x   x   x
another key that it brings             x   x   x   x   x   x   -  a proof's key is the one it brings
another key that it says to fetch      x   x   x   x   x   x   x
another key in a certificate           x   x   x   x   x   x   x
the key, and another that it brings    o   o   o   o   o   o   -  what it brings means nothing
the key, and one to fetch              o   o   o   o   o   o   o  nothing is fetched
a kid of nobody's                      x   x   o   x   x   x   o  secrets and proofs have none
a kid that is a path                   x   x   o   x   x   x   o
a kid that is a number                 x   x   x   x   x   x   o
no kid                                 o   o   o   o   o   o   o  any of its keys may be it
no signature                           x   x   x   x   x   x   x
half a signature                       x   x   x   x   x   x   x
a signature of zeros                   x   x   x   x   x   x   x
another payload                        x   x   x   x   x   x   x
a critical extension                   x   x   x   x   x   x   x
b64 false, which is critical           x   x   x   x   x   x   x
b64 false                              x   x   x   x   x   x   o  not critical, so not looked at
a payload that is compressed           x   x   x   x   x   x   x
a JWT in a JWT                         x   x   x   x   x   x   x
an encryption that is none             x   x   x   x   x   x   x
a list                                 x   x   x   x   x   x   x
no JSON                                x   x   x   x   x   x   x
UTF-16                                 x   x   x   x   x   x   x
deep                                   x   x   x   x   x   x   x
huge                                   x   x   x   x   x   x   x
two parts                              x   x   x   x   x   x   x
four parts                             x   x   x   x   x   x   x
a space before                         x   x   x   x   x   x   x
a JSON serialization                   x   x   x   x   x   x   x
a name that stands twice               o   o   o   o   o   o   o  the last counts (RFC 7519 §4)
no iss                                 x   x   x   x   x   x   -
another iss                            x   x   x   x   x   x   -
iss as a list                          x   x   x   x   x   x   -
no aud                                 x   x   x   x   x   -   -  a statement is for anybody
another aud                            x   x   x   x   x   -   -
the issuer with a slash as aud         x   x   x   x   x   -   -
the issuer in capitals as aud          x   x   x   x   x   -   -
the token endpoint as aud              x   o   o   o   x   -   -  RFC 7523 §3
the issuer in a list as aud            o   o   o   o   o   -   -
the issuer and another as aud          o   x   x   x   x   -   -  only the client is answered
nobody in a list as aud                x   x   x   x   x   -   -
a list in a list as aud                x   x   x   x   x   -   -
an object as aud                       x   x   x   x   x   -   -
no exp                                 x   x   x   x   x   o   o  a proof ends by its iat
expired                                x   x   x   x   x   x   x
exp far away                           x   x   x   x   x   o   o
exp as a text                          x   x   x   x   x   x   x
exp true                               x   x   x   x   x   x   x
exp before time began                  x   x   x   x   x   x   x
exp after time ends                    x   x   x   x   x   x   x
iat in the future                      x   x   x   x   x   x   x
nbf in the future                      x   x   x   x   x   x   x
nbf as a text                          x   x   x   x   x   x   x
no jti                                 o   x   x   x   x   o   x  a request object may come again
an empty jti                           o   x   x   x   x   o   x
a long jti                             o   x   x   x   x   o   x
jti as a number                        o   x   x   x   x   o   x
the same once more                     o   x   x   x   x   o   x
"""


def cells() -> dict[tuple[str, str], str]:
    """Flaw and column to the cell."""
    found: dict[tuple[str, str], str] = {}
    for line in CELLS.strip().splitlines()[1:]:
        flaw, places = line[:38].strip(), line[38:].split()[: len(COLUMNS)]
        found |= {(flaw, column): cell for column, cell in zip(COLUMNS, places, strict=True)}
    return found
