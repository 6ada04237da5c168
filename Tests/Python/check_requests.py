"""Reads request bodies, one to a line, into the vendor's own types; a member that the vendor does not know is an error.

    check_requests.py KIND FILE

Prints how many there were. The first that does not fit ends it with the reason.
"""

import json
import sys


def fits(value, kind):
    """Whether a JSON value is of a type as a client writes it: typed dictionaries, unions, literals, iterables."""
    import collections.abc
    import types
    import typing

    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Required, typing.NotRequired, typing.Annotated):
        return fits(value, arguments[0])
    if origin in (typing.Union, types.UnionType):
        return any(fits(value, one) for one in arguments)
    if origin is typing.Literal:
        return value in arguments
    if hasattr(kind, "__required_keys__"):
        hints = typing.get_type_hints(kind, include_extras=True)
        return (isinstance(value, dict) and set(kind.__required_keys__) <= set(value) <= set(hints)
                and all(fits(member, hints[name]) for name, member in value.items()))
    if origin in (dict, collections.abc.Mapping):
        return isinstance(value, dict) and all(fits(member, arguments[1]) for member in value.values())
    if isinstance(origin, type) and issubclass(origin, collections.abc.Iterable):
        return isinstance(value, list) and all(fits(element, arguments[0]) for element in value)
    if kind in (object, typing.Any):
        return True
    if isinstance(value, bool):
        return kind is bool
    return isinstance(value, (int, float) if kind is float else kind)


def anthropic_params():
    from anthropic.types.message_create_params import MessageCreateParamsNonStreaming

    def judge(body):
        assert fits(body, MessageCreateParamsNonStreaming), "the vendor has no such request"

    return judge


def bedrock_anthropic():
    check = anthropic_params()

    def judge(body):
        assert body.pop("anthropic_version") == "bedrock-2023-05-31"
        # The types are of a later version, which has these no more.
        assert all(0 <= body.pop(name, 0) <= 1 for name in ("temperature", "top_p"))
        check({"model": "m", **body})

    return judge


def gemini_request():
    from google.genai import types

    members = {
        "contents": lambda v: [types.Content.model_validate(c) for c in v],
        "systemInstruction": types.Content.model_validate,
        "tools": lambda v: [types.Tool.model_validate(t) for t in v],
        "toolConfig": types.ToolConfig.model_validate,
        "generationConfig": types.GenerationConfig.model_validate,
        "labels": dict,
    }

    def judge(body):
        for name, value in body.items():
            members[name](value)

    return judge


def mistral_request():
    from mistralai.client import models

    def judge(body):
        read = models.ChatCompletionRequest.model_validate({"model": "m", **body})
        # These types keep no member that they do not know: what comes out again must be what went in.
        written = json.loads(read.model_dump_json(by_alias=True, exclude_unset=True))
        written.pop("model")
        lost = set(body) - {"model"} - set(written)
        assert not lost, f"unknown to the vendor: {sorted(lost)}"

    return judge


def converse_request():
    import botocore.session
    from botocore.validate import ParamValidator

    shape = botocore.session.get_session().get_service_model("bedrock-runtime").operation_model("Converse").input_shape

    def judge(body):
        body.pop("schemaVersion", None)
        report = ParamValidator().validate({"modelId": "m", **body}, shape)
        assert not report.has_errors(), report.generate_report()

    return judge


kinds = {
    "anthropic": anthropic_params, "bedrock-anthropic": bedrock_anthropic, "gemini": gemini_request,
    "mistral": mistral_request, "converse": converse_request,
}
judge = kinds[sys.argv[1]]()
count = 0
for line in open(sys.argv[2], encoding="utf-8"):
    try:
        judge(json.loads(line))
    except Exception as error:
        sys.exit(f"line {count}: {error}\n{line}")
    count += 1
print(count)
