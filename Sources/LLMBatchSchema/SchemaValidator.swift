package import LLMBatchCore

extension OutputSchema {
    /// Validates a value given as JSON text; returns nothing when it matches.
    ///
    /// A duplicate member is a violation too, because it is ambiguous. The work is bounded: a value that takes far more
    /// steps to validate than it has parts is refused. Of more than a thousand violations, the first are returned.
    public func validate(_ json: [UInt8]) -> [SchemaViolation] {
        do { return validate(try JSONNode(json)) } catch {
            return [SchemaViolation(path: "", reason: "not JSON: \(error)")]
        }
    }

    package func validate(_ value: JSONNode) -> [SchemaViolation] {
        guard let root = rules.root else { return [] }
        var validator = SchemaValidator(rules, value: value)
        validator.check(value, root)
        return validator.violations
    }
}

/// Validates one value against a schema whose keywords are all supported.
struct SchemaValidator {
    private static let mostViolations = 1_000

    let rules: SchemaRules
    private(set) var violations: [SchemaViolation] = []
    /// The place in the value that is being validated.
    var path: [SchemaLocation] = []
    /// True while only the verdict is needed: the first violation ends the validation.
    private(set) var isTrial = false
    var stepsLeft: Int
    /// The steps of patterns, counted separately because they are smaller.
    var patternSteps: Int

    /// Nested alternatives can multiply; a value that needs far more steps than it has parts is refused.
    init(_ rules: SchemaRules, value: JSONNode) {
        self.rules = rules
        let size = value.size
        stepsLeft = min(100_000 + size.parts * max(50, 4 * rules.size), 20_000_000 + 50 * size.parts)
        patternSteps = 20_000_000 + 50 * size.characters
    }

    private init(trialOf other: SchemaValidator) {
        rules = other.rules
        stepsLeft = other.stepsLeft
        patternSteps = other.patternSteps
        isTrial = true
    }

    /// True when further validation cannot change the verdict.
    var isOver: Bool { violations.count >= (isTrial ? 1 : Self.mostViolations) || stepsLeft < 0 }

    mutating func check(_ value: JSONNode, _ rule: SchemaRule) {
        step()
        if isOver { return }
        if let passes = rule.verdict {
            if !passes { fail("nothing is allowed here") }
            return
        }
        if let reference = rule.reference, let target = rules.target(reference) { check(value, target) }
        // Further violations of a value of the wrong type would not help.
        guard hasType(value, rule) else { return }
        values(value, rule)
        choices(value, rule)
        switch value {
        case .object(let members): object(value, members, rule)
        case .array(let elements): array(elements, rule)
        case .string(let text): string(text, rule)
        case .number(let literal): number(JSONNumber(literal), rule)
        case .bool, .null: break
        }
    }

    /// Counts steps; a value that needs too many gets a violation.
    mutating func step(_ count: Int = 1) {
        guard stepsLeft >= 0 else { return }
        stepsLeft -= count
        if stepsLeft < 0 { violations.append(violation("takes too many steps to check")) }
    }

    mutating func fail(_ reason: String) {
        if !isOver { violations.append(violation(reason)) }
    }

    mutating func fail(_ reason: String, at place: SchemaLocation) {
        path.append(place)
        fail(reason)
        path.removeLast()
    }

    private func violation(_ reason: String) -> SchemaViolation {
        SchemaViolation(path: isTrial ? "" : path.reduce("") { $0.pointer($1.text) }, reason: reason)
    }

    mutating func check(_ value: JSONNode, _ rule: SchemaRule, at place: SchemaLocation) {
        path.append(place)
        check(value, rule)
        path.removeLast()
    }

    mutating func fits(_ value: JSONNode, _ rule: SchemaRule) -> Bool {
        var trial = SchemaValidator(trialOf: self)
        trial.check(value, rule)
        patternSteps = trial.patternSteps
        // The steps of a trial count for the value, and so does the limit.
        step(stepsLeft - trial.stepsLeft)
        return trial.violations.isEmpty
    }

