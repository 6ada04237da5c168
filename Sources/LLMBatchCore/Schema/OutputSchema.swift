import Foundation

/// What one output must look like: a JSON Schema (draft 2020-12), derived from a type or written by hand.
///
/// The order of its members is kept, because a model writes its fields in that order. Equal schemas have equal
/// ``json``, byte for byte, so a stored one can be compared. Every keyword in it is one that ``validate(_:)`` checks or
/// that says nothing about validity; a schema with another one cannot be made.
///
/// Schemas of other programs are read as they are: from a `response_format` or a tool, in drafts 6 to 2020-12, with
/// OpenAPI's `nullable`, with references to any place in the document. What ``json`` gives is the same schema in draft
/// 2020-12.
public struct OutputSchema: Sendable, Hashable {
    package let root: JSONNode
    let rules: SchemaRules

    /// Takes a schema whose keywords must all be understood.
    ///
    /// - Parameter isStored: whether it was accepted before, by this version or an earlier one.
    package init(root: JSONNode, isStored: Bool = false) throws(LLMBatchError) {
        let root = SchemaReading.normal(root)
        rules = SchemaRules(root, patterns: try SchemaCheck(root, isStored: isStored).run())
        self.root = root
    }

    /// Reads a schema written by hand or by another program; a byte order mark is passed over.
    ///
    /// - Throws: ``LLMBatchError`` (`invalid_configuration`) naming the place and the reason: no JSON, a keyword that is
    ///   unknown or cannot be checked, a reference that leads nowhere, a keyword with a value that it cannot have.
    public init(json: [UInt8]) throws(LLMBatchError) { try self.init(json: json, isStored: false) }

    init(json: [UInt8], isStored: Bool) throws(LLMBatchError) {
        let hasMark = json.starts(with: [0xEF, 0xBB, 0xBF])
        let root: JSONNode
        do { root = try JSONNode(hasMark ? Array(json.dropFirst(3)) : json) } catch {
            let isWide = json.starts(with: [0xFF, 0xFE]) || json.starts(with: [0xFE, 0xFF])
            throw .schema(
                "The schema is not JSON: \(error)", hint: isWide ? "The file is in UTF-16; write it as UTF-8" : nil)
        }
        try self.init(root: root, isStored: isStored)
    }

    /// Reads a schema written by hand. See ``init(json:)-([UInt8])``.
    public init(json: String) throws(LLMBatchError) { try self.init(json: Array(json.utf8)) }

    /// Reads a schema from a file.
    ///
    /// - Throws: ``LLMBatchError`` (`file`) when it cannot be read, else as ``init(json:)-([UInt8])``.
    public init(file path: String) throws(LLMBatchError) {
        let data: Data
        do { data = try Data(contentsOf: URL(filePath: path)) } catch {
            throw LLMBatchError(.file, "The schema file \(path) cannot be read: \(error.localizedDescription)")
        }
        do { try self.init(json: Array(data)) } catch {
            throw LLMBatchError(error.code, "\(path): \(error.message)", hint: error.hint)
        }
    }

    /// The schema of what `type` encodes itself as, from the way it decodes itself.
    ///
    /// `T.init(from:)` is run on a decoder that notes what it is asked for and answers with placeholders. Dates are
    /// RFC 3339 texts, data is base64; see `docs/output-schemas.md` for every type. A type that cannot be seen through
    /// conforms to ``SchemaProviding``.
    ///
    /// - Throws: ``LLMBatchError`` (`invalid_configuration`) naming the type, the member and what to do.
    public static func derived<T: Decodable>(from type: T.Type) throws(LLMBatchError) -> OutputSchema {
        try OutputSchema(root: try SchemaProbe().document(of: type))
    }

    /// The schema as compact JSON text, members in order.
    public var json: [UInt8] { root.json }

    /// Equal when their texts are.
    public static func == (one: OutputSchema, other: OutputSchema) -> Bool { one.json == other.json }

    /// Hashes the text.
    public func hash(into hasher: inout Hasher) { hasher.combine(json) }
}

extension OutputSchema: Codable {
    /// Reads it from a string that holds the JSON text.
    public init(from decoder: any Decoder) throws {
        try self.init(json: decoder.singleValueContainer().decode(String.self))
    }

    /// Writes it as a string that holds the JSON text, because an encoder may reorder an object's members.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(String(decoding: json, as: UTF8.self))
    }
}

extension OutputSchema: CustomStringConvertible {
    /// The JSON text.
    public var description: String { String(decoding: json, as: UTF8.self) }
}

extension LLMBatchError {
    /// A schema that cannot be used.
    static func schema(_ message: String, hint: String? = nil) -> LLMBatchError {
        LLMBatchError(.invalidConfiguration, message, hint: hint)
    }
}
