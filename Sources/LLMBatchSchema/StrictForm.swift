import LLMBatchCore

/// What a service's strict mode supports.
struct StrictRules {
    let service: String
    /// Every member is required; an optional one is null instead of absent.
    let requiresAll: Bool
    let allowsRecursion: Bool
    /// The keywords that stay; dropped ones are still checked when the answer arrives.
    let keywords: Set<String>
    let formats: Set<String>

    /// Source: OpenAI's guide to structured outputs, "Supported schemas".
    static let openAI = StrictRules(
        service: "OpenAI's strict mode", requiresAll: true, allowsRecursion: true,
        keywords: [
            "description", "enum", "const", "pattern", "multipleOf", "minimum", "maximum", "exclusiveMinimum",
            "exclusiveMaximum", "minItems", "maxItems",
        ],
        formats: ["date-time", "date", "time", "duration", "email", "hostname", "ipv4", "ipv6", "uuid"])

    /// Source: Anthropic's guide to structured outputs, "JSON Schema limitations".
    static let anthropic = StrictRules(
        service: "Anthropic's structured output", requiresAll: false, allowsRecursion: false,
        keywords: ["description", "enum", "const"],
        formats: ["date-time", "date", "time", "duration", "email", "hostname", "uri", "ipv4", "ipv6", "uuid"])
}

extension StrictRules {
    /// True for a keyword that the service accepts with this value.
    fileprivate func takes(_ member: JSONNode.Member) -> Bool {
        guard keywords.contains(member.key) else { return false }
        switch member.key {
        // The service rejects lookaround, references and Unicode properties, a day later and for every request.
        case "pattern": return member.value.text.flatMap { try? SchemaPattern($0) }?.isPlain == true
        case "enum": return member.value.elements?.allSatisfy { $0.members == nil && $0.elements == nil } == true
        case "const": return member.value.members == nil && member.value.elements == nil
        case "multipleOf": return member.value.literal.map { JSONNumber($0).isStep } == true
        case "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum":
            return member.value.literal.flatMap(Double.init)?.isFinite == true
        default: return true
        }
    }
}

/// Writes a schema in a strict form: closed objects, no keyword that the service rejects.
///
/// A form may be less restrictive than the schema, but never different: what is dropped is checked when the answer
/// arrives, and what cannot be expressed is refused.
struct StrictForm {
    let rules: StrictRules
    let root: JSONNode

    func document() throws(LLMBatchError) -> JSONNode {
        var start = root
        for _ in 0..<SchemaCheck.maximumDepth {
            guard let target = start["$ref"]?.text.flatMap({ SchemaReference.target($0, in: root) }) else { break }
            start = target
        }
        var document = try node(start, "", [])
        guard document["type"]?.text == "object" else {
            throw refused(
                "", "the root must be an object with named members", remedy: "Wrap it: OutputSchema.asObject()")
        }
        guard rules.allowsRecursion else { return document }
        guard let named = root["$defs"]?.members else { return document }
        var written: [JSONNode.Member] = []
        for member in named {
            written.append(.init(key: member.key, value: try node(member.value, "/$defs/\(member.key)", [])))
        }
        document["$defs"] = .object(written)
        return document
    }

    private func node(_ node: JSONNode, _ path: String, _ open: Set<String>) throws(LLMBatchError) -> JSONNode {
        guard path.utf8.count < 10_000, let members = node.members, !members.isEmpty else {
            throw refused(path, "a value of any kind is allowed here", remedy: "Give it a type")
        }
        if let reference = node["$ref"]?.text { return try self.reference(reference, node, path, open) }
        let parts = node["anyOf"]?.elements ?? node["oneOf"]?.elements
        // Conditions are checked when the answer arrives.
        if node["properties"] != nil || node["items"] != nil, parts != nil || node["allOf"] != nil {
            throw refused(path, "alternatives beside members or elements are not supported")
        }
        if let parts { return try alternatives(parts, of: node, path, open) }
        if let parts = node["allOf"]?.elements {
            guard parts.count == 1 else { throw refused(path, "allOf is not supported") }
            return try keeping(node["description"], try self.node(parts[0], path, open))
        }
        if let names = node["type"]?.elements?.compactMap(\.text) { return try union(names, node, path, open) }
        if node["type"] == nil, let names = Self.typesOfValues(node), names.count > 1 {
            return try union(names, node, path, open)
        }
        return try single(node, path, open)
    }

