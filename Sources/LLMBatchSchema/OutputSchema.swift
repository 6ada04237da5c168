public import LLMBatchCore
import Foundation

/// A JSON Schema (draft 2020-12) for one output, derived from a type or written by hand.
///
/// The order of members is preserved, because a model writes its fields in that order. Equal schemas have equal
/// ``json``, byte for byte, so a stored one can be compared. Every keyword is either checked by ``validate(_:)`` or
/// irrelevant to validity; a schema with any other keyword is refused.
///
/// Schemas of other programs are accepted: from a `response_format` or a tool, in drafts 6 to 2020-12, with OpenAPI's
/// `nullable`, with references to any place in the document. ``json`` is the same schema in draft 2020-12.
public struct OutputSchema: Sendable, Hashable {
    package let root: JSONNode
    let rules: SchemaRules

    /// Creates a schema whose keywords must all be supported.
    ///
    /// - Parameter isStored: whether the schema was accepted before, by this version or an earlier one.
    package init(root: JSONNode, isStored: Bool = false) throws(LLMBatchError) {
        let root = SchemaReading.normal(root)
        rules = SchemaRules(root, patterns: try SchemaCheck(root, isStored: isStored).run())
        self.root = root
    }

    /// Parses a schema written by hand or by another program; a byte order mark is ignored.
    ///
    /// - Throws: ``LLMBatchError`` (`invalid_configuration`) with the place and the reason: not JSON, a keyword that is
    ///   unknown or cannot be checked, a dangling reference, a keyword with an invalid value.
    public init(json: [UInt8]) throws(LLMBatchError) { try self.init(json: json, isStored: false) }

    package init(json: [UInt8], isStored: Bool) throws(LLMBatchError) {
        let hasMark = json.starts(with: [0xEF, 0xBB, 0xBF])
        let root: JSONNode
        do { root = try JSONNode(hasMark ? Array(json.dropFirst(3)) : json) } catch {
            let isWide = json.starts(with: [0xFF, 0xFE]) || json.starts(with: [0xFE, 0xFF])
            throw .schema(
                "the schema is not JSON: \(error)", remedy: isWide ? "The file is in UTF-16; write it as UTF-8" : nil)
        }
        try self.init(root: root, isStored: isStored)
    }

    /// Parses a schema. See ``init(json:)-([UInt8])``.
    public init(json: String) throws(LLMBatchError) { try self.init(json: Array(json.utf8)) }

    /// Reads a schema from a file.
    ///
    /// - Throws: ``LLMBatchError`` (`file`) when it cannot be read, otherwise as ``init(json:)-([UInt8])``.
    public init(file path: String) throws(LLMBatchError) {
        let data: Data
        do { data = try Data(contentsOf: URL(filePath: path)) } catch {
            throw LLMBatchError(.file, "the schema file \(path) cannot be read: \(error.localizedDescription)")
        }
        do { try self.init(json: Array(data)) } catch {
            throw LLMBatchError(error.code, "\(path): \(error.message)", remedy: error.remedy)
        }
    }

    /// Derives the schema of `type` from the way it decodes itself.
    ///
    /// Runs `T.init(from:)` on a decoder that records what is requested and returns placeholders. Dates are RFC 3339
    /// strings, data is base64; see `docs/output-schemas.md` for every type. A type that cannot be derived can conform
    /// to ``SchemaProviding``.
    ///
    /// - Throws: ``LLMBatchError`` (`invalid_configuration`) with the type, the member and a remedy.
    public static func derived<T: Decodable>(from type: T.Type) throws(LLMBatchError) -> OutputSchema {
        try OutputSchema(root: try SchemaProbe().document(of: type))
    }

    /// The schema as compact JSON text, with its members in order.
    public var json: [UInt8] { root.json }

    public static func == (one: OutputSchema, other: OutputSchema) -> Bool { one.json == other.json }

    public func hash(into hasher: inout Hasher) { hasher.combine(json) }
}

extension OutputSchema: Codable {
    /// Decodes a string that contains the JSON text.
    public init(from decoder: any Decoder) throws {
        try self.init(json: decoder.singleValueContainer().decode(String.self))
    }

    /// Encodes a string that contains the JSON text, because an encoder may reorder an object's members.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(String(decoding: json, as: UTF8.self))
    }
}

extension OutputSchema: CustomStringConvertible {
    public var description: String { String(decoding: json, as: UTF8.self) }
}

extension LLMBatchError {
    /// The error for a schema that cannot be used.
    static func schema(_ message: String, remedy: Remedy? = nil) -> LLMBatchError {
        LLMBatchError(.invalidConfiguration, message, remedy: remedy)
    }
}
