import LLMBatchCore

/// Refuses a schema with keywords that would not be checked, so that no keyword is silently ignored.
struct SchemaCheck {
    /// Deeper nesting is refused, so that no schema can exhaust the stack.
    static let maximumDepth = 100

    private let root: JSONNode
    /// True for a stored schema that was accepted before: checks that only catch mistakes are skipped.
    private let isStored: Bool
    private var patterns: [String: SchemaPattern] = [:]

    init(_ root: JSONNode, isStored: Bool = false) {
        self.root = root
        self.isStored = isStored
    }

    /// The compiled patterns of a schema that can be used.
    func run() throws(LLMBatchError) -> [String: SchemaPattern] {
        var check = self
        guard root.members != nil else {
            throw .schema("a schema is a JSON object", remedy: #"For example {"type":"object"}"#)
        }
        try check.visit(root, "", 0)
        try check.circles()
        return check.patterns
    }

    private mutating func visit(_ node: JSONNode, _ path: String, _ depth: Int) throws(LLMBatchError) {
        guard depth < Self.maximumDepth else {
            throw .schema("the schema is nested deeper than \(Self.maximumDepth) levels")
        }
        if case .bool = node { return }
        guard let members = node.members else { throw problem(path, "a schema is an object, true or false") }
        var seen: Set<[UInt8]> = []
        for member in members {
            guard seen.insert(Array(member.key.utf8)).inserted else {
                throw problem(path, "the keyword \(member.key) appears twice")
            }
            guard let keyword = SchemaKeyword(rawValue: member.key) else {
                guard SchemaAnnotation.holds(member.key) else { throw unknown(member.key, path) }
                continue
            }
            let place = path + "/" + member.key
            if keyword == .id, depth > 0 { throw problem(place, "$id is supported only at the root") }
            try value(member.value, of: keyword, place, depth)
        }
        if !isStored { try required(node, path) }
    }

    /// A required name that is not defined anywhere is most likely misspelt.
    private func required(_ node: JSONNode, _ path: String) throws(LLMBatchError) {
        guard let properties = node["properties"]?.members,
            !["$ref", "allOf", "anyOf", "oneOf", "patternProperties", "if", "dependentSchemas"].contains(where: {
                node[$0] != nil
            })
        else { return }
        if let others = node["additionalProperties"], others != .bool(false) { return }
        for name in node["required"]?.elements?.compactMap(\.text) ?? []
        where !properties.contains(where: { $0.key.hasSameBytes(as: name) }) {
            let remedy: Remedy =
                SchemaAnnotation.nearest(name, among: properties.map(\.key)).map { "Did you mean \"\($0)\"?" }
                ?? "Add it to properties, or take it out of required"
            throw problem(path + "/required", "\"\(name)\" is required and not among the properties", remedy: remedy)
        }
    }

    private mutating func value(
        _ value: JSONNode, of keyword: SchemaKeyword, _ path: String, _ depth: Int
    ) throws(LLMBatchError) {
        switch keyword.kind {
        case .anything: break
        case .schema: try visit(value, path, depth + 1)
        case .schemas:
            guard let schemas = value.elements, !schemas.isEmpty else { throw problem(path, "needs a list of schemas") }
            for (index, schema) in schemas.enumerated() { try visit(schema, "\(path)/\(index)", depth + 1) }
        case .namedSchemas: try named(value, of: keyword, path, depth)
        case .namedLists:
            guard let named = value.members,
                named.allSatisfy({ $0.value.elements?.allSatisfy { $0.text != nil } == true })
            else { throw problem(path, "needs an object of lists of names") }
        case .number: guard case .number = value else { throw problem(path, "needs a number") }
        case .count: guard value.count != nil else { throw problem(path, "needs a whole number, 0 or more") }
        case .flag: guard case .bool = value else { throw problem(path, "needs true or false") }
        case .text: try text(value, of: keyword, path)
        case .list:
            guard let values = value.elements else { throw problem(path, "needs a list") }
            if keyword == .enumeration, values.isEmpty { throw problem(path, "an empty list lets nothing pass") }
            if keyword == .required, values.contains(where: { $0.text == nil }) { throw problem(path, "needs names") }
        case .types: try types(value, path)
        }
        guard keyword == .multipleOf, let step = value.literal.map(JSONNumber.init) else { return }
        guard step.isPositive else { throw problem(path, "needs a number above 0") }
        guard step.isStep || isStored else {
            throw problem(path, "has more than \(JSONNumber.longestStep) digits, which cannot be checked")
        }
    }

    private mutating func named(
        _ value: JSONNode, of keyword: SchemaKeyword, _ path: String, _ depth: Int
    ) throws(LLMBatchError) {
        guard let named = value.members else { throw problem(path, "needs an object of schemas") }
        var seen: Set<[UInt8]> = []
        for member in named {
            guard seen.insert(Array(member.key.utf8)).inserted || isStored else {
                throw problem(path, "the name \(member.key) appears twice")
            }
            if keyword == .patternProperties { try pattern(member.key, path + "/" + member.key) }
            try visit(member.value, path + "/" + member.key, depth + 1)
        }
    }

    private mutating func pattern(_ text: String, _ path: String) throws(LLMBatchError) {
        guard patterns[text] == nil else { return }
        do throws(PatternError) { patterns[text] = try SchemaPattern(text) } catch {
            if isStored, let former = SchemaPattern(former: text) { return patterns[text] = former }
            throw problem(
                path, "is not a regular expression of ECMA-262, which JSON Schema uses: \(error.reason)",
                remedy: "Correct the pattern, or leave it out")
        }
    }

    private mutating func text(_ value: JSONNode, of keyword: SchemaKeyword, _ path: String) throws(LLMBatchError) {
        guard let text = value.text else { throw problem(path, "needs a text") }
        switch keyword {
        case .pattern: try pattern(text, path)
        case .format: try format(text, path)
        case .ref where SchemaReference.target(text, in: root) == nil || SchemaReference.definition(text) == nil:
            throw problem(
                path, "\(text) does not exist",
                remedy: "References lead to a place in the same document, as #/$defs/NAME does")
        case .dialect where !Self.drafts.contains(text.split(separator: "#").first.map(String.init) ?? text):
            throw problem(path, "the dialect \(text) is not known", remedy: "Use draft 2020-12")
        default: break
        }
    }

    /// An unknown format does not affect validity, unless it is misspelt.
    private func format(_ name: String, _ path: String) throws(LLMBatchError) {
        guard !isStored, SchemaFormat(named: name) == nil, let meant = SchemaFormat.misspelt(name) else { return }
        throw problem(path, "there is no format \(name)", remedy: "Did you mean \"\(meant)\"?")
    }

    private static let drafts: Set<String> = [
        "https://json-schema.org/draft/2020-12/schema", "https://json-schema.org/draft/2019-09/schema",
        "http://json-schema.org/draft/2020-12/schema", "http://json-schema.org/draft/2019-09/schema",
        "http://json-schema.org/draft-07/schema", "https://json-schema.org/draft-07/schema",
        "http://json-schema.org/draft-06/schema", "https://json-schema.org/draft-06/schema",
        "http://json-schema.org/schema", "https://json-schema.org/schema",
    ]

    private func types(_ value: JSONNode, _ path: String) throws(LLMBatchError) {
        let names = value.text.map { [$0] } ?? value.elements?.compactMap(\.text) ?? []
        guard !names.isEmpty, names.count == value.elements?.count ?? 1 else {
            throw problem(path, "needs a type or a list of types")
        }
        let known = JSONType.allCases.map(\.rawValue)
        for name in names where JSONType(rawValue: name) == nil {
            let meant = SchemaAnnotation.nearest(name, among: known).map { "Did you mean \"\($0)\"? " } ?? ""
            throw problem(
                path, "there is no type \(name)", remedy: "\(meant)The types are \(known.joined(separator: ", "))")
        }
    }

    private func unknown(_ keyword: String, _ path: String) -> LLMBatchError {
        let remedy: Remedy =
            switch keyword {
            case "$dynamicRef", "$recursiveRef": "Refer to the definition by $ref"
            case "unevaluatedItems": "Use items, and prefixItems if the first elements differ"
            default:
                SchemaAnnotation.meant(by: keyword).map { "Did you mean \"\($0)\"?" }
                    ?? "It would go unchecked; remove it, or prefix its name with x- if it is a note"
            }
        return problem(path + "/" + keyword, "the keyword \(keyword) is not supported", remedy: remedy)
    }

    private func problem(_ path: String, _ reason: String, remedy: Remedy? = nil) -> LLMBatchError {
        .schema("the schema cannot be used, at \(path.isEmpty ? "the root" : path): \(reason)", remedy: remedy)
    }
}

extension SchemaCheck {
    /// A reference that leads back to itself without entering a member or element would never end.
    private func circles() throws(LLMBatchError) {
        var (open, done): (Set<[UInt8]>, Set<[UInt8]>) = ([], [])
        for member in root["$defs"]?.members ?? [] { try follow(member.key, &open, &done) }
    }

    private func follow(
        _ name: String, _ open: inout Set<[UInt8]>, _ done: inout Set<[UInt8]>
    ) throws(LLMBatchError) {
        let key = Array(name.utf8)
        guard !done.contains(key), let node = root["$defs"]?[name] else { return }
        guard open.insert(key).inserted else {
            throw problem("/$defs/\(name)", "refers to itself without a member in between")
        }
        for next in Self.references(in: node) { try follow(next, &open, &done) }
        open.remove(key)
        done.insert(key)
    }

    /// The definitions that apply to the same value as this schema.
    private static func references(in node: JSONNode) -> [String] {
        var names = node["$ref"]?.text.flatMap(SchemaReference.definition).map { [$0] } ?? []
        var parts = ["anyOf", "oneOf", "allOf"].flatMap { node[$0]?.elements ?? [] }
        parts += ["not", "if", "then", "else"].compactMap { node[$0] }
        parts += node["dependentSchemas"]?.members?.map(\.value) ?? []
        for part in parts { names += references(in: part) }
        return names
    }
}
