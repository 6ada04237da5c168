import Foundation
package import LLMBatchCore
import NIOHTTP1

/// Every reader of external data, by name, so that each can be fuzzed.
///
/// A reader accepts any bytes: it rejects what it cannot read, or reports it in a result. No reader may crash, hang or
/// use memory out of proportion. `Tests/Fuzz` checks that; a new reader gets a case here.
package enum WireReader: String, CaseIterable, Sendable {
    case openAIResult, anthropicResult, geminiResult, vertexResult, bedrockResult, mistralResult, xaiResult
    case fireworksResult, digitalOceanResult
    case jobs, errors, elements, headers, xml, addresses, awsFiles, googleFiles

    /// Reads bytes and returns the results in them; none for a reader of anything else.
    @discardableResult
    package func read(_ bytes: [UInt8], endpoint: Endpoint = .chatCompletions) -> [ReceivedLine] {
        switch self {
        case .jobs: Self.jobs(bytes)
        case .errors: Self.errors(bytes)
        case .elements: Self.elements(bytes)
        case .headers: Self.headers(bytes)
        case .xml: Self.xml(bytes)
        case .addresses: Self.addresses(bytes)
        case .awsFiles: Self.awsFiles(bytes)
        case .googleFiles: Self.googleFiles(bytes)
        default: return results(bytes, endpoint)
        }
        return []
    }

    private func results(_ bytes: [UInt8], _ endpoint: Endpoint) -> [ReceivedLine] {
        let source = ResultSource(file: "output", line: 1)
        switch self {
        case .anthropicResult: return [AnthropicResultLine.read(bytes, source: source, endpoint: endpoint)]
        case .geminiResult: return [GeminiResultLine.read(bytes, source: source, endpoint: endpoint)]
        case .vertexResult: return [VertexResultLine.read(bytes, source: source, endpoint: endpoint)]
        case .mistralResult: return [MistralResultLine.read(bytes, source: source, endpoint: endpoint)]
        case .xaiResult: return [XAIResult.read(bytes, source: source, endpoint: endpoint)]
        case .fireworksResult: return [FireworksWire.line(bytes, source: source, endpoint: endpoint)]
        case .digitalOceanResult: return [DigitalOceanResultLine.read(bytes, source: source, endpoint: endpoint)]
        case .bedrockResult: return Self.bedrock(bytes, source, endpoint)
        default: return [OpenAIResultLine.read(bytes, source: source, endpoint: endpoint)]
        }
    }

    /// The answers of every model family.
    private static func bedrock(_ bytes: [UInt8], _ source: ResultSource, _ endpoint: Endpoint) -> [ReceivedLine] {
        let adapters = BedrockAdapters.standard.every + [ConverseAdapter(takesTools: false)]
        return adapters.map { adapter in
            BedrockResultLine(adapter: adapter, model: "m").read(bytes, source: source, endpoint: endpoint)
        }
    }

    private static func jobs(_ bytes: [UInt8]) {
        guard let object = try? JSONObject(bytes) else { return }
        _ = OpenAIWire.job(object)
        _ = AnthropicWire.job(object)
        _ = AnthropicWire.requests(of: object)
        _ = GeminiWire.job(object)
        _ = VertexWire.job(object)
        _ = VertexWire.folder(object)
        _ = BedrockWire.job(object)
        _ = BedrockWire.output(object)
        _ = BedrockWire.manifest(bytes)
        _ = MistralWire.job(object, hours: 24)
        _ = XAIWire.job(object, now: Date(timeIntervalSince1970: 1_800_000_000))
        _ = FireworksWire.job(object)
        _ = DigitalOceanWire.page(object)
        _ = DigitalOceanWire.job(object)
        _ = DigitalOceanWire.links(object)
    }

    private static func errors(_ bytes: [UInt8]) {
        for status in [302, 400, 404, 409, 413, 429, 503] {
            let headers = HTTPHeaders()
            _ = ProviderError(status: status, headers: headers, body: bytes)
            _ = ProviderError(anthropic: status, headers: headers, body: bytes)
            _ = ProviderError(google: status, headers: headers, body: bytes).refusing(jobOf: "publishers/google/m")
            _ = ProviderError(mistral: status, headers: headers, body: bytes)
            _ = ProviderError(digitalOcean: status, headers: headers, body: bytes)
            _ = ProviderError(aws: status, headers: headers, body: bytes)
        }
    }

    /// The same elements, wherever the chunks end.
    private static func elements(_ bytes: [UInt8]) {
        let size = Int(bytes.first ?? 0) + 1
        for arrays in [[["results"]], GeminiWire.answers] {
            var splitter = ElementSplitter(arrays: arrays)
            var start = 0
            while start < bytes.count {
                _ = splitter.elements(in: Array(bytes[start..<min(bytes.count, start + size)]))
                start += size
            }
        }
    }

    private static func headers(_ bytes: [UInt8]) {
        let text = String(decoding: bytes, as: UTF8.self)
        for name in ["retry-after", "retry-after-ms", "date"] {
            let headers: HTTPHeaders = [name: text]
            _ = ProviderError.retryAfter(headers)
            _ = HTTPTransport.Reply(status: 200, requestID: nil, headers: headers, body: []).date
        }
        _ = WireReading.date(text)
    }

    private static func xml(_ bytes: [UInt8]) {
        guard let tree = XMLTree(bytes) else { return }
        _ = tree.string("Code")
        _ = tree.all("Contents").map { $0.string("Key") }
    }

    private static func addresses(_ bytes: [UInt8]) {
        let text = String(decoding: bytes, as: UTF8.self)
        _ = S3Location(text)
        _ = CloudObject(text)
        guard let service = try? ServiceURL(text) else { return }
        _ = service.path([text, ".."], query: [("a", text)])
        _ = service.isOrigin(of: text)
    }

    private static func awsFiles(_ bytes: [UInt8]) {
        let text = String(decoding: bytes, as: UTF8.self)
        _ = AWSProfiles(config: text, credentials: text)["default"]
        let reply = HTTPTransport.Reply(status: 200, requestID: nil, headers: [:], body: bytes)
        _ = try? LocalCredentials.read(reply, from: "fuzz")
    }

    private static func googleFiles(_ bytes: [UInt8]) {
        guard let file = try? JSONObject(bytes) else { return }
        _ = try? GoogleServiceAccount(file, timeout: .seconds(1))
    }
}
