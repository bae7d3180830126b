"""SHA-256 fingerprints of the CA certificates that JPKI has published, by generation.

Published at https://www.jpki.go.jp/ca/ca_rules3.html, ca_rules4.html and pdf/sign_fingerprint.pdf
All generations are pinned: certificates of each are still in people's hands.
"""

SIGN_ANCHORS = frozenset(
    {
        # signca01, 2015-10-20 to 2025-10-19
        "19645405A1FE14377434BD55957628AC4038557C542403A2243F21C706FC9355",
        # signca02, 2019-09-14 to 2029-09-14
        "79679C33E4CC9319440F1AD120A597FF1844E2EF217063ADB176966FD5E6FBEB",
        # signca03, 2023-07-16 to 2033-07-15
        "D227F6CDE11D35C5252178F106F843D24651944975413B539FA2FB68DBFA365F",
    }
)

AUTH_ANCHORS = frozenset(
    {
        # authca01, 2015-10-20 to 2025-10-19
        "4DCFC4CA0AAF9FB2A3081B3F0C991C320B3ACC008667A341EEAEC5AF1D58CA7D",
        # authca02, 2019-09-14 to 2029-09-14
        "0D98DE47FC11B7F67126874B7028B6026A803D2638D6EDFE53176953961FADE6",
        # authca03, 2023-07-16 to 2033-07-15
        "64114F29620C24ED2631D46476A040E7EE740D956089C00B036A6A8118C322B5",
    }
)
