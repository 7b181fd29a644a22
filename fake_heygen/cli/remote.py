"""Speak to a running simulator's control routes, translating every failure into one sentence.

RemoteError
"""

from __future__ import annotations

import time
from typing import Any

import httpx

DEFAULT_AT = "http://127.0.0.1:8900"
SAME_WITHIN_S = 5.0


class RemoteError(Exception):
    """Say why the simulator did not do what it was asked."""


class Remote:
    """The control routes of the simulator at an address; without `account`, an API key, all accounts are meant."""

    def __init__(self, at: str = DEFAULT_AT, account: str | None = None, timeout_s: float = 660.0) -> None:
        self.at = at.rstrip("/")
        params = {} if account is None else {"account": account}
        self._http = httpx.Client(base_url=self.at, params=params, timeout=timeout_s, trust_env=False)

    def __enter__(self) -> Remote:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def get(self, path: str, **query: Any) -> Any:
        """Return the JSON of `/_sim/{path}`."""
        return self._call("GET", path, params=_given(query)).json()

    def post(self, path: str, body: Any = None, *, accepted: tuple[int, ...] = ()) -> Any:
        """Post JSON to `/_sim/{path}`; statuses in `accepted` are answers too."""
        return self._call("POST", path, json=body, accepted=accepted).json()

    def put(self, path: str, body: Any) -> Any:
        """Put JSON to `/_sim/{path}`."""
        return self._call("PUT", path, json=body).json()

    def text(self, path: str, **query: Any) -> str:
        """Return the text of `/_sim/{path}`."""
        return self._call("GET", path, params=_given(query)).text

    def ledger(self) -> dict[str, Any]:
        """Return the ledger with the moment it was read, and whether the two clocks agree."""
        clock = self.get("clock")
        together = abs(clock["now"] - time.time()) < SAME_WITHIN_S and clock["speed"] == 1 and not clock["frozen"]
        return {**self.get("ledger"), "now": clock["now"], "same_clock": together}

    def _call(self, method: str, path: str, *, accepted: tuple[int, ...] = (), **request: Any) -> httpx.Response:
        try:
            response = self._http.request(method, f"/_sim/{path}", **request)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise RemoteError(f"no simulator answers at {self.at}: {error or type(error).__name__}") from error
        if not response.is_success and response.status_code not in accepted:
            raise RemoteError(_sentence(response))
        return response


def _given(query: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in query.items() if value is not None}


def _sentence(response: httpx.Response) -> str:
    try:
        return str(response.json()["error"]["message"])
    except (ValueError, KeyError, TypeError):
        return f"{response.request.url} answered {response.status_code}; is it a simulator?"
