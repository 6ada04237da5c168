import Foundation

/// One row of a job: a JSON object and its number.
package struct JobRow: Sendable, Hashable {
    /// The member that says which row is meant, in a request and in its answer.
    static let rowID = "row_id"
    /// The member that holds a row, or an output, that is no object.
    static let value = "value"

    /// From 0, in the order of the source.
    package let number: Int
    /// The object.
    package let json: [UInt8]
    private let isEmpty: Bool

    /// Takes a JSON text; what is no object becomes the member `value` of one.
    ///
    /// - Parameter source: where it stands, for what is said of it.
    /// - Throws: `invalidInput` with the place and the reason: no JSON value, a member that stands twice, or one that is
    ///   called `row_id`.
    package init(number: Int, json text: [UInt8], source: String) throws {
        func refusal(_ reason: String) -> LLMBatchError {
            LLMBatchError(
                .invalidInput, "\(source): \(reason)", hint: "Nothing was stored; correct the row and run it again")
        }
        guard String(validating: text, as: UTF8.self) != nil else { throw refusal("the row is not valid UTF-8") }
        let value = JSONText.trimmed(text)
        let object: JSONObject
        do {
            // A text that is not one value by itself could become another row, or a member of this one.
            try JSONText.check(text)
            // In a request it stands in a list, in an answer deeper still.
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
                hint: "Nothing was stored. To run requests: llmbatch run FILE")
        }
        guard !object.members.contains(where: { $0.key.hasSameBytes(as: Self.rowID) }) else {
            throw refusal("the row has a member \"row_id\", which the job uses itself; call it something else")
        }
        self.number = number
        json = Array(object.text)
        isEmpty = object.members.isEmpty
    }

    /// The row as a request holds it: its number first, then its own members byte for byte.
    var numbered: [UInt8] {
        let head = Array("{\"\(Self.rowID)\":\(number)".utf8)
        return isEmpty ? head + [UInt8(ascii: "}")] : head + [UInt8(ascii: ",")] + json.dropFirst()
    }
}

extension JSONObject {
    /// The object without a member, its other values byte for byte.
    func without(_ key: String) -> [UInt8] {
        JSONText.object(members.filter { !$0.key.hasSameBytes(as: key) }.map { ($0.key, bytes[$0.value]) })
    }
}