    private mutating func hasType(_ value: JSONNode, _ rule: SchemaRule) -> Bool {
        guard let types = rule.types, !types.contains(where: { $0.holds(value) }) else { return true }
        let names = types.map(\.rawValue).joined(separator: " or ")
        fail("expected \(names), found \(JSONType.name(of: value))")
        return false
    }

    private mutating func values(_ value: JSONNode, _ rule: SchemaRule) {
        guard rule.enumeration != nil || rule.constant != nil else { return }
        let isContainer = value.members != nil || value.elements != nil
        let text = isContainer && !rule.comparesContainers ? [] : value.canonical
        if isContainer { step(text.count / 16) }
        if let values = rule.enumeration, !values.contains(text) {
            fail("not one of the \(values.count) allowed values")
        }
        if let only = rule.constant, only != text { fail("not the one allowed value") }
    }

    private mutating func choices(_ value: JSONNode, _ rule: SchemaRule) {
        for part in rule.allOf { check(value, part) }
        if !rule.anyOf.isEmpty, !fitsAny(value, rule.anyOf) { alternatives(value, rule.anyOf) }
        if !rule.oneOf.isEmpty {
            var count = 0
            for part in rule.oneOf where fits(value, part) { count += 1 }
            if count == 0 { alternatives(value, rule.oneOf) }
            if count > 1 { fail("fits \(count) alternatives where it must fit one") }
        }
        if let refused = rule.negated, fits(value, refused) { fail("fits what is ruled out") }
        if let condition = rule.condition, rule.consequence != nil || rule.alternative != nil {
            let then = fits(value, condition) ? rule.consequence : rule.alternative
            if let then { check(value, then) }
        }
    }

    private mutating func fitsAny(_ value: JSONNode, _ parts: [SchemaRule]) -> Bool {
        for part in parts where fits(value, part) { return true }
        return false
    }

    /// Reports the violations of the one alternative that can be meant, if there is exactly one.
    private mutating func alternatives(_ value: JSONNode, _ parts: [SchemaRule]) {
        if isTrial { return fail("fits none of the alternatives") }
        let meant = parts.filter { rules.mayMean($0, value) }
        if meant.count == 1 { check(value, meant[0]) } else { fail("fits none of the alternatives") }
    }
}

/// One step of the path to a value.
enum SchemaLocation {
    case member(String)
    case element(Int)

    var text: String {
        switch self {
        case .member(let key): key
        case .element(let index): String(index)
        }
    }
}

extension SchemaRules {
    /// True when a value has the type of an alternative, and its discriminating members have the values of that alternative.
    func mayMean(_ part: SchemaRule, _ value: JSONNode) -> Bool {
        let rule = resolved(part)
        if let types = rule.types, !types.contains(where: { $0.holds(value) }) { return false }
        for member in value.members ?? [] {
            guard let property = rule.properties[Array(member.key.utf8)], member.value.text != nil else { continue }
            if let only = property.constant, only != member.value.canonical { return false }
            if let values = property.enumeration, !values.contains(member.value.canonical) { return false }
        }
        return true
    }
}

extension JSONNode {
    /// The number of values in this one, itself included, and the bytes of its strings.
    fileprivate var size: (parts: Int, characters: Int) {
        var size = (parts: 0, characters: 0)
        measure(&size)
        return size
    }

    private func measure(_ size: inout (parts: Int, characters: Int)) {
        size.parts += 1
        switch self {
        case .array(let elements): for element in elements { element.measure(&size) }
        case .object(let members):
            for member in members {
                size.characters += member.key.utf8.count
                member.value.measure(&size)
            }
        case .string(let text): size.characters += text.utf8.count
        case .null, .bool, .number: break
        }
    }
}

extension String {
    /// This JSON Pointer, extended by one part. A long name from an answer is shortened.
    func pointer(_ part: String) -> String { "\(self)/\(SchemaReference.escaped(String(part.prefix(100))))" }
}
