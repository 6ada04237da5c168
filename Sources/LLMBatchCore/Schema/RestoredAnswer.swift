extension OutputSchema {
    /// An answer given in the form of a dialect, put back into the schema's own terms: a null that stands for an absent
    /// member goes, a dictionary that had to be a list of keys and values becomes one again.
    package func restored(_ answer: JSONNode, from dialect: SchemaDialect) -> JSONNode {
        switch dialect {
        case .plain, .anthropicTool, .bedrockConverse: answer
        case .openAI, .openAIResponses, .anthropic, .gemini: RestoredAnswer(schema: self).value(answer, root)
        }
    }
}

private struct RestoredAnswer {
    let schema: OutputSchema

    func value(_ value: JSONNode, _ node: JSONNode) -> JSONNode {
        if let target = node["$ref"]?.text.flatMap({ SchemaReference.target($0, in: schema.root) }) {
            return self.value(value, target)
        }
        if let parts = node["anyOf"]?.elements ?? node["oneOf"]?.elements { return either(value, parts) }
        if let parts = node["allOf"]?.elements, parts.count == 1 { return self.value(value, parts[0]) }
        switch value {
        case .object(let members): return object(members, node)
        case .array(let elements):
            if let values = node.dictionaryValues { return dictionary(elements, values) ?? value }
            guard let items = node["items"] else { return value }
            return .array(elements.map { self.value($0, items) })
        default: return value
        }
    }

    private func either(_ value: JSONNode, _ parts: [JSONNode]) -> JSONNode {
        for part in parts {
            let restored = self.value(value, part)
            if fits(restored, part) { return restored }
        }
        let meant = parts.filter { $0["type"]?.text != "null" }
        return meant.count == 1 ? self.value(value, meant[0]) : value
    }

    private func object(_ members: [JSONNode.Member], _ node: JSONNode) -> JSONNode {
        let required = node["required"]?.elements ?? []
        return .object(
            members.compactMap { member in
                guard let property = node["properties"]?[member.key] else {
                    guard let values = node.dictionaryValues else { return member }
                    return JSONNode.Member(key: member.key, value: value(member.value, values))
                }
                if member.value == .null, !required.contains(.string(member.key)), !fits(.null, property) { return nil }
                return JSONNode.Member(key: member.key, value: value(member.value, property))
            })
    }

    /// The dictionary of a list of keys and values; nil when the list is something else.
    private func dictionary(_ elements: [JSONNode], _ values: JSONNode) -> JSONNode? {
        var members: [JSONNode.Member] = []
        for element in elements {
            guard element.members?.count == 2, let key = element["key"]?.text, let found = element["value"] else {
                return nil
            }
            members.append(JSONNode.Member(key: key, value: value(found, values)))
        }
        return .object(members)
    }

    private func fits(_ value: JSONNode, _ node: JSONNode) -> Bool {
        var validator = SchemaValidator(schema: schema, value: value)
        validator.check(value, node, "")
        return validator.violations.isEmpty
    }
}

extension JSONNode {
    /// The schema of the values when this is one of objects with any members.
    var dictionaryValues: JSONNode? {
        guard let values = self["additionalProperties"], values.members != nil,
            self["properties"]?.members?.isEmpty ?? true
        else { return nil }
        return values
    }
}
