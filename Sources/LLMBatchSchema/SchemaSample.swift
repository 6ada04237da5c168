import LLMBatchCore

/// The simplest value that a schema allows, as far as its keywords determine one.
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
            guard let items = node["items"], let least = node["minItems"]?.count else { return [] }
            return .array(Array(repeating: value(items, depth + 1), count: min(least, 100)))
        case "string": return .string(MadeText.text(node, seed: 1, plain: "a"))
        case "integer", "number":
            return MadeNumber.number(node, isWhole: node["type"]?.text == "integer", seed: 1)
        case "boolean": return true
        default: return .null
        }
    }

    private func object(_ node: JSONNode, _ depth: Int) -> JSONNode {
        let names = node["required"]?.elements?.compactMap(\.text) ?? []
        return .object(
            names.map { JSONNode.Member(key: $0, value: value(node["properties"]?[$0] ?? [:], depth + 1)) })
    }
}
