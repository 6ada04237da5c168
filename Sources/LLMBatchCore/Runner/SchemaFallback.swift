import Synchronization

/// How a typed job asks a realtime service for its schema, once the service has refused the way in which it was asked.
///
/// Many servers take no `json_schema`: the first refusal makes all later requests ask for any JSON object, or for nothing
/// but what the instructions say. What was found out stands in the line of every answer that came so, so that a later
/// process begins with it.
final class SchemaFallback: Sendable {
    /// The member of a result line that says how the service was asked, where that is not how the request is stored.
    static let member = "structured_output"

    private let found: Mutex<StructuredOutput>

    init(_ way: StructuredOutput) { found = Mutex(way) }

    /// How requests are asked now.
    var way: StructuredOutput { found.withLock { $0 } }

    /// The request as it is asked in this way.
    func request(_ request: BatchRequest, by way: StructuredOutput) -> BatchRequest {
        guard way != .format, let line = try? JSONObject(request.line), let body = line.raw("body"),
            StructuredBody(Array(body)).hasSchema
        else { return request }
        return BatchRequest(
            customID: request.customID, endpoint: request.endpoint, model: request.model,
            line: line.replacing("body", with: StructuredBody(Array(body)).asking(by: way)))
    }

    /// True when a refusal is one of the way in which the schema was asked for, and there is another to try.
    func goesOn(after status: Int?, _ body: [UInt8]?, _ message: String, by way: StructuredOutput) -> Bool {
        guard let next = way.next, Self.isRefusal(status, body, message) else { return false }
        found.withLock { found in
            // Another request may have found it out before.
            if found == way { found = next }
        }
        return true
    }

    private static func isRefusal(_ status: Int?, _ body: [UInt8]?, _ message: String) -> Bool {
        guard let status, [400, 404, 415, 422, 500, 501].contains(status) else { return false }
        let text = (message + " " + String(decoding: (body ?? []).prefix(4_096), as: UTF8.self)).lowercased()
        return ["response_format", "json_schema", "json_object", "structured output"].contains { text.contains($0) }
    }

    /// The line of an answer with the way in which it was asked for.
    static func marked(_ line: [UInt8], by way: StructuredOutput) -> [UInt8] {
        guard way != .format, let object = try? JSONObject(line) else { return line }
        return object.replacing(member, with: JSONText.quoted(way.rawValue))
    }

    /// The way in which an answer was asked for, where that is not how its request is stored.
    static func way(of line: [UInt8]?) -> StructuredOutput? {
        guard let line, line.starts(with: Array("{\"\(member)\":".utf8)) else { return nil }
        return (try? JSONObject(line))?.string(member).flatMap(StructuredOutput.init(rawValue:))
    }
}
