import LLMBatchCore

/// A compiled schema: its keywords are read once, its names and values are in tables.
final class SchemaRule: Sendable {
    /// A numeric bound, with its text.
    struct Bound: Sendable {
        let literal: String
        let number: JSONNumber

        init?(_ node: JSONNode?) {
            guard let literal = node?.literal else { return nil }
            self.literal = literal
            number = JSONNumber(literal)
        }
    }

    /// A schema that is `true` or `false`.
    let verdict: Bool?
    let types: [JSONType]?
    /// The values of `enum`, in canonical form.
    let enumeration: Set<[UInt8]>?
    let constant: [UInt8]?
    /// True when `enum` or `const` contains a list or an object, which must then be compared.
    let comparesContainers: Bool
    /// The reference as written; ``SchemaRules`` has its target.
    let reference: String?
    let allOf, anyOf, oneOf: [SchemaRule]
    let negated, condition, consequence, alternative: SchemaRule?
    // Objects.
    let properties: [[UInt8]: SchemaRule]
    let required: [String]
    let patterned: [(pattern: SchemaPattern, rule: SchemaRule)]
    let additional, names, unevaluated: SchemaRule?
    let minProperties, maxProperties: Int?
    let dependentRequired: [(name: String, needed: [String])]
    let dependentSchemas: [(name: String, rule: SchemaRule)]
    // Arrays.
    let prefix: [SchemaRule]
    let items, contained: SchemaRule?
    let minContains, maxContains, minItems, maxItems: Int?
    let hasUniqueItems: Bool
    // Strings.
    let minLength, maxLength: Int?
    let pattern: SchemaPattern?
    let format: (name: String, format: SchemaFormat)?
    // Numbers.
    let minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf: Bound?

    fileprivate init(_ node: JSONNode, _ rules: inout SchemaRules) {
        rules.count += 1
        verdict = if case .bool(let passes) = node { passes } else { nil }
        types = (node["type"]?.text.map { [$0] } ?? node["type"]?.elements?.compactMap(\.text))?
            .compactMap(JSONType.init(rawValue:))
        let (values, only) = (node["enum"]?.elements, node["const"])
        enumeration = values.map { Set($0.map(\.canonical)) }
        constant = only?.canonical
        comparesContainers = ((values ?? []) + (only.map { [$0] } ?? [])).contains {
            $0.members != nil || $0.elements != nil
        }
        reference = node["$ref"]?.text
        allOf = rules.list(node["allOf"])
        anyOf = rules.list(node["anyOf"])
        oneOf = rules.list(node["oneOf"])
        negated = rules.rule(node["not"])
        condition = rules.rule(node["if"])
        consequence = rules.rule(node["then"])
        alternative = rules.rule(node["else"])
        var properties: [[UInt8]: SchemaRule] = [:]
        for member in node["properties"]?.members ?? [] {
            properties[Array(member.key.utf8)] = SchemaRule(member.value, &rules)
        }
        self.properties = properties
        required = node["required"]?.elements?.compactMap(\.text) ?? []
        var patterned: [(SchemaPattern, SchemaRule)] = []
        for member in node["patternProperties"]?.members ?? [] {
            guard let pattern = rules.patterns[member.key] else { continue }
            patterned.append((pattern, SchemaRule(member.value, &rules)))
        }
        self.patterned = patterned
        additional = rules.rule(node["additionalProperties"])
        names = rules.rule(node["propertyNames"])
        unevaluated = rules.rule(node["unevaluatedProperties"])
        minProperties = node["minProperties"]?.count
        maxProperties = node["maxProperties"]?.count
        dependentRequired = (node["dependentRequired"]?.members ?? []).map {
            ($0.key, $0.value.elements?.compactMap(\.text) ?? [])
        }
        var dependent: [(String, SchemaRule)] = []
        for member in node["dependentSchemas"]?.members ?? [] {
            dependent.append((member.key, SchemaRule(member.value, &rules)))
        }
        dependentSchemas = dependent
        prefix = rules.list(node["prefixItems"])
        items = rules.rule(node["items"])
        contained = rules.rule(node["contains"])
        minContains = node["minContains"]?.count
        maxContains = node["maxContains"]?.count
        minItems = node["minItems"]?.count
        maxItems = node["maxItems"]?.count
        hasUniqueItems = node["uniqueItems"] == .bool(true)
        minLength = node["minLength"]?.count
        maxLength = node["maxLength"]?.count
        pattern = node["pattern"]?.text.flatMap { rules.patterns[$0] }
        format = node["format"]?.text.flatMap { name in SchemaFormat(named: name).map { (name, $0) } }
        minimum = Bound(node["minimum"])
        maximum = Bound(node["maximum"])
        exclusiveMinimum = Bound(node["exclusiveMinimum"])
        exclusiveMaximum = Bound(node["exclusiveMaximum"])
        multipleOf = Bound(node["multipleOf"])
    }

    /// The rule of the values, for an object with arbitrary members.
    var dictionaryValues: SchemaRule? {
        guard let additional, additional.verdict == nil, properties.isEmpty, patterned.isEmpty else { return nil }
        return additional
    }
}

/// The rules of a whole document.
struct SchemaRules: Sendable {
    /// The compiled patterns, by their text.
    fileprivate let patterns: [String: SchemaPattern]
    /// The definitions, by the bytes of their names.
    private var targets: [[UInt8]: SchemaRule] = [:]
    fileprivate var count = 0
    private var top: SchemaRule?

    /// - Parameters:
    ///   - root: a schema that has been checked.
    ///   - patterns: all patterns in it.
    init(_ root: JSONNode, patterns: [String: SchemaPattern]) {
        self.patterns = patterns
        top = SchemaRule(root, &self)
        for member in root["$defs"]?.members ?? [] {
            targets[Array(member.key.utf8)] = SchemaRule(member.value, &self)
        }
    }

    var root: SchemaRule? { top }

    /// The number of schemas in the document.
    var size: Int { count }

    /// The target of a reference.
    func target(_ reference: String) -> SchemaRule? {
        SchemaReference.definition(reference).flatMap { targets[Array($0.utf8)] }
    }

    /// The rule at the end of a chain of references.
    func resolved(_ rule: SchemaRule) -> SchemaRule {
        var rule = rule
        for _ in 0..<SchemaCheck.maximumDepth {
            guard let reference = rule.reference, let next = target(reference) else { return rule }
            rule = next
        }
        return rule
    }

    fileprivate mutating func rule(_ node: JSONNode?) -> SchemaRule? { node.map { SchemaRule($0, &self) } }

    fileprivate mutating func list(_ node: JSONNode?) -> [SchemaRule] {
        (node?.elements ?? []).map { SchemaRule($0, &self) }
    }
}

extension JSONNode {
    /// The value as a whole number, whatever its notation.
    var count: Int? { literal.flatMap { JSONNumber($0).count } }
}
