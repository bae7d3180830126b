"""The table of published anchors: all generations, two separate sets."""

import re

from plugins.jpki.auth import AuthProfile
from plugins.jpki.fingerprints import AUTH_ANCHORS, SIGN_ANCHORS
from plugins.jpki.sign import SignProfile

# The first and last eight digits that J-LIS publishes, by generation.
SIGN = {("19645405", "06FC9355"), ("79679C33", "D5E6FBEB"), ("D227F6CD", "DBFA365F")}
AUTH = {("4DCFC4CA", "1D58CA7D"), ("0D98DE47", "961FADE6"), ("64114F29", "18C322B5")}


def ends(fingerprints: frozenset[str]) -> set[tuple[str, str]]:
    return {(each[:8], each[-8:]) for each in fingerprints}


def test_three_generations_of_each_ca_are_published() -> None:
    assert ends(SIGN_ANCHORS) == SIGN
    assert ends(AUTH_ANCHORS) == AUTH


def test_every_fingerprint_is_a_sha_256_in_upper_case() -> None:
    for fingerprint in SIGN_ANCHORS | AUTH_ANCHORS:
        assert re.fullmatch(r"[0-9A-F]{64}", fingerprint)


def test_no_anchor_is_in_both_sets() -> None:
    assert SIGN_ANCHORS.isdisjoint(AUTH_ANCHORS)


def test_the_profiles_publish_them() -> None:
    assert SignProfile({}).published_anchors == SIGN_ANCHORS
    assert AuthProfile({}).published_anchors == AUTH_ANCHORS
