"""The page on which people try a service's API: Swagger UI, its files served by ourselves, no script inline."""

import importlib.util
from html import escape
from pathlib import Path

from fastapi import APIRouter, Response
from fastapi.responses import FileResponse

_PACKAGE = "fastapi_swagger"
"""The package that carries the files of Swagger UI; none of its code is run."""

_FILES = {
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui.css": "text/css",
    "favicon-32x32.png": "image/png",
}
_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_PAGE = """<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="{base}/favicon-32x32.png">
<link rel="stylesheet" href="{base}/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="{base}/swagger-ui-bundle.js"></script>
<script src="{base}/start.js"></script>
</body>
</html>
"""
_START = """"use strict";
SwaggerUIBundle({{
  url: "{openapi}",
  dom_id: "#swagger-ui",
  deepLinking: true,
  persistAuthorization: true,
  displayRequestDuration: true,
  validatorUrl: null,
}});
"""


def swagger_files() -> Path:
    """The directory with the files of Swagger UI.

    Raises:
        FileNotFoundError: the package that carries them is not installed.
    """
    spec = importlib.util.find_spec(_PACKAGE)
    for place in (spec.submodule_search_locations or ()) if spec else ():
        directory = Path(place) / "resources"
        if all((directory / name).is_file() for name in _FILES):
            return directory
    raise FileNotFoundError(f"the package {_PACKAGE} with the files of Swagger UI is not installed")


def docs_page(base: str, title: str, openapi: str) -> APIRouter:
    """The page at `base`, with its files below it. The page reads the OpenAPI document at `openapi`."""
    directory = swagger_files()
    router = APIRouter(include_in_schema=False)
    page = _PAGE.format(title=escape(title), base=base)
    start = _START.format(openapi=openapi)

    @router.get(base)
    async def docs() -> Response:
        return Response(page, media_type="text/html", headers={"Content-Security-Policy": _CSP})

    @router.get(f"{base}/start.js")
    async def start_script() -> Response:
        return Response(start, media_type="text/javascript")

    def serve(name: str, kind: str) -> None:
        @router.get(f"{base}/{name}", name=name)
        async def file() -> Response:
            return FileResponse(directory / name, media_type=kind, headers={"Cache-Control": "public, max-age=86400"})

    for name, kind in _FILES.items():
        serve(name, kind)
    return router