    /// The types of enumerated values without a `type`; nil when lists or objects are among them.
    private static func typesOfValues(_ node: JSONNode) -> [String]? {
        guard let values = node["enum"]?.elements else { return nil }
        let known: [JSONType] = [.string, .integer, .number, .boolean, .null]
        var names: [String] = []
        for value in values {
            guard let type = known.first(where: { $0.holds(value) }) else { return nil }
            if !names.contains(type.rawValue) { names.append(type.rawValue) }
        }
        // An integer is a number, too.
        return names.contains("number") ? names.filter { $0 != "integer" } : names
    }

    private func reference(
        _ reference: String, _ node: JSONNode, _ path: String, _ open: Set<String>
    ) throws(LLMBatchError) -> JSONNode {
        // OpenAI rejects a description beside a reference.
        if rules.allowsRecursion { return ["$ref": .string(reference)] }
        guard !open.contains(reference), let target = SchemaReference.target(reference, in: root) else {
            throw refused(path, "recursion is not supported", remedy: "Use the plain or the anthropic_tool dialect")
        }
        return try keeping(node["description"], try self.node(target, path, open.union([reference])))
    }

    private func keeping(_ description: JSONNode?, _ node: JSONNode) throws(LLMBatchError) -> JSONNode {
        guard let description, node["$ref"] == nil else { return node }
        var node = node
        node["description"] = description
        return node
    }

    private func alternatives(
        _ parts: [JSONNode], of node: JSONNode, _ path: String, _ open: Set<String>
    ) throws(LLMBatchError) -> JSONNode {
        var written: [JSONNode] = []
        for (index, part) in parts.enumerated() { written.append(try self.node(part, "\(path)/anyOf/\(index)", open)) }
        return try keeping(node["description"], ["anyOf": .array(written)])
    }

    /// Several types: a list of two if one is null, otherwise alternatives, each with the keywords that apply to it.
    private func union(
        _ names: [String], _ node: JSONNode, _ path: String, _ open: Set<String>
    ) throws(LLMBatchError) -> JSONNode {
        let others = names.filter { $0 != "null" }
        var parts: [JSONNode] = []
        for name in others {
            var part = node
            part["type"] = .string(name)
            if let values = node["enum"]?.elements, let type = JSONType(rawValue: name) {
                let held = values.filter(type.holds)
                if held.isEmpty { continue }
                part["enum"] = .array(held)
            }
            parts.append(try single(part, path, open))
        }
        if names.contains("null") {
            guard parts.count != 1 else { return parts[0].orNull }
            parts.append(["type": "null"])
        }
        return parts.count == 1 ? parts[0] : ["anyOf": .array(parts)]
    }

    private func single(_ node: JSONNode, _ path: String, _ open: Set<String>) throws(LLMBatchError) -> JSONNode {
        var written: JSONNode = [:]
        switch node["type"]?.text {
        case "object": written = try object(node, path, open)
        case "array":
            guard let items = node["items"], items.members != nil, node["prefixItems"] == nil else {
                throw refused(path, "an array needs items, and no prefixItems")
            }
            written = ["type": "array", "items": try self.node(items, path + "/items", open)]
        case let name?: written = ["type": .string(name)]
        case nil: written["type"] = try typeOfValues(node, path)
        }
        for member in node.members ?? [] where rules.takes(member) { written[member.key] = member.value }
        guard let format = node["format"]?.text else { return written }
        if rules.formats.contains(format) {
            written["format"] = .string(format)
        } else {
            // The answer is checked for it all the same, so the model is told in words.
            let words = written["description"]?.text.map { "\($0) " } ?? ""
            written["description"] = .string("\(words)(format: \(format))")
        }
        return written
    }

