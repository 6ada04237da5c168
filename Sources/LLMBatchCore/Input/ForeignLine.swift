/// A line in the format of another program or service, which is not a request.
struct ForeignLine {
    /// The format of the line.
    let what: String
    /// How to convert the line to a request, for a file called `FILE`.
    let remedy: Remedy

    /// Nil for a line that may be a request. A line with a body is one, or nearly one.
    init?(_ line: JSONObject) {
        guard let form = Self.forms.first(where: { form in form.members.allSatisfy { line.has($0) } }) else {
            return nil
        }
        what = form.what
        remedy = form.remedy
    }

    private struct Form {
        let members: [String]
        let what: String
        let remedy: Remedy
    }

    private static func convert(_ filter: String, _ reader: Remedy.Reader) -> Remedy {
        Remedy("Convert the lines to requests", .convert(shell: "jq -c '\(filter)' FILE", then: reader))
    }

    private static let chat = #"url: "/v1/chat/completions""#

    /// The formats; the first match counts.
    private static let forms: [Form] = [
        Form(
            members: ["custom_id", "params"], what: "a line in a service's own format (custom_id, params)",
            remedy: convert("{custom_id, \(chat), body: .params}", .requests(native: true))),
        Form(
            members: ["key", "request"], what: "a line in a service's own format (key, request)",
            remedy: convert("{custom_id: .key, \(chat), body: .request}", .requests(native: true))),
        Form(
            members: ["recordId", "modelInput"], what: "a line in a service's own format (recordId, modelInput)",
            remedy: convert(
                "{custom_id: .recordId, \(chat), body: .modelInput}", .requests(native: true, needsModel: true))),
        Form(
            members: ["batch_request_id", "batch_request"],
            what: "a line in a service's own format (batch_request_id, batch_request)",
            remedy: convert(
                "{custom_id: .batch_request_id, \(chat), body: .batch_request.chat_get_completion}", .requests())),
        Form(members: ["custom_id", "response"], what: "a line of results", remedy: results),
        Form(members: ["custom_id", "result"], what: "a line of results", remedy: results),
        Form(members: ["custom_id", "error"], what: "a line of results", remedy: results),
        Form(members: ["key", "response"], what: "a line of results", remedy: results),
        Form(members: ["recordId", "modelOutput"], what: "a line of results", remedy: results),
        Form(members: ["batch_request_id", "batch_result"], what: "a line of results", remedy: results),
        Form(members: ["custom_id", "outcome"], what: "a line of results", remedy: results),
        Form(
            members: ["row", "input", "output"], what: "a row of a typed job's output",
            remedy: "To send rows without a value again, retry the batch"),
        Form(
            members: ["row", "input", "error"], what: "a row of a typed job's output",
            remedy: "To send rows without a value again, retry the batch"),
        Form(
            members: ["requests"], what: "a list of requests in one object (requests)",
            remedy: Remedy("Write one request per line", .convert(shell: "jq -c '.requests[]' FILE", then: .requests()))
        ),
        Form(
            members: ["request"], what: "a line in a service's own format (request)",
            remedy: convert("{\(chat), body: .request}", .requests(native: true, needsModel: true))),
    ]

    private static let results: Remedy =
        "Give the file of the requests; to send what did not succeed again, retry the batch"
}
