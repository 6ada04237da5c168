import Foundation

/// One row of a job: a JSON object and its number.
package struct JobRow: Sendable, Hashable {
    /// The member that says which row is meant, in a request and in its answer.
    static let rowID = "row_id"
    /// The member that holds a row, or an output, that is no object.
    static let value = "value"

    /// From 0, in the order of the source.
    package let number: Int
    /// The object, on one line.
    package let json: [UInt8]

    /// Takes a JSON text; what is no object becomes the member `value` of one.
    ///
    /// - Parameter source: where it stands, for what is said of it.
    /// - Throws: `invalidInput` with the place and the reason.
    package init(number: Int, json text: [UInt8], source: String) throws {
        func refusal(_ reason: String) -> LLMBatchError {
            LLMBatchError(
                .invalidInput, "\(source): \(reason)", hint: "Nothing was stored; correct the row and run it again")
        }
        guard String(validating: text, as: UTF8.self) != nil else { throw refusal("the row is not valid UTF-8") }
        self.number = number
        func checked(_ text: [UInt8]) throws -> JSONObject {
            let object = try JSONObject(text)
            if let finding = JSONAudit.finding(in: text) { throw refusal("the row \(finding.words)") }
            return object
        }
        let trimmed = text.drop { $0 == 0x20 || $0 == 0x09 }
        do {
            guard trimmed.first == UInt8(ascii: "{") else {
                json = try checked(Array("{\"\(Self.value)\":".utf8) + trimmed + Array("}".utf8)).bytes
                return
            }
            let object = try checked(Array(trimmed))
            guard !["custom_id", "method", "url", "body"].allSatisfy(object.has) else {
                throw LLMBatchError(
                    .invalidInput, "\(source): the row is a request line, not a row of data",
                    hint: "Nothing was stored. To run requests: llmbatch run FILE")
            }
            guard object.range(of: Self.rowID) == nil else {
                throw refusal("the row has a member \"row_id\", which the job uses itself; call it something else")
            }
            json = Array(object.text)
        } catch let error as JSONSyntaxError {
            throw refusal("the row is not JSON: \(error)")
        }
    }

    /// The row as a request holds it, with its number.
    var numbered: [UInt8] {
        Array("{\"\(Self.rowID)\":\(number)".utf8) + (json.count > 2 ? [UInt8(ascii: ",")] : []) + json.dropFirst()
    }
}

extension JSONObject {
    /// The object without a member, its other values byte for byte.
    func without(_ key: String) -> [UInt8] {
        let kept = members.filter { $0.key != key }.map { JSONText.quoted($0.key) + Array(":".utf8) + bytes[$0.value] }
        return Array("{".utf8) + Array(kept.joined(separator: Array(",".utf8))) + Array("}".utf8)
    }
}