    /// The type of enumerated values without a `type`.
    private func typeOfValues(_ node: JSONNode, _ path: String) throws(LLMBatchError) -> JSONNode {
        let values = node["enum"]?.elements ?? node["const"].map { [$0] } ?? []
        let fitting = [JSONType.string, .integer, .number, .boolean].first { type in
            !values.isEmpty && values.allSatisfy(type.holds)
        }
        guard let fitting else { throw refused(path, "a type is missing", remedy: "Give it one") }
        return .string(fitting.rawValue)
    }

    private func object(_ node: JSONNode, _ path: String, _ open: Set<String>) throws(LLMBatchError) -> JSONNode {
        if let values = node.dictionaryValues {
            let name = node.keySchema
            let pair = Self.object([
                .init(key: "key", value: try self.node(name, path + "/propertyNames", open)),
                .init(key: "value", value: try self.node(values, path + "/additionalProperties", open)),
            ])
            return ["type": "array", "items": pair]
        }
        guard node["properties"] != nil || node["additionalProperties"] == .bool(false) else {
            throw refused(path, "an object with arbitrary members is not supported", remedy: "Name its properties")
        }
        if node["additionalProperties"]?.members != nil {
            throw refused(
                path, "named members beside a dictionary are not supported", remedy: "Give the dictionary a member")
        }
        guard node["patternProperties"] == nil else {
            throw refused(path, "members named by a pattern are not supported")
        }
        let required = node["required"]?.elements ?? []
        var optional: Set<String> = []
        var properties: [JSONNode.Member] = []
        for member in node["properties"]?.members ?? [] {
            let isOptional = !required.contains(.string(member.key))
            if isOptional { optional.insert(member.key) }
            let plain = isOptional && !rules.requiresAll ? member.value.withoutNull : member.value
            let written = try self.node(plain, "\(path)/properties/\(member.key)", open)
            properties.append(
                .init(key: member.key, value: isOptional && rules.requiresAll ? written.orNull : written))
        }
        for name in required.compactMap(\.text) where !properties.contains(where: { $0.key.hasSameBytes(as: name) }) {
            throw refused(path, "\(name) is required and has no schema")
        }
        return Self.object(properties, optional: rules.requiresAll ? [] : optional)
    }

    private static func object(_ properties: [JSONNode.Member], optional: Set<String> = []) -> JSONNode {
        [
            "type": "object", "properties": .object(properties),
            "required": .array(properties.filter { !optional.contains($0.key) }.map { .string($0.key) }),
            "additionalProperties": false,
        ]
    }

    private func refused(_ path: String, _ reason: String, remedy: Remedy? = nil) -> LLMBatchError {
        .schema(
            "\(rules.service) does not support the schema at \(path.isEmpty ? "the root" : path): \(reason)",
            remedy: remedy
        )
    }
}

extension JSONNode {
    /// The schema of a dictionary's keys, as a schema of strings.
    var keySchema: JSONNode {
        var node: JSONNode = ["type": "string"]
        for member in self["propertyNames"]?.members ?? [] { node[member.key] = member.value }
        return node
    }

    /// This schema without null, if it allows null and one other type.
    var withoutNull: JSONNode {
        var node = self
        if let names = self["type"]?.elements, names.count > 1 {
            let others = names.filter { $0 != "null" }
            node["type"] = others.count == 1 ? others[0] : .array(others)
        }
        guard let parts = self["anyOf"]?.elements,
            members?.allSatisfy({ ["anyOf", "description"].contains($0.key) }) == true
        else { return node }
        let others = parts.filter { $0["type"]?.text != "null" }
        guard others.count == 1, others.count < parts.count else { return node }
        var only = others[0]
        if let description = self["description"] { only["description"] = description }
        return only
    }
}
