import AsyncHTTPClient
import Foundation
import LLMBatchSimulator
import LLMBatchTesting
import NIOCore
import NIOHTTP1

/// A bare client: one call, one answer, nothing retried and no redirect followed.
struct SimulatorClient {
    struct Answer {
        var status: Int
        var headers: [String: String]
        var body: Data

        var json: [String: Any] { (try? JSONSerialization.jsonObject(with: body)) as? [String: Any] ?? [:] }
        var lines: [[String: Any]] {
            body.split(separator: UInt8(ascii: "\n")).map {
                (try? JSONSerialization.jsonObject(with: Data($0))) as? [String: Any] ?? [:]
            }
        }
        var errorCode: String? { (json["error"] as? [String: Any])?["code"] as? String }
        var ids: [String] { (json["data"] as? [[String: Any]] ?? []).compactMap { $0["id"] as? String } }
    }

    let simulator: ProviderSimulator
    var key: String?

    init(_ simulator: ProviderSimulator, key: String? = nil) {
        self.simulator = simulator
        self.key = key
    }

    static let http = HTTPClient(
        eventLoopGroupProvider: .singleton,
        configuration: {
            var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
            configuration.connectionPool.retryConnectionEstablishment = false
            return configuration
        }())

    func call(
        _ method: HTTPMethod, _ path: String, body: Data? = nil, type: String = "application/json",
        headers: [String: String] = [:], timeout: TimeAmount = .seconds(30)
    ) async throws -> Answer {
        var request = HTTPClientRequest(url: simulator.baseURL + path)
        request.method = method
        request.headers.add(name: "content-type", value: type)
        if let key { request.headers.add(name: "authorization", value: "Bearer \(key)") }
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        if let body { request.body = .bytes(ByteBuffer(bytes: body)) }
        let response = try await Self.http.execute(request, timeout: timeout)
        let bytes = try await response.body.collect(upTo: 1 << 30)
        let pairs = response.headers.map { ($0.name.lowercased(), $0.value) }
        return Answer(
            status: Int(response.status.code), headers: .init(pairs) { first, _ in first },
            body: Data(bytes.readableBytesView))
    }

    func get(_ path: String) async throws -> Answer { try await call(.GET, path) }

    func post(_ path: String, _ object: [String: Any] = [:]) async throws -> Answer {
        try await call(.POST, path, body: try JSONSerialization.data(withJSONObject: object))
    }

    func upload(_ bytes: Data, filename: String = "in.jsonl") async throws -> Answer {
        var form = Data()
        form.append(contentsOf: "--b0undary\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\nbatch\r\n".utf8)
        form.append(contentsOf: "--b0undary\r\nContent-Disposition: form-data; name=\"file\"; ".utf8)
        form.append(contentsOf: "filename=\"\(filename)\"\r\nContent-Type: application/jsonl\r\n\r\n".utf8)
        form.append(bytes)
        form.append(contentsOf: "\r\n--b0undary--\r\n".utf8)
        return try await call(.POST, "/files", body: form, type: "multipart/form-data; boundary=b0undary")
    }

    func create(_ fileID: String, metadata: [String: Any] = [:]) async throws -> Answer {
        try await post(
            "/batches",
            [
                "input_file_id": fileID, "endpoint": "/v1/chat/completions", "completion_window": "24h",
                "metadata": metadata,
            ])
    }

    /// Uploads requests with these ids and creates a batch of them; gives the batch's id.
    func submit(_ ids: [String], metadata: [String: Any] = [:]) async throws -> String {
        let file = try await upload(Self.input(ids)).json["id"] as? String ?? ""
        return try await create(file, metadata: metadata).json["id"] as? String ?? ""
    }

    /// Gets a batch until it ends; gives it as it is then, with every status word seen.
    func finish(_ batchID: String) async throws -> (batch: [String: Any], words: [String]) {
        var words: [String] = []
        while true {
            let batch = try await get("/batches/\(batchID)").json
            words.append(batch["status"] as? String ?? "?")
            if ["completed", "failed", "expired", "cancelled", "?"].contains(words.last) { return (batch, words) }
        }
    }

    func submitAndFinish(_ ids: [String]) async throws -> (batch: [String: Any], words: [String]) {
        try await finish(try await submit(ids))
    }

    func content(_ fileID: Any?) async throws -> Answer {
        try await get("/files/\(fileID as? String ?? "none")/content")
    }

    static func input(_ ids: [String], model: String = "gpt-sim") -> Data {
        Data(ids.map { line($0, model: model) + "\n" }.joined().utf8)
    }

    static func line(_ id: String, model: String = "gpt-sim") -> String {
        #"{"custom_id":"\#(id)","method":"POST","url":"/v1/chat/completions","#
            + #""body":{"model":"\#(model)","messages":[{"role":"user","content":"hi"}]}}"#
    }
}
