import LLMBatchCore
import Foundation

/// Encodes values in the form that ``OutputDecoder`` decodes.
public enum OutputEncoder {
    /// The JSON text of a value: dates as RFC 3339 in UTC to the millisecond, data as base64, members sorted by name.
    ///
    /// - Throws: `EncodingError` for a value that JSON cannot represent: an infinite number, or a date outside the
    ///   years 0 to 9999.
    public static func encode(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .custom { date, encoder in
            guard let text = RFC3339.text(date) else {
                // Not the date itself: Foundation cannot describe one that is not finite.
                throw EncodingError.invalidValue(
                    date.timeIntervalSince1970,
                    .init(codingPath: encoder.codingPath, debugDescription: "outside the years 0 to 9999"))
            }
            var container = encoder.singleValueContainer()
            try container.encode(text)
        }
        return Array(try encoder.encode(value))
    }
}
