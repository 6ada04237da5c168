import LLMBatchCore
import LLMBatchSchema
import Foundation

/// One row of a typed job: a JSON object and its number.
package struct TypedJobRow: Sendable, Hashable {
    /// The member that identifies a row, in a request and in its answer.
    static let rowID = "row_id"
    /// The member that contains a row, or an output, that is not an object.
    static let value = "value"

    /// The number of the row, from 0, in the order of the source.
    package let number: Int
    /// The object.
    package let json: [UInt8]
    private let isEmpty: Bool

    /// Parses JSON text; a value that is not an object becomes the member `value` of one.
    ///
    /// - Parameter source: the place of the row, for error messages.
    /// - Throws: `invalidInput` with the place and the reason: not a JSON value, a duplicate member, or a member named
    ///   `row_id`.
    package init(number: Int, json text: [UInt8], source: String) throws {
        func refusal(_ reason: String) -> LLMBatchError {
            LLMBatchError(
                .invalidInput, "\(source): \(reason)",
                remedy: "Nothing was stored; correct the row and run the job again")
        }
        guard text.isUTF8 else { throw refusal("the row is not valid UTF-8") }
        let value = JSONText.trimmed(text)
        let object: JSONObject
        do {
            // A text that is not a single value could become another row, or a member of this one.
            try JSONText.check(text)
            // In a request it is inside a list, in an answer even deeper.
            try JSONText.check(Array("[[[".utf8) + text + Array("]]]".utf8))
            let isObject = value.first == UInt8(ascii: "{")
            object = try JSONObject(isObject ? Array(value) : JSONText.object([(Self.value, value)]))
        } catch {
            throw refusal("the row is not JSON: \(error)")
        }
        if let finding = JSONAudit.finding(in: Array(object.text)) { throw refusal("the row \(finding.words)") }
        guard !["custom_id", "method", "url", "body"].allSatisfy(object.has) else {
            throw LLMBatchError(
                .invalidInput, "\(source): the row is a request line, not a row of data",
                remedy: Remedy("Nothing was stored", .run(file: "FILE")))
        }
        guard !object.members.contains(where: { $0.key.hasSameBytes(as: Self.rowID) }) else {
            throw refusal("the row has a member \"row_id\", which the job uses itself; rename it")
        }
        self.number = number
        json = Array(object.text)
        isEmpty = object.members.isEmpty
    }

    /// The row as it appears in a request: its number first, then its own members byte for byte.
    var numbered: [UInt8] {
        let head = Array("{\"\(Self.rowID)\":\(number)".utf8)
        return isEmpty ? head + [UInt8(ascii: "}")] : head + [UInt8(ascii: ",")] + json.dropFirst()
    }
}
