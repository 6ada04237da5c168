package import LLMBatchCore

extension OutputSchema {
    /// Converts an answer in a dialect's form back to the schema's own: a null for an absent member is removed, and a
    /// dictionary that had to be a list of keys and values becomes a dictionary again.
    package func restored(_ answer: JSONNode, from dialect: SchemaDialect) -> JSONNode {
        switch dialect {
        case .plain, .anthropicTool, .bedrockConverse: answer
        case .openAI, .openAIResponses, .anthropic, .gemini: RestoredAnswer.whole(answer, rules)
        }
    }
}

private struct RestoredAnswer {
    private var validator: SchemaValidator

    static func whole(_ answer: JSONNode, _ rules: SchemaRules) -> JSONNode {
        guard let root = rules.root else { return answer }
        // The same bound on steps as the validator's, since nested alternatives multiply here too.
        var restored = RestoredAnswer(validator: SchemaValidator(rules, value: answer))
        return restored.value(answer, root)
    }

    private mutating func value(_ value: JSONNode, _ rule: SchemaRule) -> JSONNode {
        validator.step()
        if validator.isOver { return value }
        if let target = rule.reference.flatMap(validator.rules.target) { return self.value(value, target) }
        let parts = rule.anyOf.isEmpty ? rule.oneOf : rule.anyOf
        if !parts.isEmpty { return either(value, parts) }
        if rule.allOf.count == 1 { return self.value(value, rule.allOf[0]) }
        switch value {
        case .object(let members): return object(members, rule)
        case .array(let elements):
            if let values = rule.dictionaryValues { return dictionary(elements, values) ?? value }
            guard let items = rule.items else { return value }
            return .array(elements.map { self.value($0, items) })
        default: return value
        }
    }

    private mutating func either(_ value: JSONNode, _ parts: [SchemaRule]) -> JSONNode {
        let meant = parts.filter { couldMean($0, value) }
        for part in meant {
            let restored = self.value(value, part)
            if validator.fits(restored, part) { return restored }
        }
        return meant.count == 1 ? self.value(value, meant[0]) : value
    }

    /// Only a dictionary has changed its type: it arrives as a list.
    private func couldMean(_ part: SchemaRule, _ value: JSONNode) -> Bool {
        let rule = validator.rules.resolved(part)
        return value.elements != nil && rule.dictionaryValues != nil || validator.rules.mayMean(rule, value)
    }

    private mutating func object(_ members: [JSONNode.Member], _ rule: SchemaRule) -> JSONNode {
        let required = Set(rule.required.map { Array($0.utf8) })
        var kept: [JSONNode.Member] = []
        for member in members {
            guard let property = rule.properties[Array(member.key.utf8)] else {
                let values = rule.dictionaryValues
                kept.append(.init(key: member.key, value: values.map { value(member.value, $0) } ?? member.value))
                continue
            }
            if member.value == .null, !required.contains(Array(member.key.utf8)), !validator.fits(.null, property) {
                continue
            }
            kept.append(.init(key: member.key, value: value(member.value, property)))
        }
        return .object(kept)
    }

    /// The dictionary of a list of keys and values; nil when the list is something else.
    private mutating func dictionary(_ elements: [JSONNode], _ values: SchemaRule) -> JSONNode? {
        var members: [JSONNode.Member] = []
        for element in elements {
            guard element.members?.count == 2, let key = element["key"]?.text, let found = element["value"] else {
                return nil
            }
            members.append(JSONNode.Member(key: key, value: value(found, values)))
        }
        return .object(members)
    }
}

extension JSONNode {
    /// The schema of the values, for an object with arbitrary members.
    var dictionaryValues: JSONNode? {
        guard let values = self["additionalProperties"], values.members != nil,
            self["properties"]?.members?.isEmpty ?? true, self["patternProperties"] == nil
        else { return nil }
        return values
    }
}
