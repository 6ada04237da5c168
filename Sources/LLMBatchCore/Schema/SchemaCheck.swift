import Foundation

/// The compiled `pattern`s of a schema, by their text.
struct SchemaPatterns: Sendable {
    private var compiled: [String: NSRegularExpression] = [:]

    mutating func add(_ pattern: String) -> Bool {
        guard let expression = try? NSRegularExpression(pattern: pattern) else { return false }
        compiled[pattern] = expression
        return true
    }

    /// True when `pattern` is found anywhere in `text`, as JSON Schema means it.
    func matches(_ pattern: String, _ text: String) -> Bool {
        guard let expression = compiled[pattern] else { return false }
        return expression.firstMatch(in: text, range: NSRange(location: 0, length: text.utf16.count)) != nil
    }
}

/// Refuses a schema that says something we would not check, so that no keyword is ever passed over in silence.
struct SchemaCheck {
    /// Deeper nesting than this is refused, so that no schema can exhaust the stack.
    static let maximumDepth = 100

    private let root: JSONNode
    private var patterns = SchemaPatterns()

    init(_ root: JSONNode) { self.root = root }

    /// The compiled patterns of a schema that can be used.
    func run() throws(LLMBatchError) -> SchemaPatterns {
        var check = self
        guard root.members != nil else {
            throw .schema("A schema is a JSON object", hint: #"For example {"type":"object"}"#)
        }
        try check.visit(root, "", 0)
        try check.cycles()
        return check.patterns
    }

    private mutating func visit(_ node: JSONNode, _ path: String, _ depth: Int) throws(LLMBatchError) {
        guard depth < Self.maximumDepth else {
            throw .schema("The schema nests deeper than \(Self.maximumDepth) levels")
        }
        if case .bool = node { return }
        guard let members = node.members else { throw problem(path, "a schema is an object, true or false") }
        var seen: Set<[UInt8]> = []
        for member in members {
            guard seen.insert(Array(member.key.utf8)).inserted else {
                throw problem(path, "the keyword \(member.key) stands twice")
            }
            guard let keyword = SchemaKeyword(rawValue: member.key) else {
                throw unknown(member.key, path)
            }
            let place = path + "/" + member.key
            if keyword == .id, depth > 0 { throw problem(place, "$id is understood at the root only") }
            try value(member.value, of: keyword, place, depth)
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
        case .namedSchemas:
            guard let named = value.members else { throw problem(path, "needs an object of schemas") }
            for member in named { try visit(member.value, path + "/" + member.key, depth + 1) }
        case .number: guard case .number = value else { throw problem(path, "needs a number") }
        case .count:
            guard case .number(let literal) = value, let count = Int(literal), count >= 0 else {
                throw problem(path, "needs a whole number, 0 or more")
            }
        case .flag: guard case .bool = value else { throw problem(path, "needs true or false") }
        case .text: try text(value, of: keyword, path)
        case .list:
            guard let values = value.elements else { throw problem(path, "needs a list") }
            if keyword == .enumeration, values.isEmpty { throw problem(path, "an empty list lets nothing pass") }
            if keyword == .required, values.contains(where: { $0.text == nil }) { throw problem(path, "needs names") }
        case .types: try types(value, path)
        }
        if keyword == .multipleOf, case .number(let literal) = value, (Double(literal) ?? 0) <= 0 {
            throw problem(path, "needs a number above 0")
        }
    }

    private mutating func text(_ value: JSONNode, of keyword: SchemaKeyword, _ path: String) throws(LLMBatchError) {
        guard let text = value.text else { throw problem(path, "needs a text") }
        switch keyword {
        case .pattern: if !patterns.add(text) { throw problem(path, "is no regular expression") }
        case .format where SchemaFormat(rawValue: text) == nil:
            let known = SchemaFormat.allCases.map(\.rawValue).joined(separator: ", ")
            throw problem(path, "the format \(text) cannot be checked", hint: "Checked are \(known)")
        case .ref where SchemaReference.target(text, in: root) == nil:
            throw problem(
                path, "\(text) leads nowhere", hint: "References go to #/$defs/NAME (or #/definitions/NAME)")
        case .dialect where !Self.drafts.contains(text.trimmingCharacters(in: ["#"])):
            throw problem(path, "the dialect \(text) is not known", hint: "Use draft 2020-12")
        default: break
        }
    }

    private static let drafts: Set<String> = [
        "https://json-schema.org/draft/2020-12/schema", "https://json-schema.org/draft/2019-09/schema",
        "http://json-schema.org/draft-07/schema", "https://json-schema.org/draft-07/schema",
    ]

    private func types(_ value: JSONNode, _ path: String) throws(LLMBatchError) {
        let names = value.text.map { [$0] } ?? value.elements?.compactMap(\.text) ?? []
        guard !names.isEmpty, names.count == value.elements?.count ?? 1 else {
            throw problem(path, "needs a type or a list of types")
        }
        for name in names where JSONType(rawValue: name) == nil {
            let known = JSONType.allCases.map(\.rawValue).joined(separator: ", ")
            throw problem(path, "there is no type \(name)", hint: "The types are \(known)")
        }
    }

    /// A reference that comes back to itself without going into a member or element would never end.
    private func cycles() throws(LLMBatchError) {
        for container in ["$defs", "definitions"] {
            for member in root[container]?.members ?? [] {
                var open: Set<String> = ["#/\(container)/\(SchemaReference.escaped(member.key))"]
                if comesBack(member.value, &open) {
                    throw problem("/\(container)/\(member.key)", "refers to itself without a member in between")
                }
            }
        }
    }

    private func comesBack(_ node: JSONNode, _ open: inout Set<String>) -> Bool {
        if let reference = node["$ref"]?.text {
            guard open.insert(reference).inserted else { return true }
            defer { open.remove(reference) }
            if let target = SchemaReference.target(reference, in: root), comesBack(target, &open) { return true }
        }
        var parts = ["anyOf", "oneOf", "allOf"].flatMap { node[$0]?.elements ?? [] }
        if let negated = node["not"] { parts.append(negated) }
        for part in parts where comesBack(part, &open) { return true }
        return false
    }

    private func unknown(_ keyword: String, _ path: String) -> LLMBatchError {
        let hint =
            switch keyword {
            case "nullable": #"Write {"type":["string","null"]}"#
            case "if", "then", "else", "dependentSchemas": "Write the alternatives with anyOf"
            case "patternProperties": "Write additionalProperties and propertyNames"
            default: "A misspelt or unsupported keyword would go unchecked; remove it or say it with another"
            }
        return problem(path + "/" + keyword, "the keyword \(keyword) is not supported", hint: hint)
    }

    private func problem(_ path: String, _ reason: String, hint: String? = nil) -> LLMBatchError {
        .schema("The schema cannot be used, at \(path.isEmpty ? "the root" : path): \(reason)", hint: hint)
    }
}
