import LLMBatchCore

/// The supported keywords of JSON Schema.
enum SchemaKeyword: String, CaseIterable {
    case type, properties, required, additionalProperties, propertyNames, items, prefixItems, const
    case anyOf, oneOf, allOf, not, minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf
    case minLength, maxLength, pattern, format, minItems, maxItems, uniqueItems, minProperties, maxProperties
    case patternProperties, contains, minContains, maxContains, dependentRequired, dependentSchemas
    case unevaluatedProperties
    case condition = "if"
    case consequence = "then"
    case alternative = "else"
    case enumeration = "enum"
    case ref = "$ref"
    case defs = "$defs"
    case dialect = "$schema"
    case id = "$id"

    /// The kind of value that a keyword needs.
    enum Kind { case schema, schemas, namedSchemas, namedLists, number, count, flag, text, list, types, anything }

    var kind: Kind {
        switch self {
        case .const: .anything
        case .items, .additionalProperties, .propertyNames, .not, .contains, .condition, .consequence, .alternative,
            .unevaluatedProperties:
            .schema
        case .anyOf, .oneOf, .allOf, .prefixItems: .schemas
        case .properties, .defs, .patternProperties, .dependentSchemas: .namedSchemas
        case .dependentRequired: .namedLists
        case .minimum, .maximum, .exclusiveMinimum, .exclusiveMaximum, .multipleOf: .number
        case .minLength, .maxLength, .minItems, .maxItems, .minProperties, .maxProperties, .minContains, .maxContains:
            .count
        case .uniqueItems: .flag
        case .pattern, .format, .ref, .dialect, .id: .text
        case .enumeration, .required: .list
        case .type: .types
        }
    }
}

/// Keywords that do not affect validity: annotations of JSON Schema and OpenAPI, and those of common editors and
/// generators.
enum SchemaAnnotation {
    private static let known: Set<String> = [
        "title", "description", "default", "examples", "example", "deprecated", "readOnly", "writeOnly", "$comment",
        "contentEncoding", "contentMediaType", "contentSchema", "$anchor", "$dynamicAnchor", "$recursiveAnchor",
        "$vocabulary", "id", "discriminator", "externalDocs", "xml", "propertyOrdering", "propertyOrder",
        "defaultProperties", "markdownDescription", "enumNames", "enumDescriptions", "markdownEnumDescriptions",
        "deprecationMessage", "errorMessage", "patternErrorMessage", "defaultSnippets", "doNotSuggest",
        "suggestSortText", "allowComments", "allowTrailingCommas", "tsType", "tsEnumNames", "javaType", "$version",
    ]

    /// True for a keyword that can be ignored.
    static func holds(_ word: String) -> Bool { known.contains(word) || word.hasPrefix("x-") }

    /// The keyword or annotation that a misspelt one probably means.
    static func meant(by word: String) -> String? {
        nearest(word, among: SchemaKeyword.allCases.map(\.rawValue) + known.sorted() + ["definitions", "nullable"])
    }

    /// The word that differs by case, by one or two letters, or by two letters in the wrong order.
    static func nearest(_ word: String, among words: [String], farthest: Int = 2) -> String? {
        let letters = Array(word.lowercased())
        guard letters.count <= 40 else { return nil }
        var best: (word: String, distance: Int)?
        for other in words {
            let distance = distance(letters, Array(other.lowercased()))
            let limit = min(farthest, min(letters.count, other.count) <= 4 ? 1 : 2)
            if distance <= limit, distance < best?.distance ?? .max { best = (other, distance) }
        }
        return best?.word
    }

    /// The Damerau-Levenshtein distance, without overlapping edits.
    private static func distance(_ one: [Character], _ other: [Character]) -> Int {
        var rows = [Array(0...other.count)]
        for index in one.indices {
            var row = [index + 1]
            for column in other.indices {
                let cost = one[index] == other[column] ? 0 : 1
                var best = min(rows[index][column + 1] + 1, row[column] + 1, rows[index][column] + cost)
                if index > 0, column > 0, one[index] == other[column - 1], one[index - 1] == other[column] {
                    best = min(best, rows[index - 1][column - 1] + 1)
                }
                row.append(best)
            }
            rows.append(row)
        }
        return rows[one.count][other.count]
    }
}

/// The types of JSON Schema.
enum JSONType: String, CaseIterable {
    case object, array, string, integer, number, boolean, null

    /// True when a value is of this type; a number without a fraction is an integer, whatever its notation.
    func holds(_ node: JSONNode) -> Bool {
        switch (self, node) {
        case (.object, .object), (.array, .array), (.string, .string), (.number, .number), (.boolean, .bool),
            (.null, .null):
            true
        case (.integer, .number(let literal)): JSONNumber(literal).isWhole
        default: false
        }
    }

    /// The type of a value, by name.
    static func name(of node: JSONNode) -> String {
        switch node {
        case .object: "an object"
        case .array: "an array"
        case .string: "a string"
        case .number(let literal): JSONNumber(literal).isWhole ? "an integer" : "a number"
        case .bool: "a boolean"
        case .null: "null"
        }
    }
}
