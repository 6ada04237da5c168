import LLMBatchCore

/// Normalizes a schema as generators write it: draft 2020-12, with all references to `#/$defs/NAME`.
///
/// It reads the wrappers that services and tools put around schemas; drafts 6 to 2019-09, which ignore keywords beside a
/// `$ref` and write tuples differently; OpenAPI 3.0's `nullable` and boolean exclusive bounds; Gemini's upper-case types;
/// and references to any place in the document. A schema in the normal form is left unchanged.
struct SchemaReading {
    private let document: JSONNode
    private let isOld: Bool
    private let takesTuples: Bool
    private let address: String?
    /// The names under `$defs` of targets elsewhere in the document, and the targets still to be read.
    private var names: [String: String] = [:]
    private var pending: [(name: String, node: JSONNode)] = []
    private var taken: Set<String>

    static func normal(_ node: JSONNode) -> JSONNode {
        let document = unwrapped(node)
        guard document.members != nil else { return document }
        var reading = SchemaReading(document)
        return reading.whole()
    }

    private static let current = "https://json-schema.org/draft/2020-12/schema"
    private static let older = ["draft-06/schema", "draft-07/schema"]

    private init(_ document: JSONNode) {
        self.document = document
        let dialect = document["$schema"]?.text ?? ""
        isOld = Self.older.contains { dialect.contains($0) }
        takesTuples = isOld || dialect.contains("2019-09")
        address = document["$id"]?.text.map { String($0.prefix { $0 != "#" }) }
        taken = Set(document["$defs"]?.members?.map(\.key) ?? [])
    }

    private mutating func whole() -> JSONNode {
        var root = schema(document)
        guard var members = root.members else { return root }
        if takesTuples, let place = members.firstIndex(where: { $0.key == "$schema" }) {
            members[place].value = .string(Self.current)
        }
        root = .object(members)
        while !pending.isEmpty {
            let next = pending.removeFirst()
            var defined = schema(next.node)
            for keyword in ["$defs", "definitions", "$schema", "$id"] { defined[keyword] = nil }
            var definitions = root["$defs"] ?? [:]
            definitions[next.name] = defined
            root["$defs"] = definitions
        }
        return root
    }

    // MARK: - Schemas

    private mutating func schema(_ node: JSONNode) -> JSONNode {
        guard var members = node.members else { return node }
        // The targets of references in them have become definitions of the whole document.
        members.removeAll { $0.key == "definitions" && $0.value.members != nil }
        if isOld, node["$ref"] != nil {
            members.removeAll { member in
                member.key != "$ref"
                    && SchemaKeyword(rawValue: member.key).map { ![.defs, .dialect, .id].contains($0) } ?? false
            }
        }
        for index in members.indices {
            members[index].value = value(members[index].value, of: members[index].key)
        }
        var written = JSONNode.object(members)
        if takesTuples { written = Self.withoutOldTuples(written) }
        written = Self.withoutFlagBounds(written)
        return Self.withoutNullable(written)
    }

    private mutating func value(_ value: JSONNode, of key: String) -> JSONNode {
        // In older drafts, a list of items is a tuple, and a dependency is a list or a schema.
        if key == "items", takesTuples, let parts = value.elements { return .array(parts.map { schema($0) }) }
        if key == "additionalItems", takesTuples { return schema(value) }
        if key == "dependencies", isOld, let named = value.members {
            return .object(named.map { .init(key: $0.key, value: schema($0.value)) })
        }
        guard let keyword = SchemaKeyword(rawValue: key) else { return value }
        switch keyword.kind {
        case .schema: return schema(value)
        case .schemas: return value.elements.map { .array($0.map { schema($0) }) } ?? value
        case .namedSchemas:
            guard let named = value.members else { return value }
            return .object(named.map { .init(key: $0.key, value: schema($0.value)) })
        case .count: return value.count.map { .number(String($0)) } ?? value
        case .types: return Self.types(value)
        case .text where keyword == .ref: return value.text.map { .string(reference($0)) } ?? value
        default: return value
        }
    }

    /// Gemini writes the types of JSON Schema in capitals.
    private static func types(_ value: JSONNode) -> JSONNode {
        switch value {
        case .string(let name):
            JSONType.allCases.contains { $0.rawValue.uppercased() == name } ? .string(name.lowercased()) : value
        case .array(let names): .array(names.map(types))
        default: value
        }
    }

    // MARK: - References

