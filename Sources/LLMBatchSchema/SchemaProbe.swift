import LLMBatchCore

/// Derives the schema of a type by letting it decode itself from placeholders.
///
/// Each type is run once. A type that recurs while it is being run is recursive: it gets a name in `$defs`. Members
/// that may be empty (arrays, dictionaries, optionals) are then left empty, so that the recursion ends.
final class SchemaProbe {
    /// Deeper nesting of types is refused: a generic type can nest into new types endlessly.
    private static let maximumDepth = 64
    /// A type that is used repeatedly is written out each time; a schema with more parts than this is refused.
    private static let maximumParts = 20_000

    /// What is known about a type that has been run.
    private struct Finding {
        let node: JSONNode
        let value: Any
        let parts: Int
    }

    private var findings: [ObjectIdentifier: Finding] = [:]
    private var open: [ObjectIdentifier] = []
    private var names: [ObjectIdentifier: String] = [:]
    private var definitions: [String: JSONNode] = [:]
    /// The first failure; stored, because a type can swallow the errors of its decoder.
    private(set) var failure: LLMBatchError?
    /// The parts of the schema counted so far.
    private var parts = 0

    /// The complete document of a type.
    func document(of type: any Decodable.Type) throws(LLMBatchError) -> JSONNode {
        var document: JSONNode
        do { document = try schema(of: type, at: []) } catch { throw failure ?? Self.unexpected(type, error) }
        if let failure { throw failure }
        if let name = document.reference, let body = definitions[name] { document = body }
        guard !definitions.isEmpty else { return document }
        let sorted = definitions.sorted { $0.key < $1.key }.map { JSONNode.Member(key: $0.key, value: $0.value) }
        document["$defs"] = .object(sorted)
        return document
    }

    /// The schema of a type at the place of its use: written out, or a reference to its definition.
    func schema(of type: any Decodable.Type, at path: [any CodingKey]) throws -> JSONNode {
        try count(type, path)
        if let known = (type as? any SchemaKnown.Type)?.knownSchema { return known }
        if let holder = type as? any ProbedHolder.Type { return try holder.schema(with: self, at: path) }
        if let providing = type as? any SchemaProviding.Type { return try written(by: providing, type, at: path) }
        if let words = try RawValues(of: type) { return try described(words.node, type, path) }
        let id = ObjectIdentifier(type)
        if open.contains(id) { return .reference(to: name(id, type)) }
        let node = try finding(type, at: path).node
        return names[id].map(JSONNode.reference) ?? node
    }

    /// A value of a type, to continue decoding with.
    func placeholder<T: Decodable>(_ type: T.Type, at path: [any CodingKey]) throws -> T {
        let value: Any
        if let known = type as? any SchemaKnown.Type {
            value = known.placeholder
        } else if let holder = type as? any ProbedHolder.Type {
            value = holder.emptyValue
        } else if let providing = type as? any SchemaProviding.Type {
            value = try example(of: providing, type, at: path)
        } else if let words = try RawValues(of: type) {
            value = words.first
        } else if open.contains(ObjectIdentifier(type)) {
            throw fail(type, path, "it contains itself directly, so no finite value of it exists")
        } else {
            value = try finding(type, at: path).value
        }
        guard let value = value as? T else { throw fail(type, path, "no placeholder can be created") }
        return value
    }

    // MARK: - Running a type

    private func finding(_ type: any Decodable.Type, at path: [any CodingKey]) throws -> Finding {
        let id = ObjectIdentifier(type)
        if let known = findings[id] {
            parts += known.parts
            try count(type, path)
            return known
        }
        guard open.count < Self.maximumDepth else {
            throw fail(type, path, "types are nested deeper than \(Self.maximumDepth) levels")
        }
        open.append(id)
        defer { open.removeLast() }
        let before = parts
        let decoder = ProbeDecoder(probe: self, type: type, codingPath: path)
        let value: any Decodable
        do { value = try type.init(from: decoder) } catch {
            throw failure ?? refusal(type, path, error)
        }
        if let failure { throw failure }
        if let single = decoder.record.single, Self.isClosed(type, single) { throw listless(type, path) }
        let node = try described(try decoder.record.node(self, type, path), type, path)
        if let name = names[id] { definitions[name] = node }
        let found = Finding(node: node, value: value, parts: parts - before)
        findings[id] = found
        return found
    }

    /// True for a type that accepts the placeholder by chance: it rejects all of several other values.
    private static func isClosed(_ type: any Decodable.Type, _ node: JSONNode) -> Bool {
        let others: [JSONNode]
        switch node["type"]?.text {
        case "string" where node["format"] == nil && node["enum"] == nil && node["pattern"] == nil:
            others = ["zzqxzz", "zzqx-40961 zz", "\u{1F}7919", "40961"]
        case "integer" where type is any RawRepresentable.Type && node["enum"] == nil: others = [113, 97, 0, 64]
        case "number" where type is any RawRepresentable.Type: others = [.number("7919.25"), .number("-0.375")]
        default: return false
        }
        return !others.contains { (try? OutputDecoder.value(type, $0)) != nil }
    }

    private func listless(_ type: any Decodable.Type, _ path: [any CodingKey]) -> LLMBatchError {
        guard type is any RawRepresentable.Type, !(type is any CaseIterable.Type) else {
            return fail(type, path, "its init(from:) accepts only certain values, which cannot be determined")
        }
        return fail(
            type, path, "it is an enumeration whose values cannot be listed",
            remedy: "Conform it to CaseIterable, so that its values can be listed")
    }

