/// Makes a value of a schema: one element of `rows` for each row asked, with what it has in common with the row.
///
/// For what answers without a model: the `offline` provider, and simulators.
package struct SchemaFiller {
    private let root: JSONNode
    private let rows: [JSONNode]

    /// - Parameters:
    ///   - schema: the schema of the whole answer.
    ///   - rows: the rows that are asked, each with its `row_id`.
    package init(root schema: JSONNode, rows: [JSONNode]) {
        root = schema
        self.rows = rows
    }

    /// An answer to the whole schema.
    package var whole: JSONNode {
        guard let element = root["properties"]?["rows"]?["items"] else { return value(root, nil, seed: 1, depth: 0) }
        return .object([.init(key: "rows", value: .array(rows.map { row($0, element) }))])
    }

    private func row(_ row: JSONNode, _ schema: JSONNode) -> JSONNode {
        guard case .number(let literal)? = row["row_id"] else { return .null }
        return value(schema, row, seed: Int(literal) ?? 0, depth: 0)
    }

    private func value(_ node: JSONNode, _ given: JSONNode?, seed: Int, depth: Int) -> JSONNode {
        if let target = node["$ref"]?.text?.split(separator: "/").last.map(String.init),
            let schema = root["$defs"]?[target] ?? root["definitions"]?[target]
        {
            return value(schema, given, seed: seed, depth: depth + 1)
        }
        if let constant = node["const"] { return constant }
        if let choices = node["enum"]?.elements, !choices.isEmpty {
            return choices.first { $0 == given } ?? choices[seed % choices.count]
        }
        if let parts = node["anyOf"]?.elements, !parts.isEmpty {
            // What is nested deeply ends with the part that is simplest, or it would not end.
            let ending = parts.first { $0["type"]?.text == "null" }
            return value(depth > 4 ? ending ?? parts[0] : parts[0], given, seed: seed, depth: depth + 1)
        }
        let types = node["type"]?.elements?.compactMap(\.text) ?? node["type"]?.text.map { [$0] } ?? []
        let type = depth > 6 && types.contains("null") ? "null" : types.first ?? "null"
        return value(of: type, node, given, seed: seed, depth: depth)
    }

    private func value(of type: String, _ node: JSONNode, _ given: JSONNode?, seed: Int, depth: Int) -> JSONNode {
        switch (type, given) {
        case ("string", .string?), ("boolean", .bool?): return given ?? .null
        case ("number", .number?): return given ?? .null
        case ("integer", .number(let literal)?) where Int(literal) != nil: return given ?? .null
        default: break
        }
        switch type {
        case "object": return object(node, given, seed: seed, depth: depth)
        case "array":
            guard let items = node["items"], depth <= 6 else { return [] }
            let elements =
                given?.elements ?? [JSONNode?](repeating: nil, count: max(seed % 3, Self.count(node["minItems"])))
            return .array(elements.enumerated().map { value(items, $1, seed: seed + $0, depth: depth + 1) })
        case "string": return .string(Self.text(node, seed))
        case "integer", "number": return node["minimum"] ?? node["maximum"] ?? .number(String(seed))
        case "boolean": return .bool(seed.isMultiple(of: 2))
        default: return .null
        }
    }

    private func object(_ node: JSONNode, _ given: JSONNode?, seed: Int, depth: Int) -> JSONNode {
        .object(
            (node["properties"]?.members ?? []).map { member in
                .init(key: member.key, value: value(member.value, given?[member.key], seed: seed, depth: depth + 1))
            })
    }

    private static func count(_ node: JSONNode?) -> Int {
        if case .number(let literal)? = node { Int(literal) ?? 0 } else { 0 }
    }

    private static func text(_ node: JSONNode, _ seed: Int) -> String {
        let described = node["description"]?.text?.hasSuffix("(format: uri)") == true ? "uri" : nil
        return switch node["format"]?.text ?? described {
        case "date-time": "2026-01-02T03:04:\(String(format2: seed % 60))Z"
        case "date": "2026-01-\(String(format2: seed % 28 + 1))"
        case "uri": "https://example.com/\(seed)"
        case "uuid": "00000000-0000-4000-8000-0000000000\(String(format2: seed % 100))"
        default: "text \(seed)"
        }
    }
}

extension String {
    /// Two digits.
    fileprivate init(format2 number: Int) { self = number < 10 ? "0\(number)" : "\(number)" }
}
