"""Pairwise subjects: the same within a sector, of no use outside it."""

from gateway.keys.hashing import KeyedHash
from gateway.residents.subject import Subjects

SUBJECTS = Subjects(KeyedHash(b"k" * 32))
HEALTH, POINTS = "hanasaki/health.example", "hanasaki/points.example"


def test_a_sector_knows_a_resident_by_one_subject() -> None:
    assert SUBJECTS.sub("r1", HEALTH) == Subjects(KeyedHash(b"k" * 32)).sub("r1", HEALTH)


def test_subjects_differ_by_resident_sector_and_gateway() -> None:
    subjects = [
        SUBJECTS.sub("r1", HEALTH),
        SUBJECTS.sub("r2", HEALTH),
        SUBJECTS.sub("r1", POINTS),
        Subjects(KeyedHash(b"x" * 32)).sub("r1", HEALTH),
    ]
    assert len(set(subjects)) == 4


def test_a_subject_shows_nothing_and_fits_the_standard() -> None:
    subject = SUBJECTS.sub("resident-1", HEALTH)
    assert len(subject) <= 255  # OpenID Connect Core §2
    assert subject.isascii()
    assert "resident" not in subject
    # No split of the same letters into sector and resident gives another's subject.
    assert SUBJECTS.sub("b", "ab") != SUBJECTS.sub("bb", "a")