    /// A reference to a definition; a target anywhere else becomes a definition.
    private mutating func reference(_ text: String) -> String {
        var text = text
        if let address, !address.isEmpty, text.hasPrefix(address) { text = String(text.dropFirst(address.count)) }
        if text.isEmpty { text = "#" }
        if let name = SchemaReference.definition(text), document["$defs"]?[name] != nil { return text }
        if let name = names[text] { return "#/$defs/\(SchemaReference.escaped(name))" }
        guard let target = SchemaReference.target(text, in: document) ?? Self.anchored(text, in: document) else {
            return text
        }
        let last = (SchemaReference.steps(text)?.last ?? String(text.dropFirst())).map { letter in
            letter.isASCII && (letter.isLetter || letter.isNumber) || "_-.".contains(letter) ? letter : "_"
        }
        let base = last.isEmpty ? "root" : String(last)
        var name = base
        var number = 2
        while taken.contains(name) {
            name = "\(base)_\(number)"
            number += 1
        }
        taken.insert(name)
        names[text] = name
        pending.append((name, target))
        return "#/$defs/\(SchemaReference.escaped(name))"
    }

    private static func anchored(_ reference: String, in node: JSONNode) -> JSONNode? {
        guard reference.hasPrefix("#"), !reference.hasPrefix("#/") else { return nil }
        let name = String(reference.dropFirst())
        if node["$anchor"]?.text == name { return node }
        let parts = node.elements ?? node.members?.map(\.value) ?? []
        return parts.lazy.compactMap { anchored(reference, in: $0) }.first
    }

    // MARK: - Older and other dialects

    private static func withoutOldTuples(_ node: JSONNode) -> JSONNode {
        var node = node
        let rest = node["additionalItems"]
        node["additionalItems"] = nil
        if let parts = node["items"]?.elements {
            node["items"] = rest
            if !parts.isEmpty { node["prefixItems"] = .array(parts) }
        }
        for member in node["dependencies"]?.members ?? [] {
            let keyword = member.value.elements == nil ? "dependentSchemas" : "dependentRequired"
            var dependent = node[keyword] ?? [:]
            dependent[member.key] = member.value
            node[keyword] = dependent
        }
        if node["dependencies"]?.members != nil { node["dependencies"] = nil }
        return node
    }

    /// OpenAPI 3.0 marks a bound as exclusive with a flag.
    private static func withoutFlagBounds(_ node: JSONNode) -> JSONNode {
        var node = node
        for (exclusive, bound) in [("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")] {
            guard case .bool(let isExclusive)? = node[exclusive] else { continue }
            node[exclusive] = isExclusive ? node[bound] : nil
            if isExclusive { node[bound] = nil }
        }
        return node
    }

    /// OpenAPI 3.0 marks a value that may be null with a flag.
    private static func withoutNullable(_ node: JSONNode) -> JSONNode {
        guard case .bool(let isNullable)? = node["nullable"] else { return node }
        var node = node
        node["nullable"] = nil
        guard isNullable, !node.acceptsNull else { return node }
        if let values = node["enum"]?.elements, node["type"] != nil, !values.contains(.null) {
            node["enum"] = .array(values + [.null])
        }
        switch node["type"] {
        case .string(let name)? where node["const"] == nil: node["type"] = [.string(name), "null"]
        case .array(let names)? where node["const"] == nil: node["type"] = .array(names + ["null"])
        case nil where !["$ref", "anyOf", "oneOf", "allOf", "enum", "const"].contains { node[$0] != nil }: break
        default: node = node.orNull
        }
        return node
    }
}

extension SchemaReading {
    /// The schema in a wrapper: a `response_format`, a format with a name, a tool, a function with parameters.
    private static func unwrapped(_ node: JSONNode) -> JSONNode {
        var node = node
        for _ in 0..<8 {
            guard let inner = inner(node) else { return node }
            node = inner
        }
        return node
    }

    private static func inner(_ node: JSONNode) -> JSONNode? {
        let own = ["properties", "$ref", "anyOf", "oneOf", "allOf", "enum", "const", "items", "$defs", "definitions"]
        guard node.members != nil, !own.contains(where: { node[$0] != nil }) else { return nil }
        let isNamed = node["name"]?.text != nil || ["json_schema", "function"].contains(node["type"]?.text ?? "")
        let members =
            [
                "response_format", "json_schema", "text", "format", "output_config", "generationConfig",
                "responseSchema",
                "responseJsonSchema", "function", "toolSpec", "inputSchema", "input_schema", "parametersJsonSchema",
            ] + (isNamed ? ["schema", "parameters"] : []) + (node.members?.count == 1 ? ["schema", "json"] : [])
        return members.lazy.compactMap { node[$0] }.first { $0.members != nil }
    }
}
