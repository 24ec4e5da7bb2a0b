"""Documents the endpoint in OpenAPI: both formats of each answer, and refusals in the form of Open311."""

from typing import Any

from services.chassis.http.error_formats import OWN_REFUSALS

_TEXT: dict[str, Any] = {"type": ["string", "null"]}
_ERRORS: dict[str, Any] = {
    "type": "array",
    "minItems": 1,
    "items": {
        "type": "object",
        "required": ["code", "description"],
        "properties": {"code": {"type": "string"}, "description": _TEXT},
    },
}
_WHEN = {
    400: "Anything else that is wrong, the store's being away among it.",
    403: "The api_key is missing, not valid, or used up.",
    404: "What is named does not exist.",
    429: "The address asks too often.",
    500: "A fault of ours.",
}
_FILE = {"type": "string", "format": "binary"}
_REQUEST_FIELDS = {
    "api_key": "Of the system that sends.",
    "jurisdiction_id": "The community; where none is named, the one of the key.",
    "service_code": "",
    "lat": "WGS84.",
    "long": "WGS84.",
    "address_string": "",
    "address_id": "A place of the tree.",
    "description": "At most 4000 characters.",
    "first_name": "",
    "last_name": "",
    "email": "",
    "phone": "",
    "account_id": "Not kept.",
    "device_id": "Not kept.",
    "media_url": "Kept as text; never fetched.",
}
_UPDATE_FIELDS = {
    "api_key": "Of the system that sends.",
    "jurisdiction_id": "The community; where none is named, the one of the key.",
    "service_request_id": "",
    "update_id": "The sender's own; the same one is taken once.",
    "status": "",
    "updated_datetime": "A time; not kept, for a case goes by its own clock.",
    "description": "At most 4000 characters; of a unit at most 2000.",
    "media_url": "Kept as text, under the description; never fetched.",
    "first_name": "Not kept.",
    "last_name": "Not kept.",
    "email": "Not kept.",
    "phone": "Not kept.",
}


def answers(form: str, *statuses: int) -> dict[int | str, dict[str, Any]]:
    """The answers that an operation in the format `form` documents: 200, `statuses`, and those that every operation may
    give."""
    media = "text/xml" if form == "xml" else "application/json"
    schema = {"type": "string"} if form == "xml" else _ERRORS
    told = {status: _WHEN[status] for status in (*statuses, 400, 429, 500)}
    refused: dict[int | str, dict[str, Any]] = {
        status: {"description": why, "content": {media: {"schema": schema}}} for status, why in sorted(told.items())
    }
    return {200: {"description": "Done.", "content": {media: {"schema": {}}}}, **refused}


def extra(**more: Any) -> dict[str, Any]:
    """The `openapi_extra` of an operation of this endpoint."""
    return {OWN_REFUSALS: True, **more}


def takes_request() -> dict[str, Any]:
    """The documented body of a request."""
    return _form(_REQUEST_FIELDS, "service_code", "api_key")


def takes_update() -> dict[str, Any]:
    """The documented body of an update."""
    return _form(_UPDATE_FIELDS, "service_request_id", "update_id", "status", "api_key")


def _form(fields: dict[str, str], *required: str) -> dict[str, Any]:
    plain = {name: {"type": "string", **({"description": said} if said else {})} for name, said in fields.items()}
    with_files = {**plain, "media": {"type": "array", "items": _FILE, "maxItems": 10}}
    needed = list(required)
    return {
        "required": True,
        "content": {
            "application/x-www-form-urlencoded": {
                "schema": {"type": "object", "properties": plain, "required": needed}
            },
            "multipart/form-data": {"schema": {"type": "object", "properties": with_files, "required": needed}},
        },
    }
