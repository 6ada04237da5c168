import Foundation
import LLMBatch
import LLMBatchProviders
import LLMBatchSimulator
import LLMBatchTesting
import NIOSSL
import Testing
import Workbench

/// What calls report when they fail: the kind, and nothing of the key.
@Suite("Provider errors")
struct ProviderErrorTests {
    private func kind(_ trouble: Trouble.Kind, options: [String: String] = [:]) async throws -> ProviderError {
        try await ProviderSimulator.withRunning(
            .openAI,
            SimulatorScript { $0.troubles = [Trouble(trouble, on: .getBatch, calls: 1...)] }
        ) { simulator in
            guard case .batch(let provider) = try Workbench.openAI(simulator, options: options).kind else {
                throw CancellationError()
            }
            return try await #require(throws: ProviderError.self) { _ = try await provider.job("batch_x") }
        }
    }

    @Test(
        "Every HTTP error has its kind",
        arguments: [
            (401, "invalid_api_key", "x", ProviderError.Kind.authentication), (403, "denied", "x", .permission),
            (404, "model_not_found", "x", .modelNotFound), (404, "none", "x", .notFound),
            (410, "gone", "x", .notFound),
            (400, "bad", "x", .invalidRequest),
            (422, "bad", "x", .invalidRequest), (429, "rate_limit_exceeded", "x", .rateLimit),
            (429, "insufficient_quota", "insufficient_quota", .quota), (500, "server_error", "x", .providerInternal),
            (503, "server_is_overloaded", "x", .overloaded), (504, "gateway", "x", .timeout),
            (501, "not_implemented", "x", .invalidRequest), (400, "invalid_api_key", "x", .authentication),
            (400, "x", "authentication_error", .authentication), (403, "API_KEY_INVALID", "x", .authentication),
        ])
    func byStatus(status: Int, code: String, type: String, expected: ProviderError.Kind) async throws {
        let error = try await kind(.apiError(status: status, code: code, message: "because", type: type))
        #expect(error.kind == expected)
        #expect(error.message == "because")
        #expect(error.statusCode == status)
    }

    @Test(
        "A rejected key is recognized by its message alone",
        arguments: [
            "Invalid API key provided", "Incorrect API key provided: sk-…",
            "API key not valid. Please pass a valid API key.",
        ])
    func keyInWords(_ words: String) async throws {
        let error = try await kind(.apiError(status: 400, code: nil, message: words))
        #expect(error.kind == .authentication)
    }

