"""`[plugins.crl] programs`: what cannot be run as it is meant stops the start, and is named."""

import pytest

from gateway.errors import PluginError
from gateway.plugins import installed_plugins, load_plugins
from plugins.crl.settings import read_settings

PROGRAM = ["/usr/local/bin/fetch-crl", "--binary", "{url}"]
LDAP = "ldap://directory.example.test/cn=crl?certificateRevocationList;binary"


def test_each_scheme_has_its_own_program() -> None:
    sources = [LDAP, "LDAP:///cn=crl", "x-dir.1+a://host", "https://example.test/a.crl"]
    programs = {"ldap": PROGRAM, "x-dir.1+a": ["/bin/a", "{url}"], "ldaps": PROGRAM}

    settings = read_settings({"sources": sources, "programs": programs})

    assert settings.sources == tuple(sources)
    assert settings.programs["ldap"] == tuple(PROGRAM)
    assert settings.programs["x-dir.1+a"] == ("/bin/a", "{url}")


@pytest.mark.parametrize(
    ("programs", "problem"),
    [
        ([], "programs: a table"),
        ("/bin/a {url}", "programs: a table"),
        ({"LDAP": PROGRAM}, "programs: 'LDAP' is no scheme"),
        ({"ldap:": PROGRAM}, "programs: 'ldap:' is no scheme"),
        ({"a\nb": PROGRAM}, r"programs: 'a\\nb' is no scheme"),
        ({"https": PROGRAM}, r"programs\.https: the gateway fetches these"),
        ({"http": PROGRAM}, r"programs\.http: the gateway fetches these"),
        ({"ldap": "/bin/a {url}"}, r"programs\.ldap: .* as a list"),
        ({"ldap": ["/bin/a", 5, "{url}"]}, r"programs\.ldap: .* as a list"),
        ({"ldap": ["/bin/a\0", "{url}"]}, r"programs\.ldap: .* as a list"),
        ({"ldap": []}, r"programs\.ldap: .*absolute path"),
        ({"ldap": ["fetch-crl", "{url}"]}, r"programs\.ldap: .*absolute path"),
        ({"ldap": ["./fetch-crl", "{url}"]}, r"programs\.ldap: .*absolute path"),
        ({"ldap": ["{url}"]}, r"programs\.ldap: .*absolute path"),
        ({"ldap": ["/bin/a"]}, r"programs\.ldap: one argument"),
        ({"ldap": ["/bin/a", "{url}", "{url}"]}, r"programs\.ldap: one argument"),
        ({"ldap": ["/bin/a", "--from={url}"]}, r"programs\.ldap: one argument"),
        ({"ldap": ["/bin/a", "--from={url}", "{url}"]}, r"programs\.ldap: one argument"),
        ({"ldap": ["/bin/{url}", "{url}"]}, r"programs\.ldap: one argument"),
    ],
)
def test_a_program_that_cannot_be_run_stops_the_start(programs: object, problem: str) -> None:
    assert read_settings({"programs": {"ldap": PROGRAM}, "sources": [LDAP]}).programs

    with pytest.raises(ValueError, match=f"^{problem}") as refused:
        read_settings({"programs": programs})
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("programs", [{}, {"ldaps": PROGRAM}])
def test_an_address_without_a_program_stops_the_start(programs: dict[str, object]) -> None:
    table = {"sources": ["https://example.test/", LDAP], "programs": programs}

    with pytest.raises(ValueError, match=r"^programs\.ldap: .* address 2 of sources"):
        read_settings(table)
    with pytest.raises(PluginError, match=r"^plugins\.crl: programs\.ldap: "):
        load_plugins(
            "gateway.revocation_sources",
            ["crl"],
            {"crl": table},
            object,
            installed_plugins(),
        )


@pytest.mark.parametrize(
    "source",
    [
        "ldap://reader:word@directory.example.test/cn=crl",
        "ldap://reader@directory.example.test/cn=crl",
        "ldap://:word@directory.example.test/cn=crl",
        "ldap://reader:word@directory.example.test:port/cn=crl",
        "ldap:reader:word@directory.example.test/cn=crl",
        "reader:word@directory.example.test/cn=crl",
        "https://reader:word@example.test/a.crl",
        "https://reader:word@[example.test/a.crl",
        "other://reader:word@example.test/a.crl",
    ],
)
def test_an_address_with_a_password_stops_the_start_and_is_not_repeated(source: str) -> None:
    with pytest.raises(ValueError, match=r"^sources: address 1") as refused:
        read_settings({"sources": [source], "programs": {"ldap": PROGRAM}})

    assert "word" not in str(refused.value).replace("password", "")
    assert "reader" not in str(refused.value)
    assert refused.value.__cause__ is None


@pytest.mark.parametrize(
    "source",
    [
        "",
        "cn=crl",
        "//directory.example.test/cn=crl",
        "ldap:cn=crl",
        " " + LDAP,
        LDAP + " ",
        LDAP + "\n",
        LDAP + "\0",
        "\0" + LDAP,
        LDAP.replace("cn", "c\tn"),
        "-o" + LDAP.replace("ldap", ""),
    ],
)
def test_what_is_no_address_stops_the_start(source: str) -> None:
    with pytest.raises(ValueError, match=r"^sources: address 2 is not an address$"):
        read_settings({"sources": [LDAP, source], "programs": {"ldap": PROGRAM}})
