from __future__ import annotations

from urllib.request import Request, urlopen

from slack_sdk import WebClient

from sandbox.slack import BOT_TOKEN, NewFile, SlackStandIn


def fetched(url: str, token: str) -> tuple[str, bytes]:
    with urlopen(Request(url, headers={"Authorization": f"Bearer {token}"})) as answer:  # noqa: S310  a loopback address
        return answer.headers.get_content_type(), answer.read()


def test_an_attached_file_is_announced_and_can_be_fetched_with_the_token(
    client: WebClient, slack: SlackStandIn
) -> None:
    client.auth_test()
    slack.say("@ada", "ada", "see the log", files=[NewFile("vpn.log", b"no route", "text/plain")])

    event = slack.deliveries[-1].event
    assert event["subtype"] == "file_share"
    link = event["files"][0]["url_private_download"]
    assert fetched(link, BOT_TOKEN) == ("text/plain", b"no route")
    assert fetched(link, "xoxb-wrong")[0] == "text/html"
    slack.slack.scopes.discard("files:read")
    assert fetched(link, BOT_TOKEN)[0] == "text/html"


def test_a_file_of_another_company_shows_its_link_only_when_asked(client: WebClient, slack: SlackStandIn) -> None:
    client.auth_test()
    slack.say("#support", "ada", "", files=[NewFile("shot.png", b"png", is_connect=True)])

    file = slack.deliveries[-1].event["files"][0]

    assert file["file_access"] == "check_file_info"
    full = client.files_info(file=file["id"])["file"]
    assert fetched(full["url_private"], BOT_TOKEN) == ("image/png", b"png")


def test_an_upload_ends_as_a_message_in_the_thread(client: WebClient, slack: SlackStandIn) -> None:
    root = slack.say("#support", "ada", "export please")

    client.files_upload_v2(
        channel="C0SUPPORT", thread_ts=root, filename="issues.csv", content="key,summary", initial_comment="Here"
    )

    reply = slack.replies_of_bot("#support", root)[0]
    assert reply.text == "Here"
    assert slack.workspace.files[reply.files[0]].content == b"key,summary"