    @Test("A TLS failure proves that nothing was sent only if the handshake or the certificate failed")
    func tls() {
        func delivery(_ error: NIOSSLError) -> ProviderError.Delivery { ProviderError(transport: error).delivery }
        let reason = BoringSSLError.unknownError([])
        for error in [NIOSSLError.handshakeFailed(reason), .unableToValidateCertificate, .noCertificateToValidate] {
            #expect(delivery(error) == .notSent, "\(error)")
        }
        let late: [NIOSSLError] = [
            .shutdownFailed(reason), .readInInvalidTLSState, .uncleanShutdown, .writeDuringTLSShutdown,
        ]
        for error in late { #expect(delivery(error) == .unknown, "\(error)") }
        let hostname = ProviderError(transport: NIOSSLExtraError.failedToValidateHostname)
        #expect(hostname.delivery == .notSent)
    }

    @Test(
        "A full queue is recognized by its code or its message",
        arguments: [
            ("token_limit_exceeded", "x"), ("request_limit_exceeded", "x"),
            (
                "x",
                "Enqueued request limit reached for m. Please try again once some in_progress batches have been completed."
            ),
        ])
    func room(code: String, message: String) async throws {
        let refused = try await kind(.apiError(status: 429, code: code, message: message))
        #expect(refused.isQueueFull)
        let failed =
            #"{"id":"batch_x","status":"failed","errors":{"data":[{"code":"\#(code)","message":"\#(message)"}]}}"#
        try await ProviderSimulator.withRunning(
            .openAI,
            SimulatorScript { $0.troubles = [Trouble(.respond(status: 200, body: failed), on: .getBatch)] }
        ) { simulator in
            guard case .batch(let provider) = try Workbench.openAI(simulator).kind else { return }
            #expect(try await provider.job("batch_x").isQueueFull)
        }
    }

    @Test("A timeout, a broken connection and a failed connection are distinguished")
    func transport() async throws {
        #expect(try await kind(.hang, options: ["timeout": "0.2"]).kind == .timeout)
        let dropped = try await kind(.drop)
        #expect(dropped.kind == .network)
        #expect(dropped.delivery == .unknown)
        guard case .batch(let nobody) = try Provider.openAI(baseURL: "http://127.0.0.1:9", apiKey: .none).kind else {
            return
        }
        let refused = await #expect(throws: ProviderError.self) { _ = try await nobody.job("x") }
        #expect(refused?.kind == .network)
        #expect(refused?.delivery == .notSent)
    }

    @Test("Retry-After is read in milliseconds, in seconds and as a date")
    func retryAfter() async throws {
        func wait(_ headers: [String: String]) async throws -> Duration? {
            try await kind(.respond(status: 429, headers: headers, body: "{}")).retryAfter
        }
        #expect(try await wait(["retry-after-ms": "250"]) == .milliseconds(250))
        #expect(try await wait(["retry-after": "3"]) == .seconds(3))
        #expect(try await wait(["retry-after": "Fri, 31 Dec 2100 23:59:59 GMT"]) == .seconds(3600))
        #expect(try await wait(["retry-after": "1e30"]) == .seconds(3600))
        #expect(try await wait(["retry-after": "inf"]) == .seconds(3600))
        #expect(try await wait(["retry-after": "nan"]) == nil)
        #expect(try await wait(["retry-after": "-1"]) == nil)
        #expect(try await wait([:]) == nil)
    }

    @Test("A redirect is not followed, so no key goes to another origin")
    func redirect() async throws {
        try await ProviderSimulator.withRunning(.openAI) { other in
            let error = try await kind(.redirect(to: other.baseURL + "/batches/x"))
            #expect(error.message.contains("redirect"))
            #expect(other.ledger.calls.isEmpty)
        }
    }

    @Test("A key that the service repeats is redacted from the error")
    func redacted() async throws {
        let script = SimulatorScript {
            $0.apiKey = "sk-right"
            $0.echoesKey = true
        }
        try await ProviderSimulator.withRunning(.openAI, script) { simulator in
            guard case .batch(let provider) = try Workbench.openAI(simulator, key: .value("sk-canary-7f3a")).kind else {
                return
            }
            let error = await #expect(throws: ProviderError.self) { _ = try await provider.job("x") }
            #expect(error?.kind == .authentication)
            #expect(String(reflecting: error).contains("canary") == false)
            #expect(String(reflecting: provider).contains("canary") == false)
        }
    }

    @Test("Ids from a server are encoded, so that they cannot change the path")
    func encodedIDs() async throws {
        try await ProviderSimulator.withRunning(.openAI) { simulator in
            guard case .batch(let provider) = try Workbench.openAI(simulator).kind else { return }
            await #expect(throws: ProviderError.self) { _ = try await provider.job("../files?x=1") }
            let path = try #require(simulator.ledger.calls.first?.path)
            #expect(path.contains("%2F"))
            #expect(!path.contains("?"))
        }
    }

    @Test("A base URL with credentials or a query is refused and not repeated")
    func baseURL() throws {
        for text in ["https://user:canary@host/v1", "https://host/v1?key=canary", "ftp://host", "canary"] {
            let error = #expect(throws: LLMBatchError.self) { _ = try Provider.openAI(baseURL: text, apiKey: .none) }
            #expect(error?.description.contains("canary") == false)
        }
    }

    @Test("An unknown or invalid option is named")
    func options() throws {
        let unknown = #expect(throws: LLMBatchError.self) { _ = try Provider.offline(options: ["fail": "1"]) }
        #expect(unknown?.message.contains("\"fail\"") == true)
        let wrong = #expect(throws: LLMBatchError.self) { _ = try Provider.offline(options: ["fail-share": "7"]) }
        #expect(wrong?.message.contains("from 0 to 1") == true)
    }
}
