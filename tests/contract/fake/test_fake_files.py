"""The file host: films that play, signed links, ranges."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from typing import Any

import av
import httpx
import pytest
from PIL import Image


def film_url(fake: Any, words: str = "render=1s", **fields: Any) -> str:
    video_id = fake.video(words, **fields)
    fake.advance(1)
    url: str = fake.get(video_id)["video_url"]
    return url


@pytest.mark.parametrize(("ratio", "size"), [("9:16", (432, 768)), ("16:9", (768, 432)), ("1:1", (576, 576))])
def test_film_is_h264_of_the_asked_shape_and_as_long_as_get_says(fake: Any, ratio: str, size: tuple[int, int]) -> None:
    video_id = fake.video("render=1s", aspect_ratio=ratio)
    fake.advance(1)
    seen = fake.get(video_id)
    content = fake.api.get(seen["video_url"], timeout=30).content
    with av.open(io.BytesIO(content)) as film:
        stream = film.streams.video[0]
        frames = sum(1 for _ in film.decode(video=0))
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
        assert (stream.width, stream.height) == size
        assert stream.duration is not None
        assert stream.time_base is not None
        assert float(stream.duration * stream.time_base) == pytest.approx(seen["duration"], abs=0.001)
        assert (film.duration or 0) / 1e6 == pytest.approx(seen["duration"], abs=0.001)
        assert frames / 12 == pytest.approx(seen["duration"])
        assert [track.codec_context.name for track in film.streams.audio] == ["aac"]
    assert content.index(b"moov") < content.index(b"mdat")


def test_webm_is_vp8_with_opus_as_long_as_get_says(fake: Any) -> None:
    video_id = fake.video("render=1s", output_format="webm")
    fake.advance(1)
    seen = fake.get(video_id)
    answer = fake.api.get(seen["video_url"], timeout=30)
    assert answer.headers["Content-Type"] == "video/webm"
    with av.open(io.BytesIO(answer.content)) as film:
        assert [stream.codec_context.name for stream in film.streams] == ["vp8", "opus"]
        assert sum(1 for _ in film.decode(video=0)) / 12 == pytest.approx(seen["duration"])


def test_film_moves_and_differs_from_its_captioned_version(fake: Any) -> None:
    video_id = fake.video("render=1s", caption={"file_format": "srt", "style": "default"})
    fake.advance(1)
    seen = fake.get(video_id)
    plain, captioned = (fake.api.get(seen[name], timeout=30).content for name in ("video_url", "captioned_video_url"))
    assert plain != captioned
    with av.open(io.BytesIO(plain)) as film:
        pictures = {frame.to_image().tobytes() for frame in film.decode(video=0)}
    assert len(pictures) > 10
    subtitles = fake.api.get(seen["subtitle_url"])
    assert subtitles.text.startswith("1\n00:00:00,400 --> ")
    assert "sim:" not in subtitles.text
    thumbnail = Image.open(io.BytesIO(fake.api.get(seen["thumbnail_url"]).content))
    assert (thumbnail.format, thumbnail.size) == ("JPEG", (768, 432))


def test_ranges_are_served_and_impossible_ones_refused(fake: Any) -> None:
    url = film_url(fake)
    whole = fake.api.get(url, timeout=30)
    part = fake.api.get(url, headers={"Range": "bytes=100-199"})
    assert (part.status_code, part.content) == (206, whole.content[100:200])
    assert part.headers["Content-Range"] == f"bytes 100-199/{len(whole.content)}"
    assert fake.api.get(url, headers={"Range": "bytes=-50"}).content == whole.content[-50:]
    assert fake.api.get(url, headers={"Range": f"bytes={len(whole.content)}-"}).status_code == 416
    stale = fake.api.get(url, headers={"Range": "bytes=0-9", "If-Range": '"other"'})
    assert (stale.status_code, len(stale.content)) == (200, len(whole.content))
    head = fake.api.head(url)
    assert (head.status_code, head.content, head.headers["Content-Length"]) == (200, b"", str(len(whole.content)))
    assert whole.headers["Content-Type"] == "video/mp4"
    assert whole.headers["Access-Control-Allow-Origin"] == "*"


def test_link_is_long_fresh_each_time_and_dies_after_seven_days(fake: Any) -> None:
    video_id = fake.video("render=1s")
    fake.advance(1)
    first, second = fake.get(video_id)["video_url"], fake.get(video_id)["video_url"]
    assert len(first) >= 500
    assert first != second
    assert fake.api.head(first).status_code == 200
    fake.advance(7 * 86_400)
    assert fake.api.get(first).status_code == 403
    assert fake.api.head(fake.get(video_id)["video_url"]).status_code == 200


@pytest.mark.parametrize(
    "change", [("Signature=", "Signature=A"), ("/video/", "/caption/"), ("Expires=1", "Expires=2")]
)
def test_tampered_link_is_refused(fake: Any, change: tuple[str, str]) -> None:
    url = film_url(fake)
    assert fake.api.get(url.replace(*change)).status_code == 403
    assert fake.api.get(url + "x").status_code == 403
    assert fake.api.get(url.partition("?")[0]).status_code == 403


def test_file_may_come_later_than_its_link(fake: Any) -> None:
    url = film_url(fake, "render=1s url=notyet:10s")
    assert fake.api.get(url).status_code == 404
    fake.advance(10)
    assert fake.api.head(url, timeout=30).status_code == 200


def test_two_that_ask_at_once_get_the_same_film(fake: Any) -> None:
    url = film_url(fake, script="Una frase que nadie dijo antes. [[sim: render=1s]]", title="x")
    with ThreadPoolExecutor(4) as pool:
        films = list(pool.map(lambda _: fake.api.get(url, timeout=30).content, range(4)))
    assert len(set(films)) == 1
    assert len(films[0]) > 10_000


def test_pictures_and_samples_are_open_to_all(fake: Any) -> None:
    look, voice = fake.rows("/v3/avatars/looks")[0], fake.rows("/v3/voices")[0]
    picture = httpx.get(look["preview_image_url"])
    assert Image.open(io.BytesIO(picture.content)).size == (480, 640)
    sample = httpx.get(voice["preview_audio_url"])
    assert (sample.headers["Content-Type"], sample.content[:4]) == ("audio/wav", b"RIFF")
    assert httpx.get(look["preview_image_url"].replace("lucia", "nobody")).status_code == 404


def test_the_page_of_a_video_is_here_says_that_it_is_simulated_and_plays_the_film(fake: Any) -> None:
    video_id = fake.video("render=5s", title="<b>Otoño</b>")
    address = fake.get(video_id)["video_page_url"]
    assert address.startswith(str(fake.api.base_url)), "no link leads to HeyGen"
    early = fake.api.get(address)
    assert (early.status_code, "Simulated." in early.text, "<video" in early.text) == (200, True, False)
    fake.advance(5)
    page = fake.api.get(address).text
    assert "&lt;b&gt;Otoño&lt;/b&gt;" in page
    source = unescape(page.partition('<video controls src="')[2].partition('"')[0])
    assert fake.api.get(source).headers["content-type"] == "video/mp4"
    assert fake.api.delete(f"/v3/videos/{video_id}").status_code == 200
    assert fake.api.get(address).status_code == 404


def test_the_page_in_place_of_an_answer_is_marked_as_simulated(fake: Any) -> None:
    assert "simulated" in fake.create("answer=html").text
