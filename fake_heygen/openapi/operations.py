"""The operations, one a row: method, path, what is sent, what is answered."""

from __future__ import annotations

from dataclasses import dataclass

from fake_heygen.openapi.schemas import EVENT_TYPES, STATUS_ROWS
from fake_heygen.openapi.shapes import Schema, enveloped, page, ref, text, whole

TOKEN = text(pattern="^tok_[A-Za-z0-9_-]{12,255}$")
IDS = text(pattern="^[A-Za-z0-9_-]{1,64}(,[A-Za-z0-9_-]{1,64}){0,99}$")
KEY = text(pattern="^[A-Za-z0-9_:.-]{1,255}$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One operation; `codes` are the HTTP statuses of its refusals beside those that every call may get."""

    method: str
    path: str
    name: str
    summary: str
    answer: Schema
    codes: tuple[int, ...] = ()
    query: tuple[tuple[str, Schema], ...] = ()
    body: str = ""
    media_type: str = "application/json"
    keyed: bool = False
    required_query: tuple[str, ...] = ()


def _listed(most: int, *more: tuple[str, Schema]) -> tuple[tuple[str, Schema], ...]:
    return ("limit", whole(minimum=1, maximum=most)), ("token", TOKEN), *more


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        method="post",
        path="/v3/videos",
        name="createVideo",
        summary="Order a video",
        answer=enveloped(ref("Created")),
        codes=(400, 402, 403, 404, 409),
        body="VideoOrder",
        keyed=True,
    ),
    Operation(
        method="get",
        path="/v3/videos",
        name="listVideos",
        summary="List videos, the newest first",
        answer=page(ref("Video")),
        codes=(400,),
        query=_listed(100, ("title", text())),
    ),
    Operation(
        method="get",
        path="/v3/videos/statuses",
        name="videoStatuses",
        summary="Tell the status of up to a hundred videos",
        answer=STATUS_ROWS,
        codes=(400, 404),
        query=(("video_ids", IDS),),
        required_query=("video_ids",),
    ),
    Operation(
        method="get",
        path="/v3/videos/{video_id}",
        name="getVideo",
        summary="Tell all of a video",
        answer=enveloped(ref("Video")),
        codes=(404,),
    ),
    Operation(
        method="delete",
        path="/v3/videos/{video_id}",
        name="deleteVideo",
        summary="Delete a video",
        answer=enveloped(ref("Deleted")),
        codes=(404,),
    ),
    Operation(
        method="post",
        path="/v3/videos/batches",
        name="createBatch",
        summary="Order up to a hundred videos; a wrong one becomes a failed item",
        answer=enveloped(ref("Batch")),
        codes=(400, 409),
        body="BatchOrder",
        keyed=True,
    ),
    Operation(
        method="get",
        path="/v3/videos/batches/{batch_id}",
        name="getBatch",
        summary="Tell how far a batch is",
        answer=enveloped(ref("Batch")),
        codes=(404,),
    ),
    Operation(
        method="get",
        path="/v3/users/me",
        name="getUser",
        summary="Tell who the key belongs to, and what is left to spend",
        answer=enveloped(ref("User")),
    ),
    Operation(
        method="get",
        path="/v3/avatars",
        name="listAvatars",
        summary="List presenters",
        answer=page(ref("Group")),
        codes=(400,),
        query=_listed(50),
    ),
    Operation(
        method="get",
        path="/v3/avatars/looks",
        name="listLooks",
        summary="List looks; the id of one is an avatar_id",
        answer=page(ref("Look")),
        codes=(400,),
        query=_listed(50, ("group_id", text()), ("avatar_type", text()), ("ownership", text())),
    ),
    Operation(
        method="get",
        path="/v3/voices",
        name="listVoices",
        summary="List voices",
        answer=page(ref("Voice")),
        codes=(400,),
        query=_listed(100, ("language", text()), ("gender", text())),
    ),
    Operation(
        method="post",
        path="/v3/assets",
        name="uploadAsset",
        summary="Upload a file of up to 32 MB",
        answer=enveloped(ref("Asset")),
        codes=(400,),
        body="AssetOrder",
        media_type="multipart/form-data",
    ),
    Operation(
        method="post",
        path="/v3/webhooks/endpoints",
        name="registerEndpoint",
        summary="Register a receiver; its secret is shown here only",
        answer=enveloped(ref("Endpoint")),
        codes=(400,),
        body="EndpointOrder",
    ),
    Operation(
        method="get",
        path="/v3/webhooks/endpoints",
        name="listEndpoints",
        summary="List receivers",
        answer=page(ref("Endpoint")),
        codes=(400,),
        query=_listed(100),
    ),
    Operation(
        method="patch",
        path="/v3/webhooks/endpoints/{endpoint_id}",
        name="changeEndpoint",
        summary="Change a receiver; events are replaced as a whole",
        answer=enveloped(ref("Endpoint")),
        codes=(400, 404),
        body="EndpointChange",
    ),
    Operation(
        method="delete",
        path="/v3/webhooks/endpoints/{endpoint_id}",
        name="deleteEndpoint",
        summary="Delete a receiver",
        answer=enveloped(ref("Nothing")),
        codes=(404,),
    ),
    Operation(
        method="post",
        path="/v3/webhooks/endpoints/{endpoint_id}/rotate-secret",
        name="rotateSecret",
        summary="Give a receiver a new secret; the old one is dead at once",
        answer=enveloped(ref("Secret")),
        codes=(404,),
    ),
    Operation(
        method="get",
        path="/v3/webhooks/event-types",
        name="listEventTypes",
        summary="List the types of events",
        answer=EVENT_TYPES,
    ),
    Operation(
        method="get",
        path="/v3/webhooks/events",
        name="listEvents",
        summary="List what happened, the newest first",
        answer=page(ref("Event")),
        codes=(400,),
        query=_listed(100, ("event_type", text())),
    ),
)
