"""The OpenAPI 3.1 document of an edition, made from RESOURCES and the models.

In: an edition. Out: a JSON document. Nothing in it is written by hand that the code says too.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from pydantic.json_schema import models_json_schema

from vigie import __version__
from vigie.web.api import models as m
from vigie.web.api.asked import schema_of
from vigie.web.api.media import MEDIA, Format
from vigie.web.api.problems import MEDIA as PROBLEM
from vigie.web.api.problems import TITLES
from vigie.web.api.resources import offered

BASE = "/api/v1"
_HEADERS = {
    "ETag": {"description": "of this answer, in this format", "schema": {"type": "string"}},
    "Link": {"description": "the next page, rel=next", "schema": {"type": "string"}},
    "X-Total-Count": {"description": "rows of the whole list", "schema": {"type": "integer", "minimum": 0}},
}


@cache
def document(public: bool) -> dict[str, Any]:
    """The whole document."""
    wanted: list[type[Any]] = [m.Root, m.Refusal]
    asked: dict[str, Any] = {}
    paths: dict[str, Any] = {
        BASE: {"get": _operation("root", "What is offered, and of what state", [], {"application/json": _ref(m.Root)}, public)},
        f"{BASE}/openapi.json": {
            "get": _operation("openapi", "This document", [], {"application/json": {"type": "object"}}, public, open_=True)
        },
    }  # fmt: skip
    for resource in offered(public=public):
        row = resource.row(public=public)
        page, features = m.Page[row], m.Features[row]  # type: ignore[valid-type]
        wanted.append(page)
        names = resource.parameters(public=public)
        asked |= {name: schema_of(name, public) for name in names if name not in asked}
        parameters = [
            schema_of(name, public, needed=True)
            if name in resource.needed
            else {"$ref": f"#/components/parameters/{name}"}
            for name in names
        ]
        content: dict[str, Any] = {"application/json": _ref(page)}
        if "geojson" in resource.formats:
            wanted.append(features)
            content[MEDIA["geojson"]] = _ref(features)
        content |= {
            _bare(name): {"type": "string"} for name in ("csv", "parquet") if name in resource.formats
        }
        paths[f"{BASE}/{resource.name}"] = {
            "get": _operation(
                resource.name,
                resource.summary,
                parameters,
                content,
                public,
                extra=(410,),
            )
        }
        if resource.one is not None:
            single = resource.single(public=public)
            wanted.append(single)
            told = {
                "name": resource.id,
                "in": "path",
                "required": True,
                "schema": {"type": "string", "minLength": 1, "maxLength": 200},
            }
            paths[f"{BASE}/{resource.name}/{{{resource.id}}}"] = {
                "get": _operation(
                    f"{resource.name}_one", f"One of {resource.name}", [told], {"application/json": _ref(single)}, public, extra=(404,)
                )
            }  # fmt: skip
    _, schemas = models_json_schema(
        [(model, "serialization") for model in wanted], ref_template="#/components/schemas/{model}"
    )
    edition = "public edition" if public else "analyst's edition: not for publication"
    found: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {
            "title": "Vigie", "version": __version__, "summary": f"Observatory of drug markets for public health ({edition})",
            "description": "Lists come by pages: `next` is the cursor of the next one. Refusals name the parameter and the repair.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": paths,
        "components": {"schemas": schemas["$defs"], "parameters": asked},
    }  # fmt: skip
    if not public:
        found["components"]["securitySchemes"] = {
            "token": {
                "type": "http",
                "scheme": "bearer",
                "description": "a token of the account, where the server has accounts",
            }
        }
        found["security"] = [{}, {"token": []}]
    return found


def _operation(
    name: str, summary: str, parameters: list[dict[str, Any]], content: dict[str, Any], public: bool, *,
    extra: Iterable[int] = (), open_: bool = False,
) -> dict[str, Any]:  # fmt: skip
    codes = {400, 406, 414, 503, *extra, *(() if public or open_ else (401, 403))}
    responses: dict[str, Any] = {
        "200": {
            "description": "as asked for", "headers": _HEADERS,
            "content": {kind: {"schema": schema} for kind, schema in content.items()},
        },
        "304": {"description": "nothing changed since the ETag that was sent"},
    }  # fmt: skip
    refusal = {PROBLEM: {"schema": _ref(m.Refusal)}}
    responses |= {str(code): {"description": TITLES[code], "content": refusal} for code in sorted(codes)}
    return {"operationId": name, "summary": summary, "parameters": parameters, "responses": responses}


def _ref(model: type[Any]) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{_name(model)}"}


def _name(model: type[Any]) -> str:
    """As pydantic names it in a document."""
    return "".join(c if c.isalnum() or c in "_.-" else "_" for c in model.__name__)


def _bare(name: Format) -> str:
    return MEDIA[name].partition(";")[0]
