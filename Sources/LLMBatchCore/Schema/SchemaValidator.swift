extension OutputSchema {
    /// What is wrong with a value given as JSON text; nothing when it fits.
    ///
    /// A member that stands twice is a violation too, because it says two things.
    public func validate(_ json: [UInt8]) -> [SchemaViolation] {
        do { return validate(try JSONNode(json)) } catch {
            return [SchemaViolation(path: "", reason: "not JSON: \(error)")]
        }
    }

    package func validate(_ value: JSONNode) -> [SchemaViolation] {
        var validator = SchemaValidator(schema: self, value: value)
        validator.check(value, root, "")
        return validator.violations
    }
}

/// Checks one value against a schema whose keywords are all understood.
struct SchemaValidator {
    let schema: OutputSchema
    private(set) var violations: [SchemaViolation] = []
    /// True while it is only asked whether a value fits: the first violation ends it.
    private var isTrial = false
    private var stepsLeft: Int

    /// Alternatives within alternatives can multiply; a value that needs far more steps than it has parts is refused.
    init(schema: OutputSchema, value: JSONNode) {
        self.schema = schema
        stepsLeft = 100_000 + 50 * value.partCount
    }

    private init(trialOf other: SchemaValidator) {
        schema = other.schema
        stepsLeft = other.stepsLeft
        isTrial = true
    }

    mutating func check(_ value: JSONNode, _ node: JSONNode, _ path: String) {
        stepsLeft -= 1
        if stepsLeft < 0 {
            if violations.last?.reason != Self.tooMuch { fail(path, Self.tooMuch) }
            return
        }
        if isTrial, !violations.isEmpty { return }
        if case .bool(let passes) = node {
            if !passes { fail(path, "nothing is allowed here") }
            return
        }
        if let reference = node["$ref"]?.text, let target = SchemaReference.target(reference, in: schema.root) {
            check(value, target, path)
        }
        // Of a value of another type, nothing more can be said that helps.
        guard hasType(value, node, path) else { return }
        choices(value, node, path)
        switch value {
        case .object(let members): object(value, members, node, path)
        case .array(let elements): array(elements, node, path)
        case .string(let text): string(text, node, path)
        case .number(let literal): number(JSONNumber(literal), node, path)
        case .bool, .null: break
        }
    }

    private static let tooMuch = "takes too many steps to check"

    private mutating func fail(_ path: String, _ reason: String) {
        violations.append(SchemaViolation(path: path, reason: reason))
    }

    private mutating func fits(_ value: JSONNode, _ node: JSONNode) -> Bool {
        var trial = SchemaValidator(trialOf: self)
        trial.check(value, node, "")
        stepsLeft = trial.stepsLeft
        return trial.violations.isEmpty
    }

    private mutating func hasType(_ value: JSONNode, _ node: JSONNode, _ path: String) -> Bool {
        guard let type = node["type"] else { return true }
        let names = type.text.map { [$0] } ?? type.elements?.compactMap(\.text) ?? []
        if names.contains(where: { JSONType(rawValue: $0)?.holds(value) ?? false }) { return true }
        fail(path, "expected \(names.joined(separator: " or ")), found \(JSONType.name(of: value))")
        return false
    }

    private mutating func choices(_ value: JSONNode, _ node: JSONNode, _ path: String) {
        if let values = node["enum"]?.elements, !values.contains(where: { $0.isSameValue(as: value) }) {
            fail(path, "not one of the \(values.count) allowed values")
        }
        if let only = node["const"], !only.isSameValue(as: value) { fail(path, "not the one allowed value") }
        for part in node["allOf"]?.elements ?? [] { check(value, part, path) }
        if let parts = node["anyOf"]?.elements, !fitsAny(value, parts) { alternatives(value, parts, path) }
        if let parts = node["oneOf"]?.elements {
            var count = 0
            for part in parts where fits(value, part) { count += 1 }
            if count == 0 { alternatives(value, parts, path) }
            if count > 1 { fail(path, "fits \(count) alternatives where it must fit one") }
        }
        if let refused = node["not"], fits(value, refused) { fail(path, "fits what is ruled out") }
    }

    private mutating func fitsAny(_ value: JSONNode, _ parts: [JSONNode]) -> Bool {
        for part in parts where fits(value, part) { return true }
        return false
    }

