/// The simplest value that a schema allows, as far as its keywords say one.
struct SchemaSample {
    private let root: JSONNode

    init(_ root: JSONNode) { self.root = root }

    func value() -> JSONNode { value(root, 0) }

    private func value(_ node: JSONNode, _ depth: Int) -> JSONNode {
        guard depth < SchemaCheck.maximumDepth else { return .null }
        if let given = node["examples"]?.elements?.first ?? node["const"] ?? node["enum"]?.elements?.first {
            return given
        }
        if let target = node["$ref"]?.text.flatMap({ SchemaReference.target($0, in: root) }) {
            return value(target, depth + 1)
        }
        for keyword in ["anyOf", "oneOf", "allOf"] {
            if let first = node[keyword]?.elements?.first { return value(first, depth + 1) }
        }
        switch node["type"]?.text ?? node["type"]?.elements?.first?.text {
        case "object": return object(node, depth)
        case "array":
            guard let items = node["items"], case .number(let least)? = node["minItems"] else { return [] }
            return .array(Array(repeating: value(items, depth + 1), count: min(Int(least) ?? 0, 100)))
        case "string": return .string(text(node))
        case "integer", "number": return node["minimum"] ?? node["maximum"] ?? 1
        case "boolean": return true
        default: return .null
        }
    }

    private func object(_ node: JSONNode, _ depth: Int) -> JSONNode {
        let names = node["required"]?.elements?.compactMap(\.text) ?? []
        return .object(
            names.map { JSONNode.Member(key: $0, value: value(node["properties"]?[$0] ?? [:], depth + 1)) })
    }

    private func text(_ node: JSONNode) -> String {
        switch node["format"]?.text.flatMap(SchemaFormat.init(rawValue:)) {
        case .dateTime: "1970-01-01T00:00:00Z"
        case .date: "1970-01-01"
        case .time: "00:00:00Z"
        case .duration: "PT1S"
        case .email: "a@example.com"
        case .hostname: "example.com"
        case .uri: "https://example.com"
        case .ipv4: "127.0.0.1"
        case .ipv6: "::1"
        case .uuid: "00000000-0000-4000-8000-000000000000"
        case nil:
            if case .number(let least)? = node["minLength"] {
                String(repeating: "a", count: min(max(Int(least) ?? 1, 1), 1000))
            } else {
                "a"
            }
        }
    }
}
