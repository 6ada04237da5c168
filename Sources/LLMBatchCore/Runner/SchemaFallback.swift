import Synchronization

/// How a typed job asks a realtime service for its schema once the service has rejected the first way.
///
/// Many servers do not support `json_schema`. After the first rejection, all later requests ask for any JSON object, or
/// rely on the instructions alone. The line of every such answer records the way, so that a later process starts with
/// it.
package final class SchemaFallback: Sendable {
    /// The member of a result line that records how the request asked for the schema, where that differs from the
    /// stored request.
    static let member = "structured_output"

    private let found: Mutex<StructuredOutput>

    init(_ way: StructuredOutput) { found = Mutex(way) }

    /// How requests ask at present.
    var way: StructuredOutput { found.withLock { $0 } }

    /// The request, asking in this way.
    func request(_ request: BatchRequest, by way: StructuredOutput) -> BatchRequest {
        guard way != .format, let line = try? JSONObject(request.line), let body = line.raw("body"),
            StructuredBody(Array(body)).hasSchema
        else { return request }
        return BatchRequest(
            customID: request.customID, endpoint: request.endpoint, model: request.model,
            line: line.replacing("body", with: StructuredBody(Array(body)).asking(by: way)))
    }

    /// True when the service rejected the way in which the schema was requested and there is another to try.
    func goesOn(after status: Int?, _ body: [UInt8]?, _ message: String, by way: StructuredOutput) -> Bool {
        guard let next = way.next, Self.isRefusal(status, body, message) else { return false }
        found.withLock { found in
            // Another request may have found this out already.
            if found == way { found = next }
        }
        return true
    }

    private static func isRefusal(_ status: Int?, _ body: [UInt8]?, _ message: String) -> Bool {
        guard let status, [400, 404, 415, 422, 500, 501].contains(status) else { return false }
        let text = (message + " " + String(decoding: (body ?? []).prefix(4_096), as: UTF8.self)).lowercased()
        return ["response_format", "json_schema", "json_object", "structured output"].contains { text.contains($0) }
    }

    /// The line of an answer, marked with the way in which it was requested.
    static func marked(_ line: [UInt8], by way: StructuredOutput) -> [UInt8] {
        guard way != .format, let object = try? JSONObject(line) else { return line }
        return object.replacing(member, with: JSONText.quoted(way.rawValue))
    }

    /// The way in which an answer was requested, where that differs from the stored request.
    package static func way(of line: [UInt8]?) -> StructuredOutput? {
        guard let line, line.starts(with: Array("{\"\(member)\":".utf8)) else { return nil }
        return (try? JSONObject(line))?.string(member).flatMap(StructuredOutput.init(rawValue:))
    }
}