    /// Says what is wrong by the one alternative that can be meant, if only one can.
    private mutating func alternatives(_ value: JSONNode, _ parts: [JSONNode], _ path: String) {
        if isTrial { return fail(path, "fits none of the alternatives") }
        let meant = parts.filter { part in
            let resolved = part["$ref"]?.text.flatMap { SchemaReference.target($0, in: schema.root) } ?? part
            guard let type = resolved["type"]?.text.flatMap(JSONType.init(rawValue:)) else { return true }
            return type.holds(value)
        }
        if meant.count == 1 { check(value, meant[0], path) } else { fail(path, "fits none of the alternatives") }
    }

    // MARK: - By type

    private mutating func object(
        _ value: JSONNode, _ members: [JSONNode.Member], _ node: JSONNode, _ path: String
    ) {
        let properties = node["properties"]
        for name in node["required"]?.elements?.compactMap(\.text) ?? [] where value[name] == nil {
            fail(path.pointer(name), "is missing")
        }
        if let least = node["minProperties"]?.count, members.count < least { fail(path, "fewer than \(least) members") }
        if let most = node["maxProperties"]?.count, members.count > most { fail(path, "more than \(most) members") }
        var seen: Set<[UInt8]> = []
        for member in members {
            let place = path.pointer(member.key)
            if !seen.insert(Array(member.key.utf8)).inserted { fail(place, "stands twice") }
            if let names = node["propertyNames"], !fits(.string(member.key), names) {
                fail(place, "is no allowed name")
            }
            if let property = properties?[member.key] {
                check(member.value, property, place)
            } else if let others = node["additionalProperties"] {
                if others == .bool(false) {
                    fail(place, "is no known member")
                } else {
                    check(member.value, others, place)
                }
            }
        }
    }

    private mutating func array(_ elements: [JSONNode], _ node: JSONNode, _ path: String) {
        if let least = node["minItems"]?.count, elements.count < least { fail(path, "fewer than \(least) elements") }
        if let most = node["maxItems"]?.count, elements.count > most { fail(path, "more than \(most) elements") }
        if node["uniqueItems"] == .bool(true) {
            for (index, element) in elements.enumerated()
            where elements[..<index].contains(where: { $0.isSameValue(as: element) }) {
                fail(path.pointer(String(index)), "stands in the array already")
            }
        }
        let prefix = node["prefixItems"]?.elements ?? []
        for (index, element) in elements.enumerated() {
            if index < prefix.count {
                check(element, prefix[index], path.pointer(String(index)))
            } else if let items = node["items"] {
                check(element, items, path.pointer(String(index)))
            }
        }
    }

    private mutating func string(_ text: String, _ node: JSONNode, _ path: String) {
        if node["minLength"] != nil || node["maxLength"] != nil {
            let length = text.unicodeScalars.count
            if let least = node["minLength"]?.count, length < least { fail(path, "shorter than \(least) characters") }
            if let most = node["maxLength"]?.count, length > most { fail(path, "longer than \(most) characters") }
        }
        if let pattern = node["pattern"]?.text, !schema.patterns.matches(pattern, text) {
            fail(path, "does not match the pattern")
        }
        if let name = node["format"]?.text, let format = SchemaFormat(rawValue: name), !format.holds(text) {
            fail(path, "is no \(name)")
        }
    }

    private mutating func number(_ value: JSONNumber, _ node: JSONNode, _ path: String) {
        if let (literal, bound) = node.bound("minimum"), value < bound { fail(path, "below \(literal)") }
        if let (literal, bound) = node.bound("maximum"), bound < value { fail(path, "above \(literal)") }
        if let (literal, bound) = node.bound("exclusiveMinimum"), !(bound < value) {
            fail(path, "not above \(literal)")
        }
        if let (literal, bound) = node.bound("exclusiveMaximum"), !(value < bound) {
            fail(path, "not below \(literal)")
        }
        if let (literal, step) = node.bound("multipleOf"), !value.isMultiple(of: step) {
            fail(path, "no multiple of \(literal)")
        }
    }
}

extension JSONNode {
    /// How many values this one is made of, itself included.
    fileprivate var partCount: Int {
        switch self {
        case .array(let elements): elements.reduce(1) { $0 + $1.partCount }
        case .object(let members): members.reduce(1) { $0 + $1.value.partCount }
        default: 1
        }
    }

    fileprivate var count: Int? {
        if case .number(let literal) = self { Int(literal) } else { nil }
    }

    fileprivate func bound(_ keyword: String) -> (String, JSONNumber)? {
        if case .number(let literal)? = self[keyword] { (literal, JSONNumber(literal)) } else { nil }
    }
}

extension String {
    /// This JSON Pointer, one part longer. A name out of an answer is cut where it is long.
    func pointer(_ part: String) -> String { "\(self)/\(SchemaReference.escaped(String(part.prefix(100))))" }
}
