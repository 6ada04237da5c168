/// A line of another program's or service's own form, which is no request as it stands.
struct ForeignLine {
    /// What the line is.
    let what: String
    /// What makes a request of it, for a file called `FILE`.
    let remedy: String

    /// Nil for a line that may be a request.
    init?(_ line: JSONObject) {
        guard
            let form = Self.forms.first(where: { form in form.members.allSatisfy { line.has($0) } && !line.has("body") }
            )
        else { return nil }
        what = form.what
        remedy = form.remedy
    }

    private struct Form {
        let members: [String]
        let what: String
        let remedy: String
    }

    private static func convert(_ filter: String, _ arguments: String) -> String {
        "Make requests of the lines: jq -c '\(filter)' FILE | llmbatch run - \(arguments)"
    }

    private static let chat = #"url: "/v1/chat/completions""#

    /// The first that fits.
    private static let forms: [Form] = [
        Form(
            members: ["custom_id", "params"], what: "a line of Anthropic's own form (custom_id, params)",
            remedy: convert("{custom_id, \(chat), body: .params}", "--provider anthropic --native")),
        Form(
            members: ["key", "request"], what: "a line of Gemini's own form (key, request)",
            remedy: convert("{custom_id: .key, \(chat), body: .request}", "--provider gemini --native")),
        Form(
            members: ["recordId", "modelInput"], what: "a line of Bedrock's own form (recordId, modelInput)",
            remedy: convert(
                "{custom_id: .recordId, \(chat), body: .modelInput}", "--provider bedrock --native --model MODEL")),
        Form(
            members: ["batch_request_id", "batch_request"],
            what: "a line of xAI's own form (batch_request_id, batch_request)",
            remedy: convert(
                "{custom_id: .batch_request_id, \(chat), body: .batch_request.chat_get_completion}", "--provider xai")),
        Form(members: ["custom_id", "response"], what: "a line of results", remedy: results),
        Form(members: ["custom_id", "result"], what: "a line of results", remedy: results),
        Form(members: ["custom_id", "error"], what: "a line of results", remedy: results),
        Form(members: ["key", "response"], what: "a line of results", remedy: results),
        Form(members: ["recordId", "modelOutput"], what: "a line of results", remedy: results),
        Form(members: ["batch_request_id", "batch_result"], what: "a line of results", remedy: results),
        Form(members: ["custom_id", "outcome"], what: "a line of results", remedy: results),
        Form(
            members: ["row", "input", "output"], what: "a row that llmbatch job wrote",
            remedy: "To ask again what has no value: llmbatch retry BATCH"),
        Form(
            members: ["row", "input", "error"], what: "a row that llmbatch job wrote",
            remedy: "To ask again what has no value: llmbatch retry BATCH"),
        Form(
            members: ["requests"], what: "a list of requests in one object (requests)",
            remedy: "Write one a line: jq -c '.requests[]' FILE | llmbatch run -"),
        Form(
            members: ["request"], what: "a line of Vertex AI's own form (request)",
            remedy: convert("{\(chat), body: .request}", "--provider vertex-ai --native --model MODEL")),
    ]

    private static let results =
        "Give the file of the requests. To ask again what did not succeed: llmbatch retry BATCH"
}
