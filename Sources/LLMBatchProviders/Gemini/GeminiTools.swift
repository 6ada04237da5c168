import LLMBatchCore

/// The tools of a chat in the words of `generateContent`.
struct GeminiTools {
    /// The `tools`.
    private(set) var declarations: JSONNode?
    /// The `toolConfig`.
    private(set) var config: JSONNode?

    init(_ body: inout ChatBody) throws(RequestRefusal) {
        let tools = body.take("tools")
        let choice = body.take("tool_choice")
        guard let tools else {
            guard choice == nil || choice == "none" || choice == "auto" else {
                throw RequestRefusal(field: "tool_choice", "asks for a tool, of which there is none")
            }
            return
        }
        guard let tools = tools.elements else { throw RequestRefusal(field: "tools", "must be a list") }
        var functions: [JSONNode] = []
        for (index, tool) in tools.enumerated() { functions.append(try Self.declaration(tool, "tools[\(index)]")) }
        if !functions.isEmpty { declarations = [["functionDeclarations": .array(functions)]] }
        config = try choice.map { (choice) throws(RequestRefusal) in
            ["functionCallingConfig": try Self.calling(choice)]
        }
    }

    private static func declaration(_ tool: JSONNode, _ field: String) throws(RequestRefusal) -> JSONNode {
        guard tool["type"]?.text == "function", let function = tool["function"], let name = function["name"]?.text
        else {
            throw RequestRefusal(field: field, "must be a function with a name")
        }
        if function["strict"] == true {
            throw RequestRefusal(field: "\(field).function.strict", "cannot be asked of this provider")
        }
        var written: JSONNode = ["name": .string(name)]
        if let text = function["description"]?.text { written["description"] = .string(text) }
        if let parameters = function["parameters"], parameters != .null {
            written["parametersJsonSchema"] = parameters
        }
        return written
    }

    private static func calling(_ choice: JSONNode) throws(RequestRefusal) -> JSONNode {
        switch choice.text {
        case "none": return ["mode": "NONE"]
        case "auto": return ["mode": "AUTO"]
        case "required": return ["mode": "ANY"]
        default:
            guard let name = choice["function"]?["name"]?.text else {
                throw RequestRefusal(field: "tool_choice", "must be none, auto, required or a function")
            }
            return ["mode": "ANY", "allowedFunctionNames": [.string(name)]]
        }
    }
}
