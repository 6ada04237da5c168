import Foundation
import GRDB
import LLMBatchCore

/// A value that its column cannot contain: the file was damaged, or written by another program.
struct DamagedValue: Error {
    let column: String
    let reason: String
}

/// Reads values from columns. A file can contain anything, so every read throws and none traps.
extension Row {
    /// The value of a column; use an optional type where it may be NULL.
    func get<Value: DatabaseValueConvertible & StatementColumnConvertible>(_ column: String) throws -> Value {
        do { return try decode(Value.self, forColumn: column) } catch is RowDecodingError {
            throw DamagedValue(column: column, reason: "is not a \(Value.self)")
        }
    }

    /// A number that is not negative.
    func count(_ column: String) throws -> Int {
        let value: Int = try get(column)
        guard value >= 0 else { throw DamagedValue(column: column, reason: "is negative") }
        return value
    }

    func bytes(_ column: String) throws -> [UInt8]? { try (get(column) as Data?).map { [UInt8]($0) } }

    /// A time that this program recorded.
    func time(_ column: String) throws -> Date {
        guard let time = try optionalTime(column) else { throw DamagedValue(column: column, reason: "is missing") }
        return time
    }

    func optionalTime(_ column: String) throws -> Date? {
        guard let value: Int64 = try get(column) else { return nil }
        return try Date(stored: value, in: column)
    }

    /// A time that a provider reported, clamped to the valid range.
    func remoteTime(_ column: String) throws -> Date? {
        try (get(column) as Int64?).map { value in
            let range = Date.plausibleMilliseconds
            return Date(milliseconds: value < range.lowerBound ? range.lowerBound : Swift.min(value, range.upperBound))
        }
    }

    func outcome(_ column: String) throws -> Outcome? {
        guard let word: String = try get(column) else { return nil }
        guard let outcome = Outcome(rawValue: word) else {
            throw DamagedValue(column: column, reason: "is not an outcome")
        }
        return outcome
    }

    func decoded<Value: Decodable>(_ type: Value.Type, _ column: String) throws -> Value {
        guard let value = try decodedIfPresent(type, column) else {
            throw DamagedValue(column: column, reason: "is missing")
        }
        return value
    }

    func decodedIfPresent<Value: Decodable>(_ type: Value.Type, _ column: String) throws -> Value? {
        guard let json: String = try get(column) else { return nil }
        do { return try JSONDecoder().decode(type, from: Data(json.utf8)) } catch {
            throw DamagedValue(column: column, reason: "does not contain the expected JSON")
        }
    }

}

extension Date {
    /// A time that this program recorded.
    init(stored milliseconds: Int64, in column: String) throws {
        guard Self.plausibleMilliseconds.contains(milliseconds) else {
            throw DamagedValue(column: column, reason: "is not a time between the years 1 and 9999")
        }
        self.init(milliseconds: milliseconds)
    }
}
