"""The route of the document that our product replaces, as Flask ran it: it believes whoever knows the address.

data = request.json
reel = Reel.query.get_or_404(reel_id)
if data.get('event') == 'avatar_video.success': reel.video_url = data.get('data', {}).get('video_url')
elif data.get('event') == 'avatar_video.fail': reel.error_message = data.get('data', {}).get('error')
return "OK", 200
"""

from __future__ import annotations

import json
from http.server import ThreadingHTTPServer
from typing import Any

from tests.contract.fake.proof.receivers.plain import Handler


class Reel:
    status = "processing"
    video_url: Any = None
    error_message: Any = None


class Route(Handler):
    reel = Reel()

    def take(self, body: bytes) -> int:
        try:
            data = json.loads(body)
        except ValueError:
            return 400
        if data.get("event") == "avatar_video.success":
            self.reel.status = "completed"
            self.reel.video_url = data.get("data", {}).get("video_url")
        elif data.get("event") == "avatar_video.fail":
            self.reel.status = "failed"
            self.reel.error_message = data.get("data", {}).get("error")
        return 200


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Route)
