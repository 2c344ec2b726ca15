"""The open interface in OpenAPI 3.1: written once here, served as JSON and read as a page.

A test holds every answer of the interface against it, and it against the standard.
"""

from typing import Any

from certificates.askers import FREE_ANSWERS
from certificates.meanings import MEANINGS, UNCONFIRMED, UNCONFIRMED_NAME
from certificates.states import STATUS_NAMES, CredentialStatus
from core.texts import Text, lazy_gettext as _

VERSION = "1.0.0"
SHOWN_STATUSES = tuple(status for status in CredentialStatus if status is not CredentialStatus.NOT_ISSUED)
_TEXT, _COUNT = {"type": "string"}, {"type": "integer", "minimum": 0}
_MOMENT = {"type": "string", "format": "date-time"}
_ASKED = {"type": "object", "additionalProperties": _TEXT}
_PERSON = {"cert_no": _TEXT, "category": _TEXT, "area": _TEXT, "valid_until": {"type": "string", "format": "date"}}
PROBLEMS: dict[str, tuple[int, Text]] = {
    "question": (400, _("请求中的参数不全、混用或多余。")),
    "invalid": (400, _("参数的值有误。")),
    "key": (401, _("密钥不正确或已停用。")),
    "not-found": (404, _("没有这个单位。")),
    "too-many": (429, _("一小时内的查询次数超过上限。Retry-After 给出应等待的秒数。")),
}


def described(address: str) -> dict[str, Any]:
    """Return the description of the interface at an address, in the reader's language."""
    document: dict[str, Any] = _spoken(
        {
            "openapi": "3.1.0",
            "info": {
                "title": _("行政执法资格查询接口"),
                "version": VERSION,
                "description": _(
                    "与网页查询的结果完全一致。同一网络地址每小时可查询 %(free)s 次；"
                    "经核实的网站可申请密钥，上限另定。没有查到和格式不对，回答相同：credentials 为空。"
                    "结果以查询当时的登记为准，请勿保存后当作现在的结果使用。",
                    free=FREE_ANSWERS,
                ),
            },
            "servers": [{"url": f"{address}/api/v1"}],
            "security": [{}, {"key": []}],
            "paths": {
                "/credentials": {"get": _credentials()},
                "/registers": {"get": _units()},
                "/registers/{code}": {"get": _register()},
            },
            "components": {"securitySchemes": {"key": _key()}, "schemas": _schemas()},
        }
    )
    return document


def _credentials() -> dict[str, Any]:
    parameters = [
        _query("number", _("执法证号。全角、空格会统一；字母不会当作数字，形近的字符不会互换。")),
        _query("name", _("姓名全称，须与 unit 同时给出。")),
        _query("unit", _("单位全称，须与 name 同时给出。")),
        _query("token", _("证件二维码中的查询码，26 个字符。用查询码查询不计次数。")),
    ]
    answer = _answer(_("查询结果；没有查到时 credentials 为空。"), "Answer")
    answer["headers"] = {
        "RateLimit-Remaining": {"description": _("本小时还可以查询的次数。"), "schema": {"type": "integer"}}
    }
    return {
        "operationId": "askCredential",
        "summary": _("查询执法证件"),
        "description": _("给出 number，或 name 和 unit，或 token，三种方式任选一种。"),
        "parameters": parameters,
        "responses": {"200": answer, **_problems(400, 401, 429)},
    }


def _units() -> dict[str, Any]:
    return {
        "operationId": "listRegisters",
        "summary": _("列出公示执法人员的单位"),
        "responses": {"200": _answer(_("各单位及其公示人数。"), "Units")},
    }


def _register() -> dict[str, Any]:
    code = {
        "name": "code",
        "in": "path",
        "required": True,
        "description": _("单位代码，见 /registers。"),
        "schema": {"type": "string", "maxLength": 12},
    }
    page = {
        "name": "page",
        "in": "query",
        "description": _("页码，从 1 起，每页 50 人。"),
        "schema": {"type": "integer", "minimum": 1, "default": 1},
    }
    return {
        "operationId": "readRegister",
        "summary": _("读取一个单位的执法人员公示"),
        "description": _("只列目前有效和暂扣中的证件。依法不公开姓名的人员计入 unnamed，不列出。"),
        "parameters": [code, page],
        "responses": {"200": _answer(_("单位及其一页执法人员。"), "Register"), **_problems(400, 404)},
    }


def _schemas() -> dict[str, Any]:
    return {
        "Credential": _object(
            {
                **_PERSON,
                "holder": _TEXT,
                "unit": _TEXT,
                "status": {
                    "type": "string",
                    "enum": [*map(str, SHOWN_STATUSES), "unconfirmed"],
                    "description": _("证件的状态，含义见下表。只有 valid 表示持证人目前可以执法。"),
                },
                "status_text": _TEXT,
                "meaning": _TEXT,
                "log_number": {
                    "type": ["integer", "null"],
                    "description": _("公开日志中记载这一状态的条目号；unconfirmed 时为空。"),
                },
                "is_sample": {"type": "boolean", "description": _("为 true 的是演示样稿，不具有任何效力。")},
            }
        ),
        "Answer": _object({"asked": _ASKED, "answered_at": _MOMENT, "credentials": _list("Credential")}),
        "Problem": _object({"type": _TEXT, "title": _TEXT, "status": _COUNT, "detail": _TEXT}),
        **_register_schemas(),
    }


def _register_schemas() -> dict[str, Any]:
    named = {"code": _TEXT, "name": _TEXT, "name_en": _TEXT}
    counts = {"listed": _COUNT, "unnamed": _COUNT}
    status = {"type": "string", "enum": ["valid", "suspended"]}
    return {
        "Unit": _object({**named, **counts, "register": _TEXT}),
        "Units": _object({"answered_at": _MOMENT, "units": _list("Unit")}),
        "Officer": _object({**_PERSON, "name": _TEXT, "status": status}),
        "Register": _object(
            {
                "answered_at": _MOMENT,
                "unit": _object({**named, "category": _TEXT}),
                **counts,
                "page": _COUNT,
                "pages": _COUNT,
                "officers": _list("Officer"),
            }
        ),
    }


def status_rows() -> list[tuple[str, Text, Text]]:
    """Return each status as its code, its name and what it means."""
    named = [(str(status), STATUS_NAMES[status], MEANINGS[status]) for status in SHOWN_STATUSES]
    return [*named, ("unconfirmed", UNCONFIRMED_NAME, UNCONFIRMED)]


def _key() -> dict[str, Any]:
    return {
        "type": "http",
        "scheme": "bearer",
        "description": _("经核实的网站的密钥，放在 Authorization 请求头中，不要放在网址里。"),
    }


def _query(name: str, description: Text) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": description, "schema": {"type": "string"}}


def _answer(description: Text, schema: str) -> dict[str, Any]:
    return {
        "description": description,
        "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}},
    }


def _problems(*statuses: int) -> dict[str, Any]:
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    texts: dict[int, Text] = {}
    for status, text in PROBLEMS.values():
        texts.setdefault(status, text)
    return {str(status): {"description": texts[status], "content": content} for status in statuses}


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _list(schema: str) -> dict[str, Any]:
    return {"type": "array", "items": {"$ref": f"#/components/schemas/{schema}"}}


def _spoken(value: Any) -> Any:
    """Return a value with every text put into the reader's language."""
    if isinstance(value, dict):
        return {name: _spoken(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_spoken(one) for one in value]
    return value if isinstance(value, (str, int, float, bool, type(None))) else str(value)
