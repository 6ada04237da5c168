import Foundation

/// Reads outputs from JSON, strictly, in the manner in which ``OutputSchema/derived(from:)`` describes them.
public enum OutputDecoder {
    /// The value of an answer that fits its schema.
    ///
    /// The schema is checked first, so a member that is missing or unknown, a wrong type and a null where none is
    /// allowed are told with their places. What the type itself then refuses is told as well. Nothing is coerced.
    ///
    /// - Parameter dialect: The form in which the schema was sent; what that form changed is put back first.
    /// - Throws: ``OutputMismatch`` with what is wrong and where.
    public static func decode<T: Decodable>(
        _ type: T.Type, from json: [UInt8], schema: OutputSchema, dialect: SchemaDialect = .plain
    ) throws(OutputMismatch) -> T {
        let answer: JSONNode
        do { answer = try JSONNode(json) } catch { throw OutputMismatch("", "not JSON: \(error)") }
        let restored = schema.restored(answer, from: dialect)
        let violations = schema.validate(restored)
        guard violations.isEmpty else { throw OutputMismatch(violations) }
        do { return try value(type, restored) } catch { throw mismatch(error) }
    }

    /// Decodes without a schema.
    static func value<T: Decodable>(_ type: T.Type, _ node: JSONNode) throws -> T {
        try NodeDecoder(node: node).decode(type)
    }

    /// Decodes text that has been checked already.
    static func value<T: Decodable>(_ type: T.Type, _ json: [UInt8]) throws -> T {
        try value(type, try JSONNode(json))
    }

    private static func mismatch(_ error: any Error) -> OutputMismatch {
        func at(_ context: DecodingError.Context, _ key: (any CodingKey)? = nil) -> String {
            (context.codingPath + (key.map { [$0] } ?? [])).reduce("") {
                $0.pointer($1.intValue.map(String.init) ?? $1.stringValue)
            }
        }
        // What a type's own errors say can quote the answer, so the reasons are ours.
        switch error {
        case DecodingError.keyNotFound(let key, let context): return OutputMismatch(at(context, key), "is missing")
        case DecodingError.typeMismatch(let type, let context):
            return OutputMismatch(at(context), "is not what \(type) is read from")
        case DecodingError.valueNotFound(let type, let context):
            return OutputMismatch(at(context), "expected \(type), found null")
        case DecodingError.dataCorrupted(let context):
            return OutputMismatch(at(context), "is a value that the type refuses or cannot hold")
        default: return OutputMismatch("", "is refused by the type")
        }
    }
}

/// Writes values as ``OutputDecoder`` reads them.
public enum OutputEncoder {
    /// The JSON text of a value: dates as RFC 3339 in UTC to the millisecond, data as base64, members sorted by name.
    ///
    /// - Throws: `EncodingError` for what JSON cannot hold: an infinite number, a date outside of the years 0 to 9999.
    public static func encode(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .custom { date, encoder in
            guard let text = RFC3339.text(date) else {
                // Not the date itself: Foundation cannot describe one that is not finite.
                throw EncodingError.invalidValue(
                    date.timeIntervalSince1970,
                    .init(codingPath: encoder.codingPath, debugDescription: "outside of the years 0 to 9999"))
            }
            var container = encoder.singleValueContainer()
            try container.encode(text)
        }
        return Array(try encoder.encode(value))
    }
}
