import LLMBatchCore

/// A function that the model may call.
struct ChatTool {
    let name: String
    let description: String?
    /// The JSON schema of its arguments.
    let parameters: JSONNode?
    /// Whether the arguments must match the schema exactly.
    let isStrict: Bool
    /// Its location, for refusals: `tools[0]`.
    let field: String

    /// Every tool of a request.
    static func all(_ list: JSONNode?) throws(RequestRefusal) -> [ChatTool] {
        guard let list else { return [] }
        guard let list = list.elements else { throw RequestRefusal(field: "tools", "must be a list") }
        var tools: [ChatTool] = []
        for (index, tool) in list.enumerated() {
            let field = "tools[\(index)]"
            guard tool["type"]?.text == "function", let function = tool["function"],
                let name = function["name"]?.text
            else { throw RequestRefusal(field: field, "must be a function with a name") }
            try function.refuseMembers(
                but: ["name", "description", "parameters", "strict"], in: "\(field).function")
            tools.append(
                ChatTool(
                    name: name, description: function["description"]?.text,
                    parameters: function["parameters"].flatMap { $0 == .null ? nil : $0 },
                    isStrict: function["strict"] == true, field: field))
        }
        return tools
    }
}

/// Which tools must be called.
enum ChatToolChoice: Hashable {
    case none, auto, required
    /// The function that must be called.
    case function(String)

    init?(_ choice: JSONNode?, hasTools: Bool) throws(RequestRefusal) {
        guard let choice else { return nil }
        switch choice.text {
        case "none": self = .none
        case "auto": self = .auto
        case "required": self = .required
        default:
            guard let name = choice["function"]?["name"]?.text else {
                throw RequestRefusal(field: "tool_choice", "must be none, auto, required or a function")
            }
            self = .function(name)
        }
        guard !hasTools else { return }
        guard self == .none || self == .auto else {
            throw RequestRefusal(field: "tool_choice", "requires a tool, but there are none")
        }
        return nil
    }
}
