public import LLMBatchCore
import Foundation

/// Decodes outputs from JSON, strictly, as described by ``OutputSchema/derived(from:)``.
public enum OutputDecoder {
    /// Decodes an answer that matches the schema of the type.
    ///
    /// The answer is validated against the schema first, so a missing or unknown member, a wrong type and an unexpected
    /// null are reported with their places. A rejection by the type itself is reported as well. Nothing is coerced.
    ///
    /// - Parameter dialect: The dialect in which the schema was sent; its changes are reverted first.
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
    package static func value<T: Decodable>(_ type: T.Type, _ node: JSONNode) throws -> T {
        try NodeDecoder(node: node).decode(type)
    }

    /// Decodes text that has already been validated.
    package static func value<T: Decodable>(_ type: T.Type, _ json: [UInt8]) throws -> T {
        try value(type, try JSONNode(json))
    }

    private static func mismatch(_ error: any Error) -> OutputMismatch {
        func at(_ context: DecodingError.Context, _ key: (any CodingKey)? = nil) -> String {
            (context.codingPath + (key.map { [$0] } ?? [])).reduce("") {
                $0.pointer($1.intValue.map(String.init) ?? $1.stringValue)
            }
        }
        // The messages of a type's own errors can quote the answer, so they are not used.
        switch error {
        case DecodingError.keyNotFound(let key, let context): return OutputMismatch(at(context, key), "is missing")
        case DecodingError.typeMismatch(let type, let context):
            return OutputMismatch(at(context), "cannot be decoded as \(type)")
        case DecodingError.valueNotFound(let type, let context):
            return OutputMismatch(at(context), "expected \(type), found null")
        case DecodingError.dataCorrupted(let context):
            return OutputMismatch(at(context), "is a value that the type rejects or cannot represent")
        default: return OutputMismatch("", "is rejected by the type")
        }
    }
}
