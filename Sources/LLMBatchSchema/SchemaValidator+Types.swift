import LLMBatchCore

extension SchemaValidator {
    mutating func object(_ value: JSONNode, _ members: [JSONNode.Member], _ rule: SchemaRule) {
        var found: [[UInt8]: Int] = [:]
        found.reserveCapacity(members.count)
        for (index, member) in members.enumerated()
        where found.updateValue(index, forKey: Array(member.key.utf8)) != nil {
            fail("appears twice", at: .member(member.key))
        }
        step(rule.required.count / 8)
        for name in rule.required where found[Array(name.utf8)] == nil { fail("is missing", at: .member(name)) }
        if let least = rule.minProperties, members.count < least { fail("fewer than \(least) members") }
        if let most = rule.maxProperties, members.count > most { fail("more than \(most) members") }
        for (name, needed) in rule.dependentRequired where found[Array(name.utf8)] != nil {
            for other in needed where found[Array(other.utf8)] == nil {
                fail("is missing, as \(name) is there", at: .member(other))
            }
        }
        for (name, dependent) in rule.dependentSchemas where found[Array(name.utf8)] != nil { check(value, dependent) }
        for member in members {
            if isOver { return }
            self.member(member, rule)
        }
        if let others = rule.unevaluated { unevaluated(value, members, others, rule) }
    }

    private mutating func member(_ member: JSONNode.Member, _ rule: SchemaRule) {
        let place = SchemaLocation.member(member.key)
        if let names = rule.names, !fits(.string(member.key), names) { fail("is not an allowed name", at: place) }
        var isKnown = false
        if let property = rule.properties[Array(member.key.utf8)] {
            isKnown = true
            check(member.value, property, at: place)
        }
        for (pattern, patterned) in rule.patterned where matches(pattern, member.key) {
            isKnown = true
            check(member.value, patterned, at: place)
        }
        guard !isKnown, let others = rule.additional else { return }
        if others.verdict == false {
            fail("is not a known member", at: place)
        } else {
            check(member.value, others, at: place)
        }
    }

    /// Members that neither this schema nor one beside it describes.
    private mutating func unevaluated(
        _ value: JSONNode, _ members: [JSONNode.Member], _ others: SchemaRule, _ rule: SchemaRule
    ) {
        for member in members where !evaluates(member.key, value, rule, depth: 0) {
            if others.verdict == false {
                fail("is not a known member", at: .member(member.key))
            } else {
                check(member.value, others, at: .member(member.key))
            }
        }
    }

    private mutating func evaluates(_ name: String, _ value: JSONNode, _ rule: SchemaRule, depth: Int) -> Bool {
        step()
        guard depth < SchemaCheck.maximumDepth, stepsLeft > 0 else { return true }
        if rule.additional != nil || depth > 0 && rule.unevaluated != nil { return true }
        if rule.properties[Array(name.utf8)] != nil { return true }
        for (pattern, _) in rule.patterned where matches(pattern, name) { return true }
        if let target = rule.reference.flatMap(rules.target), evaluates(name, value, target, depth: depth + 1) {
            return true
        }
        for part in rule.allOf where evaluates(name, value, part, depth: depth + 1) { return true }
        for part in rule.anyOf + rule.oneOf + (rule.condition.map { [$0] } ?? [])
        where fits(value, part) && evaluates(name, value, part, depth: depth + 1) {
            return true
        }
        for (key, dependent) in rule.dependentSchemas
        where value[key] != nil && evaluates(name, value, dependent, depth: depth + 1) {
            return true
        }
        guard let condition = rule.condition else { return false }
        let then = fits(value, condition) ? rule.consequence : rule.alternative
        return then.map { evaluates(name, value, $0, depth: depth + 1) } ?? false
    }

    mutating func array(_ elements: [JSONNode], _ rule: SchemaRule) {
        if let least = rule.minItems, elements.count < least { fail("fewer than \(least) elements") }
        if let most = rule.maxItems, elements.count > most { fail("more than \(most) elements") }
        if rule.hasUniqueItems { unique(elements) }
        contained(elements, rule)
        guard !rule.prefix.isEmpty || rule.items != nil else { return }
        for (index, element) in elements.enumerated() {
            if isOver { return }
            if index < rule.prefix.count {
                check(element, rule.prefix[index], at: .element(index))
            } else if let items = rule.items {
                check(element, items, at: .element(index))
            } else {
                return
            }
        }
    }

    private mutating func unique(_ elements: [JSONNode]) {
        var seen: Set<[UInt8]> = []
        seen.reserveCapacity(elements.count)
        for (index, element) in elements.enumerated() {
            let text = element.canonical
            step(1 + text.count / 64)
            if isOver { return }
            if !seen.insert(text).inserted { fail("stands in the array already", at: .element(index)) }
        }
    }

    private mutating func contained(_ elements: [JSONNode], _ rule: SchemaRule) {
        guard let contained = rule.contained else { return }
        var count = 0
        for element in elements where fits(element, contained) { count += 1 }
        let least = rule.minContains ?? 1
        if count < least { fail("fewer than \(least) of the elements that it must contain") }
        if let most = rule.maxContains, count > most { fail("more than \(most) of the elements that it may contain") }
    }

    mutating func string(_ text: String, _ rule: SchemaRule) {
        if rule.minLength != nil || rule.maxLength != nil {
            let length = text.unicodeScalars.count
            if let least = rule.minLength, length < least { fail("shorter than \(least) characters") }
            if let most = rule.maxLength, length > most { fail("longer than \(most) characters") }
        }
        if let pattern = rule.pattern, !matches(pattern, text) { fail("does not match the pattern") }
        if let (name, format) = rule.format, !format.holds(text) { fail("is not a valid \(name)") }
    }

    /// A pattern that takes too many steps ends the validation.
    private mutating func matches(_ pattern: SchemaPattern, _ text: String) -> Bool {
        do throws(PatternTooSlow) { return try pattern.matches(text, steps: &patternSteps) } catch {
            step(stepsLeft + 1)
            return true
        }
    }

    mutating func number(_ value: JSONNumber, _ rule: SchemaRule) {
        if let bound = rule.minimum, value < bound.number { fail("below \(bound.literal)") }
        if let bound = rule.maximum, bound.number < value { fail("above \(bound.literal)") }
        if let bound = rule.exclusiveMinimum, !(bound.number < value) { fail("not above \(bound.literal)") }
        if let bound = rule.exclusiveMaximum, !(value < bound.number) { fail("not below \(bound.literal)") }
        if let step = rule.multipleOf, !value.isMultiple(of: step.number) { fail("not a multiple of \(step.literal)") }
    }
}
