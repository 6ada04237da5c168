import LLMBatchCore

/// Writes a schema without references, for services that do not support them.
struct InlinedForm {
    let service: String
    let root: JSONNode

    func document() throws(LLMBatchError) -> JSONNode {
        var document = try node(root, "", [])
        for keyword in ["$defs", "$schema", "$id", "$comment"] { document[keyword] = nil }
        return document
    }

    private func node(_ node: JSONNode, _ path: String, _ open: Set<String>) throws(LLMBatchError) -> JSONNode {
        guard var members = node.members else { return node }
        var open = open
        if let reference = node["$ref"]?.text {
            guard open.insert(reference).inserted, let target = SchemaReference.target(reference, in: root) else {
                throw .schema(
                    "\(service) does not support the schema at \(path.isEmpty ? "the root" : path): it is recursive",
                    remedy: "Use the plain or the openai dialect, or bound the nesting")
            }
            // Keywords beside the reference constrain the same value; a description replaces the target's.
            let beside = members.filter { $0.key != "$ref" && $0.key != "description" }
            guard beside.isEmpty else {
                return try self.node(
                    .object(beside + [.init(key: "allOf", value: [["$ref": .string(reference)]])]), path,
                    open.subtracting([reference]))
            }
            var whole = target
            if let description = node["description"] { whole["description"] = description }
            return try self.node(whole, path, open)
        }
        for index in members.indices {
            let place = "\(path)/\(members[index].key)"
            switch SchemaKeyword(rawValue: members[index].key) {
            case .defs: continue
            case let keyword?: members[index].value = try value(members[index].value, keyword.kind, place, open)
            case nil: continue
            }
        }
        return .object(members)
    }

    private func value(
        _ value: JSONNode, _ kind: SchemaKeyword.Kind, _ path: String, _ open: Set<String>
    ) throws(LLMBatchError) -> JSONNode {
        switch kind {
        case .schema: return try node(value, path, open)
        case .schemas:
            var parts: [JSONNode] = []
            for part in value.elements ?? [] { parts.append(try node(part, path, open)) }
            return .array(parts)
        case .namedSchemas:
            var named: [JSONNode.Member] = []
            for member in value.members ?? [] {
                named.append(.init(key: member.key, value: try node(member.value, "\(path)/\(member.key)", open)))
            }
            return .object(named)
        case .namedLists, .number, .count, .flag, .text, .list, .types, .anything: return value
        }
    }
}
