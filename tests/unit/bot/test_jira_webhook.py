"""What an event of Jira's webhook means."""

from __future__ import annotations

from typing import Any

import pytest

from bot.jira_webhook import confirmation, delivery_id, event_of, is_signed_by_jira

MARKER = "sb-0123456789ab"


def created(**issue: Any) -> dict[str, Any]:
    body = {"id": "10012", "key": "OPS-12", "fields": {"labels": ["vpn", MARKER]}}
    return {"webhookEvent": "jira:issue_created", "user": {"accountId": "bot"}, "issue": body | issue}


def test_an_issue_with_our_label_confirms_its_filing() -> None:
    action = confirmation(created(), "d-1", "T1")
    assert action is not None
    assert (action.kind, action.team_id, action.id) == ("filing_confirmed", "T1", "jira-d-1")
    assert action.values == {"marker": MARKER, "key": "OPS-12", "issue_id": "10012"}


def test_an_issue_with_our_property_confirms_its_filing() -> None:
    event = created(fields={"labels": []}, properties={"supportbot": {"draft": "d1", "marker": MARKER}})
    action = confirmation(event, "d-1", "T1")
    assert action is not None
    assert action.values["marker"] == MARKER


@pytest.mark.parametrize(
    "event",
    [
        pytest.param({}, id="an empty object"),
        pytest.param({"webhookEvent": "comment_created", "comment": {}}, id="a comment"),
        pytest.param(created() | {"webhookEvent": "jira:issue_updated"}, id="an update of our issue"),
        pytest.param(created(fields={"labels": ["vpn"]}), id="an issue of other people"),
        pytest.param(created(fields={"labels": ["sb-team", "sb-0123456789abcdef"]}), id="labels like ours"),
        pytest.param(created(fields=None), id="no fields"),
        pytest.param(created(fields={"labels": [None, 3, {}]}), id="labels that are no words"),
        pytest.param(created(properties=["supportbot"], fields={}), id="properties that are no object"),
        pytest.param(created(key=None), id="no key"),
        pytest.param(created(key="<!channel>"), id="a key that is none"),
        pytest.param(created(id="x"), id="an id that is none"),
        pytest.param({"webhookEvent": "jira:issue_created", "issue": "OPS-12"}, id="an issue that is no object"),
    ],
)
def test_everything_else_asks_for_nothing(event: dict[str, Any]) -> None:
    assert confirmation(event, "d-1", "T1") is None


@pytest.mark.parametrize("signature", ["", "sha256=", "sha256=00", "sha1=00", "ÿü", "sha256=" + "0" * 64])
def test_a_wrong_signature_is_none(signature: str) -> None:
    assert not is_signed_by_jira("secret", signature, b"{}")


def test_the_signature_is_over_the_raw_body() -> None:
    # Computed with `openssl dgst -sha256 -hmac secret`.
    signature = "sha256=77325902caca812dc259733aacd046b73817372c777b8d95b402647474516e13"
    assert is_signed_by_jira("secret", signature, b"{}")
    assert not is_signed_by_jira("secret", signature, b"{ }")


@pytest.mark.parametrize("body", [b"", b"[]", b'"x"', b"{", b"\xff", b"null", b"[" * 100_000])
def test_what_is_no_json_object_is_no_event(body: bytes) -> None:
    assert event_of(body) is None


def test_a_delivery_without_an_identifier_is_known_by_its_body() -> None:
    assert delivery_id("w-1", b"{}") == "w-1"
    assert delivery_id("", b"{}") == delivery_id("", b"{}") != delivery_id("", b"{ }")
