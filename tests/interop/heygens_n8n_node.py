"""HeyGen's own n8n node, as published, against the simulator: every operation of v3 that both have."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from fake_heygen.cli.process import Process
from fake_heygen.cli.remote import Remote

HERE = Path(__file__).parent
PACKAGE = "@heygenofficial/n8n-nodes-heygen-official"
KEY = "n8n"
AVATAR = "lucia_studio_front"


class Refused(Exception):
    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(error["message"])
        self.name, self.status, self.description = error["name"], error["status"], error["description"]


class Node:
    """The node in a process of its own."""

    def __init__(self, url: str, key: str = KEY) -> None:
        node = shutil.which("node")
        assert node, "Node.js 20 or newer is needed"
        assert (HERE / "node_modules" / PACKAGE).is_dir(), "run `make interop`, which installs it"
        command = [node, str(HERE / "n8n_host.cjs"), url, key]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=HERE)

    def __enter__(self) -> Node:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()

    def run(self, what: str = "node", **job: Any) -> Any:
        self._process.stdin.write(json.dumps({"what": what} | job) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        if "error" in answer:
            raise Refused(answer["error"])
        return answer["result"]

    def do(self, resource: str, operation: str, *, binary: Any = None, **parameters: Any) -> Any:
        return self.run(parameters={"resource": resource, "operation": operation} | parameters, binary=binary)

    def create(self, words: str, **parameters: Any) -> str:
        script = {"videosAvatarId": AVATAR, "videosScript": f"Hola a todos. [[sim: {words}]]"}
        answer = self.do("video", "createVideo", **(script | parameters))
        assert answer["data"]["status"] == "waiting"
        return str(answer["data"]["video_id"])


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with Process("--port", "0", "--scenario", "healthy", "--seed", "1") as process:
        yield process.url


@pytest.fixture(scope="module")
def node(url: str) -> Iterator[Node]:
    with Node(url) as running:
        yield running


@pytest.fixture
def sim(url: str) -> Iterator[Remote]:
    with Remote(url) as remote:
        remote.post("reset")
        remote.post("clock", {"frozen": True})
        yield remote


def test_credential_is_tested_as_n8n_does(node: Node, url: str) -> None:
    assert node.run("credential")["data"]["wallet"]["remaining_balance"] > 0
    with Node(url, "invalid") as stranger, pytest.raises(Refused, match="401"):
        stranger.run("credential")


def test_video_is_created_watched_and_fetched(node: Node, sim: Remote) -> None:
    video_id = node.create("render=2m", videosAdditionalFields={"title": "Prueba", "callbackId": "n8n-7"})
    video = node.do("video", "getVideoStatus", videoId=video_id)["data"]
    assert (video["id"], video["title"], video["status"]) == (video_id, "Prueba", "pending")
    sim.post("clock", {"advance_s": 120})
    video = node.do("video", "getVideoStatus", videoId=video_id)["data"]
    assert (video["status"], video.get("failure_code")) == ("completed", None)
    film = httpx.get(video["video_url"])
    assert film.headers["content-type"] == "video/mp4"
    assert film.content[4:8] == b"ftyp"
    (row,) = sim.get("ledger")["data"]
    assert (row["callback_id"], row["charges"], row["outcome"]) == ("n8n-7", 1, "completed")


def test_avatar_video_of_the_older_form_is_created_through_v3(node: Node, sim: Remote) -> None:
    scene = {"characterType": "avatar", "avatarId": AVATAR, "voiceType": "text", "inputText": "Hola.", "speed": 1.2}
    scene |= {"voiceId": node.do("list", "listVoices")["data"][0]["voice_id"], "backgroundType": "color"}
    answer = node.do(
        "video",
        "createAvatarVideo",
        caption=True,
        dimension={"dimensionValues": {"width": 1080, "height": 1920}},
        videoInput={"videoInputValues": [scene | {"backgroundColor": "#336699"}]},
        additionalFields={"title": "Vertical"},
    )
    assert answer["data"]["video_id"]
    (entry,) = [entry for entry in sim.get("journal", kind="request")["data"] if entry["method"] == "POST"]
    assert json.loads(entry["body"])["aspect_ratio"] == "9:16"


def test_failure_is_told_with_its_code(node: Node, sim: Remote) -> None:
    video_id = node.create("render=1s outcome=failed code=rendering_failed")
    sim.post("clock", {"advance_s": 1})
    video = node.do("video", "getVideoStatus", videoId=video_id)["data"]
    assert (video["status"], video["failure_code"]) == ("failed", "rendering_failed")


def test_videos_are_listed_page_by_page_filtered_and_deleted(node: Node, sim: Remote) -> None:
    made = [node.create("render=1h", videosAdditionalFields={"title": f"Reel {n}"}) for n in range(3)]
    first = node.do("video", "listVideos", listPageLimit=2)
    second = node.do("video", "listVideos", listPageLimit=2, listPaginationToken=first["next_token"])
    assert [video["id"] for page in (first, second) for video in page["data"]] == made[::-1]
    assert (first["has_more"], second["has_more"]) == (True, False)
    (found,) = node.do("video", "listVideos", videosTitleFilter="Reel 1")["data"]
    assert node.do("video", "deleteVideo", videoId=found["id"])["data"] == {"id": found["id"], "deleted": True}
    with pytest.raises(Refused) as gone:
        node.do("video", "getVideoStatus", videoId=found["id"])
    assert (gone.value.name, gone.value.status) == ("NodeApiError", "404")


def test_avatars_groups_and_voices_are_listed(node: Node) -> None:
    looks = node.do("list", "listAvatars", listPageLimit=50)["data"]
    assert AVATAR in {look["id"] for look in looks}
    groups = node.do("list", "listAvatarsGroups")["data"]
    (some,) = {look["group_id"] for look in looks if look["id"] == AVATAR}
    assert some in {group["id"] for group in groups}
    voices = node.do("list", "listVoices", voiceLanguage="Spanish", voiceGender="female")["data"]
    assert {voice["gender"] for voice in voices} == {"female"}


def test_file_is_uploaded(node: Node) -> None:
    content = {"data": base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(64)).decode(), "fileName": "a.png"}
    binary = {"data": content | {"mimeType": "image/png"}}
    assert node.do("asset", "uploadAssets", binaryData=True, binary=binary)["data"]["asset_id"]


@pytest.mark.parametrize(("words", "status"), [("answer=402", "402"), ("answer=429", "429"), ("answer=503", "503")])
def test_refusal_reaches_the_user_with_its_status(node: Node, sim: Remote, words: str, status: str) -> None:
    with pytest.raises(Refused) as refused:
        node.create(words)
    assert (refused.value.name, refused.value.status) == ("NodeApiError", status)
    assert sim.get("ledger")["data"] == []


def test_wrong_parameter_is_named_to_the_user(node: Node, sim: Remote) -> None:
    with pytest.raises(Refused) as refused:
        node.create("render=1s", videosAvatarId="nobody")
    assert (refused.value.status, "nobody" in str(refused.value.description)) == ("404", True)


def test_trigger_takes_a_delivery_in_the_older_shape_only(node: Node, sim: Remote) -> None:
    """The node's trigger reads `event`; the documentation of v3 says `event_type`, and so it is sent by default."""
    for words in ("body=older", ""):
        node.create(f"render=1s {words}", videosAdditionalFields={"callbackUrl": "http://127.0.0.1:9/hook"})
    sim.post("clock", {"advance_s": 1})
    older, present = [json.loads(e["request"]["body"]) for e in sim.get("journal", kind="attempt")["data"]][:2]
    (item,) = node.run("trigger", body=older)
    assert item["event"] == "avatar_video.success"
    with pytest.raises(Refused, match='Missing or invalid "event" field'):
        node.run("trigger", body=present)
