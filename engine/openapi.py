"""The OpenAPI 3.1 document of the HTTP API, made from what serves it."""

import functools

from . import schemas
from .addresses import ADDRESSES, ROOT
from .negotiation import CONTENT_TYPES, JSON

VERSION = "1.0.0"
PROBLEMS = {
    400: "A parameter is missing, unknown, repeated or wrong; `parameter` names it.",
    401: "The API key or the session is missing or not valid.",
    403: "The user may not read dashboards.",
    404: "There is nothing at this address.",
    405: "The API is for reading: GET and HEAD.",
    406: "None of the content types that `Accept` names is available.",
    500: "The server failed; its log has the details.",
    501: "This server cannot make PDF files; `detail` says what it lacks.",
}
# What an answer's headers are, by name.
HEADERS = {
    "ETag": (
        "Equal tags, equal bytes. Send it as `If-None-Match`: an unchanged answer is"
        " a 304 that reads no order."
    ),
    "Cache-Control": "Answers are one user's own, and to be asked for again.",
    "Vary": "Which request headers decide the answer.",
    "Content-Disposition": "The name of the file.",
    "WWW-Authenticate": "How to authenticate.",
    "Allow": "The methods there are.",
}
# Only files have a name, and an address may offer other forms too.
OPTIONAL_HEADERS = {"Content-Disposition"}


@functools.cache
def make_document():
    """The document in JSON types; do not change it."""
    paths = {}
    for address in ADDRESSES.values():
        for form, ending in _forms(address):
            paths[f"/{address.name}{ending}"] = _describe(address, form, ending)
    paths["/openapi.json"] = _describe_document()
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Sales Dashboard",
            "version": VERSION,
            "description": (
                "Sales figures of an Odoo database, read under the caller's own access"
                " rights. Where a server has several databases, the header"
                " `X-Odoo-Database` names one. Texts in answers are in the language of"
                " the user."
            ),
            "license": {"name": "LGPL-3.0-or-later", "identifier": "LGPL-3.0-or-later"},
        },
        "servers": [{"url": ROOT}],
        "security": [{"apiKey": []}, {"session": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "apiKey": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "An API key of Odoo, from the user's preferences.",
                },
                "session": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": "session_id",
                    "description": "The session of a user who has logged in.",
                },
            },
            "schemas": {"Problem": schemas.PROBLEM}
            | {_schema_name(one): one.schema for one in ADDRESSES.values()},
            "parameters": {
                parameter.name: _describe_parameter(parameter)
                for address in ADDRESSES.values()
                for parameter in address.parameters
            }
            | {
                "If-None-Match": {
                    "name": "If-None-Match",
                    "in": "header",
                    "description": "The `ETag` of an answer the caller still has.",
                    "schema": {"type": "string"},
                }
            },
            "responses": {
                f"Problem{status}": _describe_problem(status) for status in PROBLEMS
            },
            "headers": {
                name: {
                    "description": text,
                    "required": name not in OPTIONAL_HEADERS,
                    "schema": {"type": "string"},
                }
                for name, text in HEADERS.items()
            },
        },
    }


def _forms(address):
    """``(formats, ending)`` of each path of an address."""
    yield address.formats, ""
    for name in address.formats:
        yield (name,), f".{name}"


def _describe(address, forms, ending):
    operation = {
        "summary": address.summary,
        "parameters": [
            _reference("parameters", one.name) for one in address.parameters
        ],
        "responses": {
            "200": {
                "description": "The answer.",
                "headers": _headers(
                    "Cache-Control",
                    "Vary",
                    *(["ETag"] if address.stored else []),
                    *(["Content-Disposition"] if forms != (JSON,) else []),
                ),
                "content": {
                    CONTENT_TYPES[form]: _describe_content(address, form)
                    for form in forms
                },
            },
            **_problems(400, 401, 403, 405, 500),
        },
    }
    if not ending:
        operation["responses"].update(_problems(406))
    if "pdf" in forms:
        operation["responses"].update(_problems(501))
    if address.stored:
        operation["parameters"].append(_reference("parameters", "If-None-Match"))
        operation["responses"]["304"] = {
            "description": "Unchanged.",
            "headers": _headers("ETag", "Cache-Control", "Vary"),
        }
    suffix = ending.replace(".", "_")
    return {
        method: {**operation, "operationId": f"{method}_{address.name}{suffix}"}
        for method in ("get", "head")
    }


def _describe_parameter(parameter):
    described = {
        "name": parameter.name,
        "in": "query",
        "description": parameter.description,
        "required": parameter.required,
    }
    if parameter.example:
        described["example"] = parameter.example
    if parameter.is_json:
        described["content"] = {"application/json": {"schema": parameter.schema}}
    else:
        described["schema"] = parameter.schema
        if parameter.schema["type"] == "array":
            described.update(style="form", explode=False)
    return described


def _describe_content(address, form):
    if form == JSON:
        return {"schema": _reference("schemas", _schema_name(address))}
    return {"schema": {"type": "string"}} if form == "csv" else {}


def _describe_document():
    operation = {
        "summary": "This document. It needs no authentication.",
        "security": [],
        "responses": {
            "200": {
                "description": "The answer.",
                "headers": _headers("ETag", "Cache-Control"),
                "content": {"application/json": {"schema": {"type": "object"}}},
            },
            "304": {
                "description": "Unchanged.",
                "headers": _headers("ETag", "Cache-Control"),
            },
            **_problems(405, 500),
        },
    }
    return {
        method: {**operation, "operationId": f"{method}_openapi"}
        for method in ("get", "head")
    }


def _describe_problem(status):
    more = {401: ["WWW-Authenticate"], 405: ["Allow"]}
    return {
        "description": PROBLEMS[status],
        "headers": _headers("Cache-Control", *more.get(status, ())),
        "content": {
            "application/problem+json": {"schema": _reference("schemas", "Problem")}
        },
    }


def _problems(*statuses):
    return {
        str(status): _reference("responses", f"Problem{status}") for status in statuses
    }


def _headers(*names):
    return {name: _reference("headers", name) for name in names}


def _reference(kind, name):
    return {"$ref": f"#/components/{kind}/{name}"}


def _schema_name(address):
    return "".join(word.capitalize() for word in address.name.split("_"))
