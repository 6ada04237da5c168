import Crypto
import Foundation
import LLMBatchCore
import LLMBatchSchema

/// The answer of `offline` to one request, in the format of its endpoint.
struct OfflineAnswer {
    let request: OutgoingRequest
    let id: String

    var body: JSONValue {
        let body = try? JSONObject(Array(request.request.body))
        let model = request.model ?? request.request.model ?? "offline"
        switch request.request.endpoint {
        case .embeddings: return embeddings(body, model)
        case .responses: return response(body, model)
        case .completions: return completion(body, model)
        case .moderations: return moderation(model)
        default: return chat(body, model)
        }
    }

    /// The constant time of an answer: 1970.
    private static let created: JSONValue = 0

    private func chat(_ body: JSONObject?, _ model: String) -> JSONValue {
        let said = body?.objects("messages")?.last.map(Self.content) ?? ""
        let answer = structured(body, said) ?? Self.echo(said)
        let message: JSONValue = ["role": "assistant", "content": .string(answer), "refusal": nil]
        return [
            "id": .string("chatcmpl-\(id)"), "object": "chat.completion", "created": Self.created,
            "model": .string(model),
            "system_fingerprint": "offline",
            "choices": [["index": 0, "message": message, "finish_reason": "stop", "logprobs": nil]],
            "usage": usage(body, answer, "prompt_tokens", "completion_tokens"),
        ]
    }

    /// A generated value for the requested schema that repeats what the rows of the prompt have in common with it.
    private func structured(_ body: JSONObject?, _ said: String) -> String? {
        guard let format = body?.object("response_format"), format.string("type") == "json_schema",
            let schema = format.object("json_schema")?.raw("schema"), let root = try? JSONNode(Array(schema))
        else { return nil }
        return String(decoding: Self.filler(root, said).whole.json, as: UTF8.self)
    }

    private static func filler(_ schema: JSONNode, _ said: String) -> SchemaFiller {
        SchemaFiller(root: schema, rows: (try? JSONNode(Array(said.utf8)))?.elements ?? [])
    }

    /// Why no value of the requested schema could be generated; nil when one could.
    var problem: SchemaViolation? {
        guard let body = try? JSONObject(Array(request.request.body)),
            let schema = body.object("response_format")?.object("json_schema")?.raw("schema"),
            let root = try? JSONNode(Array(schema))
        else { return nil }
        return Self.filler(root, body.objects("messages")?.last.map(Self.content) ?? "").made.problem
    }

    private func completion(_ body: JSONObject?, _ model: String) -> JSONValue {
        let said = body?.string("prompt") ?? ""
        return [
            "id": .string("cmpl-\(id)"), "object": "text_completion", "created": Self.created, "model": .string(model),
            "choices": [["index": 0, "text": .string(Self.echo(said)), "finish_reason": "stop", "logprobs": nil]],
            "usage": usage(body, Self.echo(said), "prompt_tokens", "completion_tokens"),
        ]
    }

    private func response(_ body: JSONObject?, _ model: String) -> JSONValue {
        let said = body?.string("input") ?? ""
        let content: JSONValue = ["type": "output_text", "text": .string(Self.echo(said)), "annotations": []]
        let message: JSONValue = [
            "id": .string("msg_\(id)"), "type": "message", "role": "assistant", "status": "completed",
            "content": [content],
        ]
        return [
            "id": .string("resp_\(id)"), "object": "response", "created_at": Self.created, "model": .string(model),
            "status": "completed", "output": [message], "error": nil, "incomplete_details": nil, "instructions": nil,
            "metadata": [:], "parallel_tool_calls": true, "temperature": 1, "tool_choice": "auto", "tools": [],
            "top_p": 1,
            "usage": usage(body, Self.echo(said), "input_tokens", "output_tokens").adding([
                "input_tokens_details": ["cached_tokens": 0, "cache_write_tokens": 0],
                "output_tokens_details": ["reasoning_tokens": 0],
            ]),
        ]
    }

    /// One vector of eight numbers for each text, from its hash.
    private func embeddings(_ body: JSONObject?, _ model: String) -> JSONValue {
        let texts =
            body?.string("input").map { [Array($0.utf8)] }
            ?? body?.elements("input")?.map { range in Array(body?.bytes[range] ?? []) } ?? []
        let vectors = texts.enumerated().map { index, text -> JSONValue in
            let numbers = SHA256.hash(data: text).prefix(8).map { JSONValue.number((Double($0) - 127.5) / 127.5) }
            return ["object": "embedding", "index": .integer(index), "embedding": .array(numbers)]
        }
        let tokens = JSONValue.integer(max(1, texts.reduce(0) { $0 + $1.count } / 4))
        return [
            "object": "list", "model": .string(model), "data": .array(vectors),
            "usage": ["prompt_tokens": tokens, "total_tokens": tokens],
        ]
    }

    private func moderation(_ model: String) -> JSONValue {
        let names = [
            "harassment", "harassment/threatening", "hate", "hate/threatening", "illicit", "illicit/violent",
            "self-harm",
            "self-harm/instructions", "self-harm/intent", "sexual", "sexual/minors", "violence", "violence/graphic",
        ]
        func each(_ value: JSONValue) -> JSONValue {
            .object(Dictionary(uniqueKeysWithValues: names.map { ($0, value) }))
        }
        return [
            "id": .string("modr-\(id)"), "model": .string(model),
            "results": [
                [
                    "flagged": false, "categories": each(false), "category_scores": each(0.0),
                    "category_applied_input_types": each(["text"]),
                ]
            ],
        ]
    }

    /// One token per four bytes of the request (with instructions and schema) and of the answer.
    private func usage(_ asked: JSONObject?, _ answer: String, _ input: String, _ output: String) -> JSONValue {
        let (asked, answered) = (max(1, (asked?.text.count ?? 0) / 4), max(1, answer.utf8.count / 4))
        return .object([
            input: .integer(asked), output: .integer(answered), "total_tokens": .integer(asked + answered),
        ])
    }

    private static func echo(_ said: String) -> String { "[offline echo] \(said)" }

    /// The text of a message, whose content may be a list of parts.
    private static func content(_ message: JSONObject) -> String {
        message.string("content") ?? message.objects("content")?.compactMap { $0.string("text") }.joined(separator: " ")
            ?? ""
    }
}

extension JSONValue {
    fileprivate func adding(_ members: [String: JSONValue]) -> JSONValue {
        guard case .object(let own) = self else { return self }
        return .object(own.merging(members) { own, _ in own })
    }
}
