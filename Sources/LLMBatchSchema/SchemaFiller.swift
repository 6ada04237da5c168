package import LLMBatchCore

/// Generates a value for a schema: one element of `rows` for each row, sharing values with the row.
///
/// For providers that answer without a model: `offline`, and simulators.
package struct SchemaFiller {
    private let root: JSONNode
    private let rows: [JSONNode]

    /// - Parameters:
    ///   - schema: the schema of the whole answer.
    ///   - rows: the rows of the request, each with its `row_id`.
    package init(root schema: JSONNode, rows: [JSONNode]) {
        root = schema
        self.rows = rows
    }

    /// An answer to the whole schema.
    package var whole: JSONNode {
        guard let element = root["properties"]?["rows"]?["items"] else { return value(root, nil, seed: 1, depth: 0) }
        return .object([.init(key: "rows", value: .array(rows.map { row($0, element) }))])
    }

    /// An answer to the whole schema, and why it does not match if no matching one could be generated.
    package var made: (value: JSONNode, problem: SchemaViolation?) {
        let value = whole
        guard let schema = try? OutputSchema(root: root, isStored: true) else { return (value, nil) }
        return (value, schema.validate(value).first)
    }

    private func row(_ row: JSONNode, _ schema: JSONNode) -> JSONNode {
        guard case .number(let literal)? = row["row_id"] else { return .null }
        return value(schema, row, seed: abs(Int(literal) ?? 0) % 1_000_000, depth: 0)
    }

    private func value(_ node: JSONNode, _ given: JSONNode?, seed: Int, depth: Int) -> JSONNode {
        guard depth < SchemaCheck.maximumDepth else { return .null }
        if let target = node["$ref"]?.text.flatMap({ SchemaReference.target($0, in: root) }) {
            return value(target, given, seed: seed, depth: depth + 1)
        }
        if let constant = node["const"] { return constant }
        if let choices = node["enum"]?.elements, !choices.isEmpty {
            return choices.first { $0 == given } ?? choices[seed % choices.count]
        }
        if let parts = node["allOf"]?.elements {
            return value(merged(node, parts, depth), given, seed: seed, depth: depth + 1)
        }
        if let parts = node["anyOf"]?.elements ?? node["oneOf"]?.elements, !parts.isEmpty {
            // Deep nesting ends with the simplest alternative; otherwise it might never end.
            let ending = parts.first { $0["type"]?.text == "null" }
            var part = depth > 4 ? ending ?? parts[0] : parts[0]
            if node["properties"] != nil { part = merged(node, [part], depth) }
            return value(part, given, seed: seed, depth: depth + 1)
        }
        let types = node["type"]?.elements?.compactMap(\.text) ?? node["type"]?.text.map { [$0] } ?? Self.implied(node)
        let type = depth > 6 && types.contains("null") ? "null" : types.first ?? "null"
        return value(of: type, node, given, seed: seed, depth: depth)
    }

    /// The type that the keywords of a schema without a type apply to.
    private static func implied(_ node: JSONNode) -> [String] {
        if node["properties"] != nil || node["required"] != nil { return ["object"] }
        if node["items"] != nil || node["prefixItems"] != nil { return ["array"] }
        if ["pattern", "format", "minLength", "maxLength"].contains(where: { node[$0] != nil }) { return ["string"] }
        if ["minimum", "maximum", "multipleOf", "exclusiveMinimum"].contains(where: { node[$0] != nil }) {
            return ["number"]
        }
        return []
    }

    /// Merges schemas of the same value into one, as far as their keywords differ.
    private func merged(_ node: JSONNode, _ parts: [JSONNode], _ depth: Int) -> JSONNode {
        var whole = node
        for keyword in ["allOf", "anyOf", "oneOf"] { whole[keyword] = nil }
        for part in parts {
            let part = part["$ref"]?.text.flatMap { SchemaReference.target($0, in: root) } ?? part
            for member in part.members ?? [] {
                switch (member.key, whole[member.key], member.value) {
                case ("properties", .object(let own)?, .object(let other)):
                    var properties = JSONNode.object(own)
                    for property in other { properties[property.key] = property.value }
                    whole["properties"] = properties
                case ("required", .array(let own)?, .array(let other)): whole["required"] = .array(own + other)
                default: whole[member.key] = member.value
                }
            }
        }
        return whole
    }

    private func value(of type: String, _ node: JSONNode, _ given: JSONNode?, seed: Int, depth: Int) -> JSONNode {
        switch (type, given) {
        case ("string", .string(let text)?) where MadeText.fits(text, node): return .string(text)
        case ("boolean", .bool(let value)?): return .bool(value)
        case ("number", .number(let literal)?) where MadeNumber.fits(literal, node, isWhole: false):
            return .number(literal)
        case ("integer", .number(let literal)?) where MadeNumber.fits(literal, node, isWhole: true):
            return .number(literal)
        default: break
        }
        switch type {
        case "object": return object(node, given, seed: seed, depth: depth)
        case "array": return array(node, given, seed: seed, depth: depth)
        case "string": return .string(MadeText.text(node, seed: seed, plain: "text \(seed)"))
        case "integer", "number": return MadeNumber.number(node, isWhole: type == "integer", seed: seed)
        case "boolean": return .bool(seed.isMultiple(of: 2))
        default: return .null
        }
    }

    private func array(_ node: JSONNode, _ given: JSONNode?, seed: Int, depth: Int) -> JSONNode {
        let prefix = node["prefixItems"]?.elements ?? []
        let least = min(
            max(node["minItems"]?.count ?? 0, node["contains"] == nil ? 0 : node["minContains"]?.count ?? 1), 10_000)
        let most = node["maxItems"]?.count ?? .max
        let items = node["items"] ?? node["contains"]
        let open = depth > 6 || items?.members == nil ? 0 : seed % 3
        let count = min(most, given?.elements?.count ?? max(open, prefix.count))
        var values: [JSONNode] = []
        var seen: Set<[UInt8]> = []
        let isUnique = node["uniqueItems"] == .bool(true)
        for index in 0..<max(least, count) {
            let schema = index < prefix.count ? prefix[index] : node["contains"] ?? items ?? [:]
            let model = given?.elements.flatMap { index < $0.count ? $0[index] : nil }
            var made = value(schema, model, seed: seed + index, depth: depth + 1)
            for other in 1..<50 where isUnique && seen.contains(made.canonical) {
                made = value(schema, nil, seed: seed + index + other, depth: depth + 1)
            }
            if isUnique, !seen.insert(made.canonical).inserted { break }
            values.append(made)
        }
        return .array(values)
    }

    private func object(_ node: JSONNode, _ given: JSONNode?, seed: Int, depth: Int) -> JSONNode {
        let required = node["required"]?.elements ?? []
        var members: [JSONNode.Member] = []
        for member in node["properties"]?.members ?? [] {
            // A recursion through optional members would never end.
            if depth > 8, !required.contains(.string(member.key)) { continue }
            members.append(
                .init(key: member.key, value: value(member.value, given?[member.key], seed: seed, depth: depth + 1)))
        }
        for name in required.compactMap(\.text) where !members.contains(where: { $0.key.hasSameBytes(as: name) }) {
            members.append(
                .init(
                    key: name,
                    value: value(node["additionalProperties"] ?? [:], given?[name], seed: seed, depth: depth + 1)))
        }
        let least = min(node["minProperties"]?.count ?? 0, 1_000)
        var number = 0
        while members.count < least, number < 2 * least + 50 {
            let pattern = node["patternProperties"]?.members?.first
            let rule = pattern?.value ?? node["additionalProperties"] ?? [:]
            var names = node["propertyNames"] ?? [:]
            if let pattern { names["pattern"] = .string(pattern.key) }
            let name =
                names["enum"]?.elements.flatMap { $0[number % $0.count].text }
                ?? MadeText.text(names, seed: seed + number, plain: "key\(number)")
            number += 1
            if members.contains(where: { $0.key.hasSameBytes(as: name) }) { continue }
            members.append(.init(key: name, value: value(rule, nil, seed: seed + number, depth: depth + 1)))
        }
        return .object(members)
    }
}
