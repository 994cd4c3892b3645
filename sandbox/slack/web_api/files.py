"""`files.*`: facts about a file, and the three steps of an upload."""

from __future__ import annotations

import mimetypes
import uuid
from typing import Any

from sandbox.slack.errors import ApiError
from sandbox.slack.messages import Message
from sandbox.slack.modals import with_block_ids
from sandbox.slack.records import StoredFile
from sandbox.slack.service import Service
from sandbox.slack.web_api.args import Args
from sandbox.slack.web_api.content import read_blocks
from sandbox.slack.web_api.method import Method
from sandbox.slack.web_api.places import thread_root, writable_channel

Json = dict[str, Any]


def info(slack: Service, args: Args) -> Json:
    file = slack.workspace.files.get(args.text("file") or "")
    if file is None:
        raise ApiError("file_not_found")
    return {"file": slack.workspace.file_json(file, is_full=True), "comments": []}


def get_upload_url(slack: Service, args: Args) -> Json:
    name = args.required("filename")
    if not args.required("length").isdigit():
        raise ApiError("invalid_arguments", ["[ERROR] must be a number [json-pointer:/length]"])
    file = new_file(slack, name, b"", slack.workspace.bot_user_id)
    return {"upload_url": f"{slack.workspace.base_url}/upload/v1/{file.id}", "file_id": file.id}


def new_file(slack: Service, name: str, content: bytes, user: str, mimetype: str | None = None) -> StoredFile:
    """Store a file that no message carries yet."""
    kind = mimetype or mimetypes.guess_type(name)[0] or "application/octet-stream"
    file_id = f"F0{uuid.uuid4().hex[:9].upper()}"
    file = StoredFile(file_id, name, kind, content, user, name, int(slack.clock.wall()))
    slack.workspace.files[file.id] = file
    return file


def complete_upload(slack: Service, args: Args) -> Json:
    asked = args.structure("files")
    if not isinstance(asked, list) or not asked:
        raise ApiError("invalid_arguments", ["[ERROR] missing required field: files"])
    files = []
    for one in asked:
        file = slack.workspace.files.get(str(one.get("id")))
        if file is None:
            raise ApiError("file_not_found")
        file.title = one.get("title") or file.name
        files.append(file)
    if args.text("channel_id") or args.text("channels"):
        _share(slack, args, files)
    return {"files": [slack.workspace.file_json(file) for file in files]}


def _share(slack: Service, args: Args, files: list[StoredFile]) -> None:
    where = args.text("channel_id") or (args.text("channels") or "").split(",")[0]
    channel = writable_channel(slack, Args({"channel": where}))
    root = thread_root(channel, args.text("thread_ts"))
    blocks = read_blocks(args)
    for file in files:
        file.channels.append(channel.id)
    slack.post(
        Message(
            channel=channel.id,
            ts=slack.clock.next_ts(),
            user=slack.workspace.bot_user_id,
            text=args.text("initial_comment") or "",
            thread_ts=root,
            bot_id=slack.workspace.bot_id,
            blocks=with_block_ids(blocks) if blocks else None,
            files=[file.id for file in files],
        )
    )


METHODS = [
    Method("files.info", info, "files:read"),
    Method("files.getUploadURLExternal", get_upload_url, "files:write"),
    Method("files.completeUploadExternal", complete_upload, "files:write"),
]
