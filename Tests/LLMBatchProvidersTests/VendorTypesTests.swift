import Foundation
import LLMBatch
import Testing
import Workbench

/// What requests are translated to is read into the vendors' own types, which refuse what they do not know.
@Suite("Translated requests: the vendors' types", .timeLimit(.minutes(2)))
struct VendorTypesTests {
    /// A provider, by the script's name for its types.
    struct Vendor: Sendable, CustomTestStringConvertible {
        let kind: String
        /// Where the translated body is in an input line.
        let member: String
        var model = "m"
        var refused: Set<String> = []
        let provider: @Sendable () throws -> Provider

        var testDescription: String { kind }
    }

    static func bedrock(_ kind: String, model: String, refused: Set<String> = [], _ options: [String: String] = [:])
        -> Vendor
    {
        Vendor(kind: kind, member: "modelInput", model: model, refused: refused) {
            try .bedrock(
                bucket: "batches", role: BedrockTests.role, region: "us-east-1",
                keys: .keys(accessKeyID: "A", secretAccessKey: "none"), options: options)
        }
    }

    static let vendors: [Vendor] = [
        // The types are those of the newest version.
        Vendor(kind: "anthropic", member: "params", refused: ["settings: temperature"]) {
            try .anthropic(apiKey: .value("key"), options: ["api-version": "2026-10-21"])
        },
        Vendor(kind: "gemini", member: "request", refused: ["one at a time: parallel_tool_calls"]) {
            try .gemini(apiKey: .value("key"))
        },
        Vendor(kind: "mistral", member: "body") { try .mistral(apiKey: .value("key")) },
        bedrock("bedrock-anthropic", model: BedrockTests.claude),
        bedrock("converse", model: "us.amazon.nova-lite-v1:0", refused: ["one at a time: parallel_tool_calls"]),
        bedrock(
            "converse", model: BedrockTests.claude,
            refused: [
                "tools: tools", "must call: tools", "named tool: tools", "tool answers: tools",
                "one at a time: tools",
                "schema: response_format",
            ], ["converse": "true"]),
    ]

    static let user = #"{"role":"user","content":"Hi"}"#
    static let tool =
        #"{"type":"function","function":{"name":"look","description":"Looks.","parameters":{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}}}"#
    static let picture = #"{"type":"image_url","image_url":{"url":"data:image/png;base64,iVBORw0KGgo="}}"#
    static let schema =
        #"{"type":"object","properties":{"mood":{"type":"string","enum":["good","bad"]},"stars":{"type":"integer"}},"required":["mood","stars"],"additionalProperties":false}"#

    /// Requests, by what is special about them.
    static let bodies: [(name: String, members: String)] = [
        ("plain", #""messages":[\#(user)]"#),
        (
            "settings",
            #""messages":[\#(user)],"temperature":0.5,"top_p":0.9,"max_completion_tokens":7,"stop":["END","."]"#
        ),
        ("one stop", #""messages":[\#(user)],"stop":"END""#),
        ("system", #""messages":[{"role":"system","content":"Be brief."},\#(user)]"#),
        ("developer", #""messages":[{"role":"developer","content":[{"type":"text","text":"Be brief."}]},\#(user)]"#),
        ("turns", #""messages":[\#(user),{"role":"assistant","content":"Yes?"},{"role":"user","content":"Go on"}]"#),
        ("parts", #""messages":[{"role":"user","content":[{"type":"text","text":"See"},\#(picture)]}]"#),
        ("tools", #""messages":[\#(user)],"tools":[\#(tool)],"tool_choice":"auto""#),
        ("must call", #""messages":[\#(user)],"tools":[\#(tool)],"tool_choice":"required""#),
        ("none", #""messages":[\#(user)],"tools":[\#(tool)],"tool_choice":"none""#),
        (
            "named tool",
            #""messages":[\#(user)],"tools":[\#(tool)],"tool_choice":{"type":"function","function":{"name":"look"}}"#
        ),
        (
            "tool answers",
            #""messages":[\#(user),{"role":"assistant","content":null,"tool_calls":[{"id":"callnumb1","type":"function","function":{"name":"look","arguments":"{\"city\":\"Ghent\"}"}}]},{"role":"tool","tool_call_id":"callnumb1","content":"grey"}],"tools":[\#(tool)]"#
        ),
        (
            "schema",
            #""messages":[\#(user)],"response_format":{"type":"json_schema","json_schema":{"name":"review","strict":true,"schema":\#(schema)}}"#
        ),
        ("one at a time", #""messages":[\#(user)],"tools":[\#(tool)],"parallel_tool_calls":false"#),
    ]

    @Test("Translated requests match the vendors' types", .enabled(if: PythonServer.python != nil), arguments: vendors)
    func areTheVendors(_ vendor: Vendor) async throws {
        guard case .batch(let provider) = try vendor.provider().kind else { return }
        var translated: [String] = []
        var refused: Set<String> = []
        for (name, members) in Self.bodies {
            let line =
                #"{"custom_id":"x","method":"POST","url":"/v1/chat/completions","body":{"model":"m",\#(members)}}"#
            let request = BatchRequest(
                customID: "x", endpoint: .chatCompletions, model: nil, line: Array(line.utf8))
            do {
                let sent = try provider.inputLine(of: OutgoingRequest(request, model: vendor.model, id: "x"))
                let body = try #require(try JSONObject(sent).raw(vendor.member))
                translated.append(String(decoding: body, as: UTF8.self))
            } catch let refusal as RequestRefusal {
                refused.insert("\(name): \(refusal.field ?? "")")
            }
        }
        #expect(refused == vendor.refused)
        let bench = try Workbench()
        let file = bench.path("bodies.jsonl")
        try Data(translated.joined(separator: "\n").utf8).write(to: URL(filePath: file))
        let read = try await PythonServer.script("check_requests", [vendor.kind, file], Tool(folder: bench.folder))
        #expect(read.output == "\(translated.count)\n", "\(read.errors)")
    }
}