    private func refusal(_ type: any Decodable.Type, _ path: [any CodingKey], _ error: any Error) -> LLMBatchError {
        let reason = "its init(from:) rejects a placeholder (\(Self.reason(error)))"
        guard type is any RawRepresentable.Type, !(type is any CaseIterable.Type) else {
            return fail(type, path, reason)
        }
        return fail(type, path, reason, remedy: "Conform it to CaseIterable, so that its values can be listed")
    }

    private func described(_ node: JSONNode, _ type: any Decodable.Type, _ path: [any CodingKey]) throws -> JSONNode {
        guard let describing = type as? any SchemaDescribing.Type else { return node }
        var node = node
        if let text = describing.schemaDescription { node["description"] = .string(text) }
        for (key, text) in describing.memberDescriptions.sorted(by: { $0.key < $1.key }) {
            guard var properties = node["properties"], var member = properties[key] else {
                throw fail(
                    type, path, "it describes a member \(key), which it does not have", remedy: "Use coding keys")
            }
            member["description"] = .string(text)
            properties[key] = member
            node["properties"] = properties
        }
        return node
    }

    private func count(_ type: any Decodable.Type, _ path: [any CodingKey]) throws {
        parts += 1
        guard parts <= Self.maximumParts else {
            throw fail(type, path, "the schema would have more than \(Self.maximumParts) parts")
        }
    }

    private func name(_ id: ObjectIdentifier, _ type: any Decodable.Type) -> String {
        if let name = names[id] { return name }
        let plain = String(describing: type).map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" }
        var name = String(plain)
        var number = 2
        while names.values.contains(name) || definitions[name] != nil {
            name = "\(String(plain))\(number)"; number += 1
        }
        names[id] = name
        return name
    }

    // MARK: - Schemas written by hand

    private func written(
        by providing: any SchemaProviding.Type, _ type: any Decodable.Type, at path: [any CodingKey]
    ) throws -> JSONNode {
        var node = try handWritten(providing, type, path).root
        for member in node["$defs"]?.members ?? [] {
            if names.values.contains(member.key) || definitions[member.key].map({ $0 != member.value }) == true {
                throw fail(
                    type, path, "its schema defines \(member.key), as another schema does", remedy: "Rename it in $defs"
                )
            }
            definitions[member.key] = member.value
        }
        for keyword in ["$defs", "$schema", "$id"] { node[keyword] = nil }
        return node
    }

    private func handWritten(
        _ providing: any SchemaProviding.Type, _ type: any Decodable.Type, _ path: [any CodingKey]
    ) throws -> OutputSchema {
        do { return try providing.outputSchema } catch {
            throw fail(type, path, "its own schema cannot be used (\(Self.reason(error)))", remedy: nil)
        }
    }

    private func example(
        of providing: any SchemaProviding.Type, _ type: any Decodable.Type, at path: [any CodingKey]
    ) throws -> Any {
        let schema = try handWritten(providing, type, path)
        do {
            let sample = schema.root["examples"]?.elements?.first ?? SchemaSample(schema.root).value()
            return try OutputDecoder.value(type, sample)
        } catch {
            throw fail(
                type, path, "no value of it can be created from its schema (\(Self.reason(error)))",
                remedy: #"Add one that decodes to its schema: "examples": [...]"#)
        }
    }

    // MARK: - Failures

    /// Records the failure and returns it to be thrown.
    func fail(
        _ type: Any.Type, _ path: [any CodingKey], _ reason: String,
        remedy: Remedy? = "Conform it to SchemaProviding and write its schema by hand"
    ) -> LLMBatchError {
        let place = path.isEmpty ? "" : " at \(path.map(\.stringValue).joined(separator: "."))"
        let error = LLMBatchError.schema("no schema can be derived from \(type)\(place): \(reason)", remedy: remedy)
        failure = failure ?? error
        return failure ?? error
    }

    private static func unexpected(_ type: Any.Type, _ error: any Error) -> LLMBatchError {
        .schema("no schema can be derived from \(type): \(reason(error))")
    }

    static func reason(_ error: any Error) -> String {
        switch error {
        case DecodingError.dataCorrupted(let context), DecodingError.keyNotFound(_, let context),
            DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
            context.debugDescription
        default: String(describing: error)
        }
    }
}

extension JSONNode {
    static func reference(to name: String) -> JSONNode { ["$ref": .string("#/$defs/\(name)")] }

    /// The definition that this schema refers to, without any keyword beside the reference.
    var reference: String? {
        guard members?.count == 1, let text = self["$ref"]?.text, text.hasPrefix("#/$defs/") else { return nil }
        return String(text.dropFirst("#/$defs/".count))
    }

    /// This schema, or null.
    var orNull: JSONNode {
        if acceptsNull { return self }
        var node = self
        if let type = self["type"]?.text, type != "object", type != "array", self["enum"] == nil, self["const"] == nil {
            node["type"] = [.string(type), "null"]
            return node
        }
        // A description is placed beside the alternatives, where every dialect reads it.
        let description = node["description"]
        node["description"] = nil
        var either: JSONNode = ["anyOf": [node, ["type": "null"]]]
        if let description { either["description"] = description }
        return either
    }

    /// True when null clearly matches this schema.
    var acceptsNull: Bool {
        if self == .bool(true) || members?.isEmpty == true { return true }
        if let type = self["type"] {
            return type.text == "null" || type.elements?.contains("null") == true && self["enum"] == nil
        }
        return self["anyOf"]?.elements?.contains { $0.acceptsNull } == true
    }
}
