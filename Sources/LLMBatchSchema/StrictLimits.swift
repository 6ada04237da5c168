import LLMBatchCore

/// Counts what services limit in a strict form.
struct StrictLimits {
    private var properties = 0
    private var optional = 0
    private var unions = 0
    private var enumValues = 0
    private var characters = 0
    /// Objects within objects; arrays between them are not counted.
    private var depth = 0
    private var largeEnum: Int?

    init(_ document: JSONNode) { count(document, 0) }

    /// The exceeded limit of the dialect, as a phrase.
    func exceeded(_ dialect: SchemaDialect) -> String? {
        switch dialect {
        case .openAI, .openAIResponses:
            if properties > 5_000 { return "\(properties) properties, 5,000 are allowed" }
            if depth > 10 { return "\(depth) levels of nesting, 10 are allowed" }
            if enumValues > 1_000 { return "\(enumValues) enumeration values, 1,000 are allowed" }
            if characters > 120_000 { return "\(characters) characters in names and values, 120,000 are allowed" }
            return largeEnum.map { "an enumeration of \($0) characters, 15,000 are allowed over 250 values" }
        case .anthropic:
            if optional > 24 { return "\(optional) optional members, 24 are allowed" }
            return unions > 16 ? "\(unions) members of several types, 16 are allowed" : nil
        case .plain, .anthropicTool, .gemini, .bedrockConverse: return nil
        }
    }

    private mutating func count(_ node: JSONNode, _ level: Int) {
        if let parts = node["anyOf"]?.elements {
            unions += 1
            for part in parts { count(part, level) }
        } else if node["type"]?.elements != nil {
            unions += 1
        }
        for value in node["enum"]?.elements ?? node["const"].map({ [$0] }) ?? [] {
            enumValues += 1
            characters += value.text?.count ?? 0
        }
        if let texts = node["enum"]?.elements?.compactMap(\.text), texts.count > 250 {
            let length = texts.reduce(0) { $0 + $1.count }
            if length > 15_000 { largeEnum = max(largeEnum ?? 0, length) }
        }
        if let members = node["properties"]?.members {
            depth = max(depth, level + 1)
            let required = node["required"]?.elements ?? []
            properties += members.count
            optional += members.count - required.count
            for member in members { characters += member.key.count; count(member.value, level + 1) }
        }
        if let items = node["items"] { count(items, level) }
        for member in node["$defs"]?.members ?? [] { characters += member.key.count; count(member.value, level) }
    }
}
